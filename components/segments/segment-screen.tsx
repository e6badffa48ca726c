"use client";

import { useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { Result } from "@/domain/kernel/model";
import type { ChangeSegmentInput, SegmentDetail } from "@/domain/segments/contracts";
import { CheckAlarm } from "./check-alarm";
import { Problem } from "./problem";
import { fetchSegment, segmentKeys } from "./queries";
import { SegmentMenu, type SegmentMenuActions } from "./segment-menu";
import { SegmentOverlap } from "./segment-overlap";
import { Overview } from "./segment-overview";
import { Changes, Members } from "./segment-people";
import { Settings } from "./segment-settings";
import { Versions } from "./segment-versions";
import { StatusBadge } from "./status";

interface Props extends SegmentMenuActions {
  initial: SegmentDetail;
  mayWrite: boolean;
  change: (input: ChangeSegmentInput) => Promise<Result<null>>;
  remove: (input: { id: string }) => Promise<Result<null>>;
}

const TABS = ["overview", "members", "changes", "overlap", "versions", "settings"] as const;

export function SegmentScreen(props: Props) {
  const { initial, mayWrite } = props;
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  const { data: segment, refetch } = useQuery({
    queryKey: [...segmentKeys.one(initial.id), initial.version],
    queryFn: ({ signal }) => fetchSegment(initial.id, signal),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data?.status === "preparing" ? 1_000 : 10_000),
  });
  const recompute = useAction(props.recompute, { success: "It is computed afresh in the background.", onSuccess: () => void refetch() });
  return (
    <>
      <PageHeader
        title={segment.name}
        description={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <StatusBadge status={segment.status} progress={segment.progress} />
            {segment.folder && <Badge>{segment.folder}</Badge>}
            {segment.tags.map((tag) => (
              <Badge key={tag} variant="outline">
                {tag}
              </Badge>
            ))}
            <span>
              Version {segment.version} · {segment.ownerName ?? "no owner"} · changed <Time iso={segment.updatedAt} />
            </span>
          </span>
        }
        actions={
          <>
            <SegmentMenu
              segment={segment}
              mayWrite={mayWrite}
              duplicate={props.duplicate}
              recompute={props.recompute}
              snapshot={props.snapshot}
              onChanged={() => void refetch()}
            />
            {mayWrite && (
              <Button asChild>
                <Link href={`/segments/${segment.id}/edit`}>
                  <Pencil aria-hidden />
                  Edit rule
                </Link>
              </Button>
            )}
          </>
        }
      />
      {segment.status === "failed" && (
        <Problem text={segment.error ?? "The last computation failed."} retry={() => void recompute.run({ id: segment.id })} />
      )}
      {segment.status === "live" && (segment.checkDifference ?? 0) > 0 && (
        <CheckAlarm segment={segment} {...(mayWrite ? { recompute: props.recompute } : {})} onChanged={() => void refetch()} />
      )}
      {segment.sqlFreshness?.error && (
        <Problem
          text={`The SQL failed, and the result before it stays: ${segment.sqlFreshness.error}`}
          retry={() => void recompute.run({ id: segment.id })}
        />
      )}
      {segment.status === "preparing" && (
        <div className="grid gap-1.5 text-sm" role="status">
          <span>Computing who is in. The segment can be used and edited meanwhile.</span>
          <Progress
            aria-label="Computation"
            value={segment.progress && segment.progress.total > 0 ? (100 * segment.progress.done) / segment.progress.total : 0}
          />
        </div>
      )}
      <Tabs value={tab} onValueChange={(next) => void setTab(next as (typeof TABS)[number])}>
        <TabsList aria-label="Segment">
          <TabsTrigger value="overview">Overview</TabsTrigger>
          <TabsTrigger value="members">Members</TabsTrigger>
          <TabsTrigger value="changes">Entries and exits</TabsTrigger>
          <TabsTrigger value="overlap">Overlap</TabsTrigger>
          <TabsTrigger value="versions">Versions</TabsTrigger>
          {mayWrite && <TabsTrigger value="settings">Settings</TabsTrigger>}
        </TabsList>
        <TabsContent value="overview">
          <Overview segment={segment} />
        </TabsContent>
        <TabsContent value="members">
          <Members id={segment.id} />
        </TabsContent>
        <TabsContent value="changes">
          <Changes id={segment.id} />
        </TabsContent>
        <TabsContent value="overlap">
          <SegmentOverlap segment={segment} />
        </TabsContent>
        <TabsContent value="versions">
          <Versions segment={segment} />
        </TabsContent>
        {mayWrite && (
          <TabsContent value="settings">
            <Settings change={props.change} remove={props.remove} segment={segment} onChanged={() => void refetch()} />
          </TabsContent>
        )}
      </Tabs>
    </>
  );
}
