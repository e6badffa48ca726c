import Link from "next/link";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { exitsOf } from "@/domain/journeys/graph";
import type { JourneyNode, RunTrace } from "@/domain/journeys/model";
import { nodeOf } from "./edit";
import { KindIcon } from "./kind-icon";
import { CHANNEL_NAMES } from "./kinds";
import { OUTCOME_WORDS } from "./numbers";
import type { Wire } from "./queries";
import { RUN_WORDS } from "./run-words";
import { stepName, stepWords, type Names } from "./words";

export type Trace = Omit<Wire<RunTrace>, "definition"> & Pick<RunTrace, "definition">;

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

/** By which way a step was left: a branch's name, or the reason of an exit. */
function leftBy(node: JourneyNode | undefined, branch: string): string {
  const exit = node && exitsOf(node).find((one) => one.branch === branch);
  if (exit) return exit.label === "" ? "Went on" : `Went on by “${exit.label}”`;
  return branch === "next" ? "Went on" : `Left: ${branch}`;
}

/** One person's way through a journey, step by step, with what became of each message. */
export function TraceScreen({ trace, journeyName, names }: { trace: Trace; journeyName: string; names: Names }) {
  const { definition } = trace;
  const nameOf = (id: string) => {
    const node = nodeOf(definition, id);
    return node ? stepName(node) : id;
  };
  const status = RUN_WORDS[trace.status];
  // Entered and left of one visit stand together.
  const visits: { node: string; visit: number; at: string; left: { branch: string; at: string } | null }[] = [];
  for (const move of trace.moves) {
    const open =
      move.branch === null ? undefined : visits.findLast((one) => one.node === move.node && one.visit === move.visit && one.left === null);
    if (move.branch === null) visits.push({ node: move.node, visit: move.visit, at: move.at, left: null });
    else if (open) open.left = { branch: move.branch, at: move.at };
    else visits.push({ node: move.node, visit: move.visit, at: move.at, left: { branch: move.branch, at: move.at } });
  }
  return (
    <>
      <PageHeader
        title={`Person ${trace.profileId} in “${journeyName}”`}
        description={
          <span className="flex flex-wrap items-center gap-2">
            <Badge variant={status?.look ?? "default"}>{status?.text ?? trace.status}</Badge>
            <span>
              Version {trace.version}
              {trace.reason === null ? "" : ` · ${trace.reason}`} · times in UTC
            </span>
          </span>
        }
        actions={
          <>
            <Button variant="outline" asChild>
              <Link href={`/journeys/${trace.journeyId}`}>Journey</Link>
            </Button>
            <Button variant="outline" asChild>
              <Link href={`/profiles/${trace.profileId}`}>Person</Link>
            </Button>
          </>
        }
      />
      {visits.length === 0 ? (
        <Empty title="Nothing happened yet" description="The person has entered; the first step follows in a moment." />
      ) : (
        <ol aria-label="Steps taken" className="grid">
          {visits.map((visit, i) => {
            const node = nodeOf(definition, visit.node);
            const messages = trace.messages.filter((one) => one.node === visit.node && one.visit === visit.visit);
            return (
              <li key={`${visit.node}:${visit.visit}:${visit.at}`} className="relative flex gap-3 pb-5">
                {i < visits.length - 1 && <span aria-hidden className="absolute top-8 bottom-0 left-3.5 w-px bg-border-strong" />}
                {node ? <KindIcon node={node} /> : <span className="size-7 shrink-0 rounded-md bg-secondary" />}
                <div className="min-w-0 flex-1">
                  <p className="text-sm font-semibold">
                    {node ? stepName(node) : visit.node}
                    {visit.visit > 1 && <span className="font-normal text-muted-foreground"> · time {visit.visit}</span>}
                  </p>
                  {node && <p className="text-xs text-muted-foreground">{stepWords(node, names, nameOf)}</p>}
                  <p className="mt-1 text-sm">
                    Came <time dateTime={visit.at}>{moment.format(new Date(visit.at))}</time>{" "}
                    <span className="text-xs text-muted-foreground">
                      (<Time iso={visit.at} />)
                    </span>
                  </p>
                  {messages.map((message) => (
                    <p key={message.id} className="text-sm">
                      {CHANNEL_NAMES[message.channel]}: {OUTCOME_WORDS[message.outcome ?? message.state] ?? message.state}
                      {message.because === null ? "" : `. ${message.because}`}
                      {message.sentAt === null
                        ? message.outcome === null && <> · due {moment.format(new Date(message.dueAt))}</>
                        : ` · ${moment.format(new Date(message.sentAt))}`}
                    </p>
                  ))}
                  <p className="text-sm">
                    {visit.left ? (
                      <>
                        {leftBy(node, visit.left.branch)} <time dateTime={visit.left.at}>{moment.format(new Date(visit.left.at))}</time>
                      </>
                    ) : (
                      <span className="text-primary-text">{trace.status === "active" ? "Stands here now" : "The way ends here"}</span>
                    )}
                  </p>
                </div>
              </li>
            );
          })}
        </ol>
      )}
    </>
  );
}
