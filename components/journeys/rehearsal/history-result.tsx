"use client";

import { BarSeries, ChartFigure, formatBucket, formatCount, formatShare } from "@/components/charts";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { RehearsalWire } from "./queries";
import { endWords, OUTCOME_WORDS, REFUSAL_WORDS, sendsByHourOfDay, sendsOverTime, stepName } from "./words";

const sum = (counts: Readonly<Record<string, number>>, but: readonly string[] = []): number =>
  Object.entries(counts).reduce((total, [key, n]) => (but.includes(key) ? total : total + n), 0);
/** A table that ends with its card. */
const INSIDE = "rounded-t-none border-x-0 border-b-0";
const NOT_STOPPED = ["sent", "review", "waiting"];

/** The numbers of a rehearsal: what would have been, hour by hour, step by step, and why not. */
export function HistoryResult({ view, zone }: { view: RehearsalWire; zone: string }) {
  const { result, definition } = view;
  const sent = (result.outcomes["sent"] ?? 0) + (result.outcomes["review"] ?? 0);
  const stopped = sum(result.outcomes, NOT_STOPPED);
  const review = definition.settings.review;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Figure label="Entries" value={result.entries} note={`${formatCount(result.peopleIn)} people`} />
        <Figure
          label={review ? "Messages for review" : "Messages sent"}
          value={sent}
          note={`${formatCount(result.outcomes["waiting"] ?? 0)} still to go at the end`}
        />
        <Figure label="Messages stopped" value={stopped} note={`${formatShare(stopped, stopped + sent)} of those decided`} />
        <Figure
          label="Goals"
          value={result.goals}
          note={definition.settings.goal === null ? "No goal is set" : `${formatShare(result.goals, result.entries)} of entries`}
        />
      </dl>
      <Sends view={view} zone={zone} />
      <Steps view={view} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-2">
        <Reasons view={view} />
        <Counts
          title="How people ended, and who was refused"
          rows={[
            ...Object.entries(result.ended).map(([key, n]): [string, number] => [endWords(key), n]),
            ...Object.entries(result.refused).map(([key, n]): [string, number] => [`Refused: ${REFUSAL_WORDS[key] ?? key}`, n]),
          ]}
          empty="Nobody would have entered."
        />
      </div>
      <Leaves view={view} />
    </div>
  );
}

function Figure({ label, value, note }: { label: string; value: number; note: string }) {
  return (
    <div className="rounded-lg border bg-card px-4 py-3">
      <dt className="text-sm text-muted-foreground">{label}</dt>
      <dd className="text-2xl font-semibold tracking-tight tabular-nums">{formatCount(value)}</dd>
      <dd className="text-xs text-muted-foreground">{note}</dd>
    </div>
  );
}

function Sends({ view, zone }: { view: RehearsalWire; zone: string }) {
  const { hours } = view.result;
  const { bucket, rows, series } = sendsOverTime(hours, Date.parse(view.from), Date.parse(view.to));
  const total = Object.values(hours).reduce((all, counts) => all + Object.values(counts).reduce((n, one) => n + one, 0), 0);
  const byHour = sendsByHourOfDay(hours, zone);
  const busiest = byHour.reduce((best, one) => (one.n > best.n ? one : best), { at: "00:00", n: 0 });
  if (total === 0)
    return (
      <p className="rounded-lg border border-dashed px-4 py-6 text-center text-sm text-muted-foreground">
        No message would have been sent in this span.
      </p>
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-2">
      <Card className="p-4">
        <ChartFigure
          title={`Sends by ${bucket}`}
          summary={`${formatCount(total)} messages would have gone out.`}
          rows={rows}
          columns={[
            { label: bucket === "day" ? "Day (UTC)" : "Hour", value: (row) => formatBucket(row.at, bucket), raw: (row) => row.at },
            ...series.map((one) => ({ label: one.label, value: (row: (typeof rows)[number]) => Number(row[one.key] ?? 0) })),
          ]}
          fileName="rehearsed-sends"
        >
          <BarSeries label={`Sends by ${bucket}`} rows={rows} series={series} bucket={bucket} stacked height={200} />
        </ChartFigure>
      </Card>
      <Card className="p-4">
        <ChartFigure
          title="Sends by hour of the day"
          summary={`Most at ${busiest.at}: ${formatCount(busiest.n)}, ${formatShare(busiest.n, total)} of all.`}
          rows={byHour}
          columns={[
            { label: `Hour (${zone})`, value: (row) => row.at },
            { label: "Messages", value: (row) => row.n },
          ]}
          fileName="rehearsed-sends-by-hour-of-day"
          note={`Hours of ${zone}.`}
        >
          <BarSeries
            label="Sends by hour of the day"
            rows={byHour}
            series={[{ key: "n", label: "Messages", color: 1 }]}
            bucket="hour_of_day"
            height={200}
          />
        </ChartFigure>
      </Card>
    </div>
  );
}

function Steps({ view }: { view: RehearsalWire }) {
  const { result, definition } = view;
  const rows = definition.nodes.map((node) => ({ node, counted: result.nodes[node.id] }));
  return (
    <Card>
      <CardHeader>
        <CardTitle>Step by step</CardTitle>
      </CardHeader>
      <CardContent className="px-0 pb-0">
        <Table aria-label="Step by step" containerClassName={INSIDE}>
          <TableCaption className="sr-only">How many would have come to each step, and what became of its messages</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead className="pl-4">Step</TableHead>
              <TableHead className="text-right">Entered</TableHead>
              <TableHead className="hidden text-right sm:table-cell">Of entries</TableHead>
              <TableHead className="hidden text-right sm:table-cell">Here at the end</TableHead>
              <TableHead className="text-right">Sent</TableHead>
              <TableHead className="pr-4 text-right">Stopped</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {rows.map(({ node, counted }) => {
              const message = node.kind === "message";
              const sent = (counted?.outcomes["sent"] ?? 0) + (counted?.outcomes["review"] ?? 0);
              return (
                <TableRow key={node.id}>
                  <TableCell className="pl-4 font-medium">{stepName(definition, node.id)}</TableCell>
                  <TableCell className="text-right tabular-nums">{formatCount(counted?.entered ?? 0)}</TableCell>
                  <TableCell className="hidden text-right text-muted-foreground tabular-nums sm:table-cell">
                    {formatShare(counted?.entered ?? 0, result.entries)}
                  </TableCell>
                  <TableCell className="hidden text-right tabular-nums sm:table-cell">{formatCount(counted?.here ?? 0)}</TableCell>
                  <TableCell className="text-right tabular-nums">{message ? formatCount(sent) : "–"}</TableCell>
                  <TableCell className="pr-4 text-right tabular-nums">
                    {message ? formatCount(sum(counted?.outcomes ?? {}, NOT_STOPPED)) : "–"}
                  </TableCell>
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </CardContent>
    </Card>
  );
}

function Reasons({ view }: { view: RehearsalWire }) {
  const rows = Object.values(view.result.reasons).toSorted((a, b) => b.n - a.n);
  return (
    <Counts
      title="Why messages would not have been sent"
      rows={rows.map(({ outcome, because, n }) => [
        `${OUTCOME_WORDS[outcome] ?? outcome}${because === "" ? "" : ` (${because.replace(/\.$/u, "")})`}`,
        n,
      ])}
      empty="Nothing would have been stopped."
    />
  );
}

function Counts({ title, rows, empty }: { title: string; rows: readonly (readonly [string, number])[]; empty: string }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
      </CardHeader>
      <CardContent className={rows.length === 0 ? "" : "px-0 pb-0"}>
        {rows.length === 0 ? (
          <p className="text-sm text-muted-foreground">{empty}</p>
        ) : (
          <Table aria-label={title} containerClassName={INSIDE}>
            <TableCaption className="sr-only">{title}</TableCaption>
            <TableHeader>
              <TableRow>
                <TableHead className="pl-4">What</TableHead>
                <TableHead className="pr-4 text-right">Number</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {rows
                .toSorted((a, b) => b[1] - a[1])
                .map(([label, n]) => (
                  <TableRow key={label}>
                    <TableCell className="pl-4 whitespace-normal">{label}</TableCell>
                    <TableCell className="pr-4 text-right tabular-nums">{formatCount(n)}</TableCell>
                  </TableRow>
                ))}
            </TableBody>
          </Table>
        )}
      </CardContent>
    </Card>
  );
}

/** What the numbers cannot know, said where they are read. */
function Leaves({ view }: { view: RehearsalWire }) {
  const { definition, result } = view;
  const kinds = new Set(definition.nodes.map(({ kind }) => kind));
  const notes = [
    "Events (as if each had come when it happened), memberships of segments and messages of others are those of the time; consent, traits and lists are as they stand now.",
    "Every message that may be sent counts as sent when it is due.",
    ...(kinds.has("rate_limit") ? ["People pass rate limits at once."] : []),
    ...(kinds.has("optimise") ? ["Bandits use the shares that were drawn: nothing is learnt."] : []),
    ...(kinds.has("set_trait") || kinds.has("list") || kinds.has("send_event")
      ? ["What steps change of a person (traits, lists, events) is not seen by later steps."]
      : []),
    ...(definition.entry.kind === "api" || definition.entry.kind === "manual"
      ? ["Calls and entries by hand are those that were made: a journey that was never live has none."]
      : []),
    ...(result.cut > 0 ? [`${formatCount(result.cut)} people had more steps than a rehearsal follows, and were cut off.`] : []),
  ];
  return (
    <div className="text-xs text-muted-foreground">
      <p className="font-medium">How to read this</p>
      <ul className="list-disc pl-4">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  );
}
