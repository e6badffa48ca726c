"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { formatCount } from "@/components/charts";
import { getJson } from "@/components/layout/fetch-json";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ArmComparison, BroadcastDetail, BroadcastNumbers } from "@/domain/broadcasts/model";
import type { Result } from "@/domain/kernel/model";
import type { ManageBroadcast } from "./broadcast-draft";
import { StatusBadge } from "./broadcasts-screen";

const OUTCOME_LABELS: Readonly<Record<string, string>> = {
  capped: "Frequency cap",
  out_prioritised: "A message of higher priority",
  not_consented: "No consent",
  unsubscribed: "Unsubscribed or paused",
  suppressed: "Suppressed",
  quiet_dropped: "Quiet hours",
  unreachable: "No address",
  expired: "Too late",
  held_out: "Held out",
  rejected: "Rejected in review",
  run_ended: "Cancelled",
  failed: "Failed",
};
const METRIC_LABELS = { open: "Opened", click: "Clicked", conversion: "Converted" } as const;
const percent = (part: number, of: number): string => (of === 0 ? "–" : `${((part / of) * 100).toFixed(1)} %`);

/** What became of a launched broadcast; looked at again while it goes on. */
export function BroadcastResults({
  broadcast,
  initial,
  manage,
}: {
  broadcast: BroadcastDetail;
  initial: BroadcastNumbers;
  manage: ManageBroadcast | null;
}) {
  const { data: numbers } = useQuery({
    queryKey: ["broadcasts", broadcast.id, "numbers"],
    queryFn: ({ signal }) => getJson<BroadcastNumbers>(`/api/broadcasts/${encodeURIComponent(broadcast.id)}/numbers`, signal),
    initialData: initial,
    // Opens and clicks come after the last message too.
    refetchInterval: ({ state }) => (state.data?.status === "done" || state.data?.status === "cancelled" ? 60_000 : 5_000),
  });
  const sent = numbers.arms.reduce((sum, arm) => sum + arm.sent, 0);
  const sum = (pick: (arm: BroadcastNumbers["arms"][number]) => number): number => numbers.arms.reduce((all, arm) => all + pick(arm), 0);
  const tiles: [label: string, people: number, of: "audience" | "sent" | null][] = [
    ["In the audience", numbers.audience ?? 0, null],
    ["Sent", sent, "audience"],
    ["Waiting", numbers.queued + numbers.review, "audience"],
    ["Delivered", sum((arm) => arm.delivered), "sent"],
    ["Opened", sum((arm) => arm.opened), "sent"],
    ["Clicked", sum((arm) => arm.clicked), "sent"],
    ["Unsubscribed", sum((arm) => arm.unsubscribed), "sent"],
  ];
  return (
    <>
      <PageHeader
        title={broadcast.name}
        description={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <StatusBadge status={numbers.status} />
            {broadcast.startsAt === null ? null : (
              <span>
                {numbers.status === "scheduled" ? "starts" : "started"} <Time iso={broadcast.startsAt} />
              </span>
            )}
            {broadcast.launchedBy === null ? null : <span>· launched by {broadcast.launchedBy}</span>}
            <span>· utm_campaign {broadcast.definition.utmCampaign}</span>
          </span>
        }
        actions={manage ? <Manage broadcast={broadcast} numbers={numbers} manage={manage} /> : undefined}
      />
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4 xl:grid-cols-7">
        {tiles.map(([label, value, of]) => (
          <div key={label} className="rounded-lg border bg-card p-3">
            <dt className="text-xs text-muted-foreground">{label}</dt>
            <dd className="text-xl font-semibold tabular-nums">{formatCount(value)}</dd>
            <dd className="text-xs text-muted-foreground tabular-nums">
              {of === null ? "people" : `${percent(value, of === "sent" ? sent : (numbers.audience ?? 0))} of ${of}`}
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-xs text-muted-foreground">
        People, as of <Time iso={numbers.asOf} />. Opens and clicks of mailbox programs are not counted.
      </p>
      <ArmTable numbers={numbers} />
      {numbers.winnerBecause === null ? null : (
        <p className="rounded-md border bg-card px-3 py-2 text-sm">
          <strong className="font-medium">The rest got variant {numbers.winner?.toUpperCase()}.</strong> {numbers.winnerBecause}
        </p>
      )}
      {numbers.sampleRatio?.mismatch ? (
        <p role="alert" className="rounded-md border bg-warning-soft px-3 py-2 text-sm text-warning-text">
          The variants did not get the shares that they should have (p = {numbers.sampleRatio.p.toPrecision(2)}): do not trust the
          comparison.
        </p>
      ) : null}
      <NotSent numbers={numbers} />
    </>
  );
}

function Manage({ broadcast, numbers, manage }: { broadcast: BroadcastDetail; numbers: BroadcastNumbers; manage: ManageBroadcast }) {
  const router = useRouter();
  const options = (success: string) => ({ success, onSuccess: () => router.refresh() });
  const pausing = useAction<unknown, unknown>(manage.pause, options("Broadcast paused"));
  const resuming = useAction<unknown, unknown>(manage.resume, options("Broadcast goes on"));
  const stopping = useAction<unknown, unknown>(manage.cancel, options("Broadcast cancelled"));
  const archiving = useAction<unknown, unknown>(manage.archive, {
    success: "Broadcast archived",
    onSuccess: () => router.push("/broadcasts"),
  });
  const copying = useAction<unknown, { id: string }>(manage.duplicate as (input: unknown) => Promise<Result<{ id: string }>>, {
    success: "Broadcast duplicated",
    onSuccess: ({ id }) => router.push(`/broadcasts/${id}`),
  });
  const input = { id: broadcast.id };
  const { status } = numbers;
  const running = status === "scheduled" || status === "sending";
  return (
    <>
      <Button
        variant="outline"
        pending={copying.pending}
        onClick={() => void copying.run({ ...input, name: `${broadcast.name} (copy)`.slice(0, 120) })}
      >
        Duplicate
      </Button>
      {running ? (
        <Button variant="outline" pending={pausing.pending} onClick={() => void pausing.run(input)}>
          Pause broadcast
        </Button>
      ) : null}
      {status === "paused" ? (
        <Button pending={resuming.pending} onClick={() => void resuming.run(input)}>
          Resume broadcast
        </Button>
      ) : null}
      {running || status === "paused" ? (
        <Button variant="destructive-outline" pending={stopping.pending} onClick={() => void stopping.run(input)}>
          Cancel broadcast
        </Button>
      ) : (
        <Button variant="outline" pending={archiving.pending} onClick={() => void archiving.run(input)}>
          Archive
        </Button>
      )}
    </>
  );
}

function ArmTable({ numbers }: { numbers: BroadcastNumbers }) {
  const several = numbers.arms.length > 1;
  const of = (arm: string): ArmComparison | undefined => numbers.comparisons.find((one) => one.arm === arm);
  const metric = numbers.comparisons[0]?.metric ?? "click";
  const points = (value: number): string => `${value >= 0 ? "+" : "−"}${Math.abs(value * 100).toFixed(1)}`;
  return (
    <Table aria-label="Results by variant">
      <TableHeader>
        <TableRow>
          <TableHead>{several ? "Variant" : "Template"}</TableHead>
          <TableHead className="text-right">People</TableHead>
          <TableHead className="text-right">Sent</TableHead>
          <TableHead className="text-right">Opened</TableHead>
          <TableHead className="text-right">Clicked</TableHead>
          <TableHead className="text-right">Unsubscribed</TableHead>
          <TableHead className="text-right">Bounced</TableHead>
          {several ? <TableHead className="text-right">{METRIC_LABELS[metric]} beside A, points (95 %)</TableHead> : null}
        </TableRow>
      </TableHeader>
      <TableBody>
        {numbers.arms.map((arm) => {
          const beside = of(arm.arm);
          return (
            <TableRow key={arm.arm}>
              <TableCell className="min-w-44">
                {several ? <Badge variant={numbers.winner === arm.arm ? "success" : "outline"}>{arm.arm.toUpperCase()}</Badge> : null}{" "}
                {arm.template ?? "deleted template"}
              </TableCell>
              <TableCell className="text-right tabular-nums">{formatCount(arm.people)}</TableCell>
              <TableCell className="text-right tabular-nums">{formatCount(arm.sent)}</TableCell>
              <TableCell className="text-right tabular-nums">{percent(arm.opened, arm.sent)}</TableCell>
              <TableCell className="text-right tabular-nums">{percent(arm.clicked, arm.sent)}</TableCell>
              <TableCell className="text-right tabular-nums">{percent(arm.unsubscribed, arm.sent)}</TableCell>
              <TableCell className="text-right tabular-nums">{percent(arm.bounced, arm.sent)}</TableCell>
              {several ? (
                <TableCell className="text-right whitespace-nowrap tabular-nums">
                  {beside?.difference == null ? "–" : points(beside.difference)}
                  {beside?.low == null || beside.high === null ? "" : ` (${points(beside.low)} to ${points(beside.high)})`}
                </TableCell>
              ) : null}
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}

function NotSent({ numbers }: { numbers: BroadcastNumbers }) {
  if (numbers.notSent.length === 0) return null;
  return (
    <section aria-labelledby="not-sent" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 id="not-sent" className="text-sm font-medium">
        Not sent, by cause
      </h2>
      <Table aria-label="Not sent, by cause">
        <TableHeader>
          <TableRow>
            <TableHead>Cause</TableHead>
            <TableHead>Rule</TableHead>
            <TableHead className="text-right">People</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {numbers.notSent.map((one) => (
            <TableRow key={`${one.outcome}${one.because}`}>
              <TableCell>{OUTCOME_LABELS[one.outcome] ?? one.outcome}</TableCell>
              <TableCell className="text-muted-foreground">{one.because}</TableCell>
              <TableCell className="text-right tabular-nums">{formatCount(one.people)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}
