"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Copy, Pencil, RefreshCw, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState, type ReactNode } from "react";
import { AreaSeries, ChartFigure, formatBucket, formatCount } from "@/components/charts";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Progress } from "@/components/ui/progress";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Textarea } from "@/components/ui/textarea";
import type { Result } from "@/domain/kernel/model";
import type { ChangeSegmentInput, SegmentDetail, TransitionCause } from "@/domain/segments/contracts";
import { diffRules } from "@/domain/segments/diff-rules";
import type { Rule } from "@/domain/segments/model";
import { Problem } from "./builder-panel";
import { PersonLink } from "./explain-tree";
import { fetchMembers, fetchSegment, fetchSizes, fetchTransitions, segmentKeys } from "./queries";
import { tagsOf } from "./save-dialog";
import { Sentence, sentenceOf } from "./sentence";
import { StatusBadge } from "./status";

interface Props {
  initial: SegmentDetail;
  mayWrite: boolean;
  change: (input: ChangeSegmentInput) => Promise<Result<null>>;
  remove: (input: { id: string }) => Promise<Result<null>>;
  duplicate: (input: { id: string }) => Promise<Result<{ id: string }>>;
  recompute: (input: { id: string }) => Promise<Result<null>>;
}

const TABS = ["overview", "members", "changes", "versions", "settings"] as const;
const DAYS = 30;

export function SegmentScreen(props: Props) {
  const { initial, mayWrite } = props;
  const router = useRouter();
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("overview"));
  const { data: segment, refetch } = useQuery({
    queryKey: [...segmentKeys.one(initial.id), initial.version],
    queryFn: ({ signal }) => fetchSegment(initial.id, signal),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data?.status === "preparing" ? 1_000 : 10_000),
  });
  const duplicate = useAction(props.duplicate, { success: "Copied", onSuccess: ({ id }) => router.push(`/segments/${id}/edit`) });
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
          mayWrite ? (
            <>
              <Button variant="outline" pending={recompute.pending} onClick={() => void recompute.run({ id: segment.id })}>
                <RefreshCw aria-hidden />
                Recompute
              </Button>
              <Button variant="outline" pending={duplicate.pending} onClick={() => void duplicate.run({ id: segment.id })}>
                <Copy aria-hidden />
                Duplicate
              </Button>
              <Button asChild>
                <Link href={`/segments/${segment.id}/edit`}>
                  <Pencil aria-hidden />
                  Edit rule
                </Link>
              </Button>
            </>
          ) : undefined
        }
      />
      {segment.status === "failed" && (
        <Problem text={segment.error ?? "The last computation failed."} retry={() => void recompute.run({ id: segment.id })} />
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
        <TabsContent value="versions">
          <Versions segment={segment} />
        </TabsContent>
        {mayWrite && (
          <TabsContent value="settings">
            <Settings {...props} segment={segment} onChanged={() => void refetch()} />
          </TabsContent>
        )}
      </Tabs>
    </>
  );
}

const namesOf = (segment: SegmentDetail): Record<string, string> => Object.fromEntries(segment.uses.map(({ id, name }) => [id, name]));

function Overview({ segment }: { segment: SegmentDetail }) {
  const sizes = useQuery({
    queryKey: segmentKeys.sizes(segment.id, DAYS * 24),
    queryFn: ({ signal }) => fetchSizes(segment.id, DAYS * 24, signal),
    refetchInterval: 60_000,
  });
  const rows = (sizes.data ?? []).map((point) => ({ ...point, at: point.hour }));
  const entered = rows.reduce((sum, row) => sum + row.entered, 0);
  const left = rows.reduce((sum, row) => sum + row.left, 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="grid content-start gap-4">
        <Card>
          <CardContent className="pt-4">
            <h2 className="text-xs font-medium text-muted-foreground">Who is in</h2>
            <Sentence phrases={segment.phrases} className="mt-1 text-base text-pretty" />
            {segment.description && <p className="mt-2 text-sm text-muted-foreground">{segment.description}</p>}
          </CardContent>
        </Card>
        <Card>
          <CardContent className="pt-4">
            <ChartFigure
              title="Size, entries and exits"
              summary={`${formatCount(entered)} entered and ${formatCount(left)} left in the last ${DAYS} days.`}
              rows={rows}
              columns={[
                { label: "Hour", value: (row) => formatBucket(row.at, "hour"), raw: (row) => row.at },
                { label: "Size", value: (row) => row.size },
                { label: "Entered", value: (row) => row.entered },
                { label: "Left", value: (row) => row.left },
              ]}
              fileName={`segment-${segment.key}-size`}
              empty={
                <p className="py-10 text-center text-sm text-muted-foreground">
                  The first size is written once the segment has been computed.
                </p>
              }
              note="By hour"
            >
              <AreaSeries
                label="Size of the segment over time"
                rows={rows}
                bucket="hour"
                series={[
                  { key: "size", label: "Size", color: 1 },
                  { key: "entered", label: "Entered", color: 4 },
                  { key: "left", label: "Left", color: 5 },
                ]}
              />
            </ChartFigure>
          </CardContent>
        </Card>
      </div>
      <div className="grid content-start gap-4">
        <Card>
          <CardContent className="grid gap-3 pt-4 text-sm">
            <div>
              <p className="text-xs text-muted-foreground">Members</p>
              <p className="text-2xl font-semibold tracking-tight tabular-nums">{segment.sizeAt ? formatCount(segment.size) : "–"}</p>
              <p className="text-xs text-muted-foreground">
                {segment.sizeAt ? (
                  <>
                    exact, as of <Time iso={segment.sizeAt} />
                  </>
                ) : (
                  "not computed yet"
                )}
              </p>
            </div>
            <Facts
              rows={[
                [
                  "Key",
                  <code key="key" className="text-xs break-all">
                    {segment.key}
                  </code>,
                ],
                ["Last full computation", segment.computeMs === null ? "none yet" : `${formatCount(segment.computeMs)} ms`],
                [
                  "Background check",
                  segment.checkedAt === null ? (
                    "none yet"
                  ) : segment.checkDifference === 0 ? (
                    <>
                      equal, <Time iso={segment.checkedAt} />
                    </>
                  ) : (
                    <span key="check" className="text-destructive-text">
                      {formatCount(segment.checkDifference ?? 0)} people differ
                    </span>
                  ),
                ],
              ]}
            />
          </CardContent>
        </Card>
        <Refs title="Used by" none="Nothing uses this segment yet." refs={segment.usedByList} />
        <Refs title="Uses" none="It uses no other segment." refs={segment.uses} />
      </div>
    </div>
  );
}

function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid gap-1.5">
      {rows.map(([label, value]) => (
        <div key={label} className="flex items-baseline justify-between gap-3">
          <dt className="text-muted-foreground">{label}</dt>
          <dd className="text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Refs({ title, none, refs }: { title: string; none: string; refs: readonly { id: string; name: string }[] }) {
  return (
    <Card>
      <CardContent className="grid gap-1 pt-4 text-sm">
        <h2 className="font-medium">{title}</h2>
        {refs.length === 0 ? (
          <p className="text-muted-foreground">{none}</p>
        ) : (
          <ul>
            {refs.map((ref) => (
              <li key={ref.id}>
                <Link href={`/segments/${ref.id}`} className="text-primary-text hover:underline">
                  {ref.name}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}

function More({ has, pending, onMore }: { has: boolean; pending: boolean; onMore: () => void }) {
  return has ? (
    <div>
      <Button variant="outline" pending={pending} onClick={onMore}>
        Show more
      </Button>
    </div>
  ) : null;
}

function Members({ id }: { id: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, isPending, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: segmentKeys.members(id),
    queryFn: ({ pageParam, signal }) => fetchMembers(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  if (!isPending && rows.length === 0)
    return <Empty title="Nobody is in this segment" description="People appear here as soon as they meet the rule." />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-busy={isPending}>
      <Table aria-label="Members">
        <TableCaption className="sr-only">People in this segment</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Person</TableHead>
            <TableHead className="hidden sm:table-cell">E-mail</TableHead>
            <TableHead className="hidden md:table-cell">Place</TableHead>
            <TableHead>Entered</TableHead>
            <TableHead className="hidden sm:table-cell">Last seen</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((member) => (
            <TableRow key={member.profileId}>
              <TableCell>
                <PersonLink person={member} />
              </TableCell>
              <TableCell className="hidden sm:table-cell">{member.email ?? "–"}</TableCell>
              <TableCell className="hidden md:table-cell">{[member.city, member.country].filter(Boolean).join(", ") || "–"}</TableCell>
              <TableCell className="whitespace-nowrap">
                <Time iso={member.enteredAt} />
              </TableCell>
              <TableCell className="hidden whitespace-nowrap sm:table-cell">
                <Time iso={member.lastSeenAt} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <More has={hasNextPage} pending={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </div>
  );
}

const CAUSES: Record<TransitionCause, string> = {
  event: "an event or trait changed",
  time: "time passed",
  edit: "the rule was changed",
  merge: "people were merged or parted",
  first: "first computation",
  import: "an import",
};

function Changes({ id }: { id: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, isPending, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: segmentKeys.transitions(id),
    queryFn: ({ pageParam, signal }) => fetchTransitions(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  if (!isPending && rows.length === 0)
    return <Empty title="No entries or exits yet" description="Each is recorded with its time and cause." />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-busy={isPending}>
      <Table aria-label="Entries and exits">
        <TableCaption className="sr-only">Who entered and left, when and why</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Person</TableHead>
            <TableHead>What</TableHead>
            <TableHead className="hidden sm:table-cell">Cause</TableHead>
            <TableHead>When</TableHead>
            <TableHead className="hidden md:table-cell">Version</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.id}>
              <TableCell>
                <PersonLink person={row.person} />
              </TableCell>
              <TableCell>
                <Badge variant={row.entered ? "success" : "default"}>{row.entered ? "Entered" : "Left"}</Badge>
              </TableCell>
              <TableCell className="hidden sm:table-cell">{CAUSES[row.cause]}</TableCell>
              <TableCell className="whitespace-nowrap">
                <Time iso={row.at} />
              </TableCell>
              <TableCell className="hidden tabular-nums md:table-cell">{row.version}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <More has={hasNextPage} pending={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </div>
  );
}

function Versions({ segment }: { segment: SegmentDetail }) {
  const names = namesOf(segment);
  return (
    <ol className="grid gap-3">
      {segment.versions.map((version, i) => (
        <li key={version.version} className="rounded-lg border bg-card px-4 py-3">
          <p className="flex flex-wrap items-center gap-x-2 text-sm">
            <span className="font-medium">Version {version.version}</span>
            {version.version === segment.version && <Badge variant="primary">in force</Badge>}
            <span className="text-muted-foreground">
              {version.createdByName ?? "the system"}, <Time iso={version.createdAt} />
            </span>
          </p>
          {version.note && <p className="mt-1 text-sm">{version.note}</p>}
          <Sentence phrases={sentenceOf(version.rule, names)} className="mt-1 text-sm text-muted-foreground" />
          <Difference before={segment.versions[i + 1]?.rule} after={version.rule} names={names} />
        </li>
      ))}
    </ol>
  );
}

/** What a version changed against the one before it, in words. */
function Difference({ before, after, names }: { before: Rule | undefined; after: Rule; names: Record<string, string> }) {
  const differences = before ? diffRules(before, after, { names }) : [];
  if (differences.length === 0) return null;
  return (
    <ul aria-label="What changed" className="mt-2 grid gap-0.5 border-l-2 pl-3 text-sm">
      {differences.map((one) => (
        <li key={`${one.kind}${one.nodeId}`}>{one.text}</li>
      ))}
    </ul>
  );
}

function Settings({ segment, change, remove, onChanged }: Props & { segment: SegmentDetail; onChanged: () => void }) {
  const router = useRouter();
  const [form, setForm] = useState({
    name: segment.name,
    description: segment.description ?? "",
    folder: segment.folder ?? "",
    tags: segment.tags.join(", "),
  });
  const [asked, setAsked] = useState(false);
  const save = useAction(change, { success: "Saved", inline: true, onSuccess: onChanged });
  const deletion = useAction(remove, {
    success: `${segment.name} deleted`,
    onSuccess: () => {
      router.push("/segments");
      router.refresh();
    },
    onError: () => undefined,
  });
  const [refused, setRefused] = useState<string | null>(null);
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm((before) => ({ ...before, [key]: event.target.value }));
  return (
    <div className="grid max-w-2xl gap-6">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run({
            id: segment.id,
            name: form.name.trim(),
            description: form.description.trim() || null,
            folder: form.folder.trim() || null,
            tags: tagsOf(form.tags),
          });
        }}
      >
        <Field label="Name" error={save.fields.name} hint={`The key ${segment.key} stays, so that what listens to it keeps working.`}>
          <Input value={form.name} onChange={set("name")} maxLength={200} />
        </Field>
        <Field label="Description" error={save.fields.description}>
          <Textarea rows={2} value={form.description} onChange={set("description")} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Folder" error={save.fields.folder}>
            <Input value={form.folder} onChange={set("folder")} />
          </Field>
          <Field label="Tags" error={save.fields.tags} hint="Separated by commas">
            <Input value={form.tags} onChange={set("tags")} />
          </Field>
        </div>
        <div>
          <Button type="submit" pending={save.pending}>
            Save settings
          </Button>
        </div>
      </form>
      <section aria-labelledby="delete" className="grid gap-2 rounded-lg border p-4">
        <h2 id="delete" className="font-medium">
          Delete this segment
        </h2>
        <p className="text-sm text-muted-foreground">
          Members, versions and history go with it; its key is never given again. What still uses it must let go of it first.
        </p>
        <div>
          <Button
            variant="destructive-outline"
            onClick={() => {
              setRefused(null);
              setAsked(true);
            }}
          >
            <Trash2 aria-hidden />
            Delete segment
          </Button>
        </div>
      </section>
      <AlertDialog open={asked} onOpenChange={setAsked}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Delete {segment.name}?</AlertDialogTitle>
            <AlertDialogDescription>
              {formatCount(segment.size)} {segment.size === 1 ? "person is" : "people are"} in it now. This cannot be undone.
            </AlertDialogDescription>
          </AlertDialogHeader>
          {refused && (
            <p role="alert" className="text-sm text-destructive-text">
              {refused}
            </p>
          )}
          <AlertDialogFooter>
            <AlertDialogCancel />
            <Button
              variant="destructive"
              pending={deletion.pending}
              onClick={() => {
                void deletion.run({ id: segment.id }).then((result) => setRefused(result.ok ? null : result.error.message));
              }}
            >
              Delete
            </Button>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </div>
  );
}
