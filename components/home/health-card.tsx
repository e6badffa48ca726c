import Link from "next/link";
import { formatCount, formatShare } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { PENDING_CAP, type Overview } from "@/domain/overview/model";
import type { HealthState } from "@/domain/sources/model";

const STATES: readonly [HealthState, string, "success" | "warning" | "destructive" | "default" | "outline"][] = [
  ["live", "live", "success"],
  ["idle", "idle", "default"],
  ["quiet", "quiet", "warning"],
  ["errors", "with errors", "destructive"],
  ["no_data", "without data", "outline"],
  ["disabled", "disabled", "default"],
];

/** How fresh the figures are, and whether something needs a look. */
export function HealthCard({ overview, link }: { overview: Overview; link: boolean }) {
  const { processing, last24h, segments, sources } = overview;
  const received = last24h.accepted + last24h.duplicates + last24h.rejected;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Health</CardTitle>
      </CardHeader>
      <CardContent className="grid gap-3 text-sm">
        <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-2">
          <dt className="text-muted-foreground">Processing</dt>
          <dd className="text-right">{freshness(processing)}</dd>
          <dt className="text-muted-foreground">Waiting messages</dt>
          <dd className="text-right tabular-nums">
            {processing.pending >= PENDING_CAP ? `${formatCount(PENDING_CAP)} or more` : formatCount(processing.pending)}
          </dd>
          <dt className="text-muted-foreground">Received, 24 hours</dt>
          <dd className="text-right tabular-nums">{formatCount(received)}</dd>
          <dt className="text-muted-foreground">Duplicates, 24 hours</dt>
          <dd className="text-right tabular-nums">{formatCount(last24h.duplicates)}</dd>
          <dt className="text-muted-foreground">Rejected, 24 hours</dt>
          <dd className="text-right tabular-nums">
            {formatCount(last24h.rejected)} <span className="text-muted-foreground">({formatShare(last24h.rejected, received)})</span>
          </dd>
        </dl>
        {processing.stopped && (
          <p role="alert" className="text-destructive-text">
            Processing stands still since{" "}
            <time dateTime={processing.stopped.since}>{processing.stopped.since.slice(0, 16).replace("T", " ")} UTC</time> and is tried
            again and again. Messages are still taken in and none is lost. The log of the worker has the cause.
          </p>
        )}
        {segments.differing > 0 && (
          <p role="alert" className="text-destructive-text">
            {segments.differing === 1 ? "One segment holds" : `${formatCount(segments.differing)} segments hold`} other people than the rule
            asks for.{" "}
            {link && (
              <Link href="/segments?differs=true" className="underline underline-offset-4 hover:no-underline">
                See which
              </Link>
            )}
          </p>
        )}
        <div className="flex flex-wrap gap-1.5 border-t pt-3">
          {sources.total === 0 ? (
            <span className="text-muted-foreground">No source connected yet.</span>
          ) : (
            STATES.filter(([state]) => sources.byHealth[state] > 0).map(([state, label, variant]) => (
              <Badge key={state} variant={variant} dot>
                {formatCount(sources.byHealth[state])} {label}
              </Badge>
            ))
          )}
          {link && sources.total > 0 && (
            <Link href="/sources" className="ml-auto text-sm text-primary-text underline-offset-4 hover:underline">
              All sources
            </Link>
          )}
        </div>
      </CardContent>
    </Card>
  );
}

function freshness({ pending, secondsBehind, stopped }: Overview["processing"]) {
  if (stopped) return <Badge variant="destructive">Stopped: error {stopped.code}</Badge>;
  if (pending === 0) return <Badge variant="success">Up to date</Badge>;
  if (secondsBehind < 10) return <Badge variant="success">{secondsBehind.toFixed(1)} s behind</Badge>;
  const text =
    secondsBehind < 120
      ? `${Math.round(secondsBehind)} s`
      : secondsBehind < 7200
        ? `${Math.round(secondsBehind / 60)} min`
        : `${Math.round(secondsBehind / 3600)} h`;
  return <Badge variant={secondsBehind < 300 ? "warning" : "destructive"}>{text} behind</Badge>;
}
