"use client";

import { ArrowRight, Ban, CircleDot, Clock, Flag, LogIn, LogOut, MailCheck, MailX, Zap } from "lucide-react";
import { useId, useState, type ComponentType } from "react";
import { MailFrame } from "@/components/layout/mail-frame";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import type { JourneyDefinition } from "@/domain/journeys/model";
import type { SaidMessage, Walk, WalkLine } from "@/domain/journeys/rehearsal-model";
import { branchWords, CHANNEL_WORDS, endWords, OUTCOME_WORDS, REFUSAL_WORDS, stepName } from "./words";

const EFFECT_WORDS: Record<string, string> = {
  set_trait: "Would set the trait",
  list: "Would change the list",
  send_event: "Would send the event",
  destination: "Would send to the destination",
  start_journey: "Would start the journey",
  exposure: "Takes the arm",
  goal: "Goal",
};

/** A walk as a line through time: each step with its moment in the person's zone. */
export function WalkTimeline({ walk, definition }: { walk: Walk; definition: JourneyDefinition }) {
  const moment = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: walk.zone,
  });
  const lines = walk.lines.filter(
    (line) => line.kind !== "left" || branchWords(undefined, line.branch) !== "" || isChoice(definition, line),
  );
  const first = walk.lines[0]?.at ?? 0;
  return (
    <div className="rounded-lg border bg-card">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 border-b px-4 py-3">
        <h2 className="text-base font-semibold tracking-tight">The way through</h2>
        <p className="text-sm text-muted-foreground">Times of {walk.zone}. Nothing was sent.</p>
      </div>
      <ol className="grid grid-cols-[minmax(0,1fr)] px-4 py-3">
        {lines.map((line, i) => {
          const before = lines[i - 1]?.at ?? first;
          const Icon = iconOf(line);
          return (
            // Lines have no id of their own and never change order.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={i} className="relative grid grid-cols-[1.75rem_minmax(0,1fr)] gap-x-3 pb-3 last:pb-0">
              {i < lines.length - 1 && <span aria-hidden className="absolute top-6 bottom-0 left-[0.84rem] w-px bg-border" />}
              <span aria-hidden className={cn("grid size-7 place-content-center rounded-full border bg-card", toneOf(line))}>
                <Icon className="size-3.5" />
              </span>
              <div className="grid min-w-0 gap-0.5 pt-0.5">
                {(i === 0 || line.at !== before) && (
                  <p className="text-xs text-muted-foreground tabular-nums">
                    <time dateTime={new Date(line.at).toISOString()}>{moment.format(line.at)}</time>
                    {line.at > before && <span> · {span(line.at - before)} later</span>}
                  </p>
                )}
                <Line line={line} definition={definition} moment={moment} />
              </div>
            </li>
          );
        })}
      </ol>
      {walk.standsAt !== null && (
        <p className="border-t px-4 py-3 text-sm">
          After {span(walk.until - first)} the person still stands at <strong>{stepName(definition, walk.standsAt)}</strong>
          {walk.waitsUntil === null ? ", until something happens." : `, until ${moment.format(walk.waitsUntil)}.`}
        </p>
      )}
    </div>
  );
}

function Line({ line, definition, moment }: { line: WalkLine; definition: JourneyDefinition; moment: Intl.DateTimeFormat }) {
  switch (line.kind) {
    case "entered_journey":
      return <p className="font-medium">Enters the journey</p>;
    case "refused":
      return <p className="font-medium">Does not enter: {REFUSAL_WORDS[line.reason] ?? line.reason}</p>;
    case "event":
      return (
        <p>
          Event <span className="font-medium">{line.name}</span>
        </p>
      );
    case "entered":
      return <p className="font-medium">{stepName(definition, line.node)}</p>;
    case "left":
      return (
        <p className="text-sm text-muted-foreground">
          {stepName(definition, line.node)}:{" "}
          {branchWords(
            definition.nodes.find(({ id }) => id === line.node),
            line.branch,
          ) || "on"}
        </p>
      );
    case "effect":
      return (
        <p className="text-sm">
          {EFFECT_WORDS[line.what] ?? line.what} <span className="font-medium">{line.detail}</span>
        </p>
      );
    case "ended":
      return <p className="font-medium">{endWords(line.status === "exited" ? `exited: ${line.reason ?? ""}` : line.status)}</p>;
    case "message": {
      const out = line.outcome === "sent" || line.outcome === "review" || line.outcome === "waiting";
      return (
        <div className="mt-1 grid gap-1 rounded-md border px-3 py-2 text-sm">
          <div className="flex flex-wrap items-center gap-2">
            <Badge variant={out ? "success" : "warning"}>
              {line.outcome === "sent" ? "Would be sent" : (OUTCOME_WORDS[line.outcome] ?? line.outcome)}
            </Badge>
            <span className="font-medium">{line.template ?? "No template chosen yet"}</span>
            <span className="text-muted-foreground">{CHANNEL_WORDS[line.channel]}</span>
          </div>
          {line.because !== null && <p className="text-muted-foreground">{line.because}</p>}
          {out && line.dueAt > line.at && <p>Would go out {moment.format(line.dueAt)}.</p>}
          {line.said !== null && <Said said={line.said} name={line.template ?? stepName(definition, line.node)} />}
        </div>
      );
    }
  }
}

/** What the message says: its first line at once, the rest on demand. A mail stands in a frame without scripts and network. */
function Said({ said, name }: { said: SaidMessage; name: string }) {
  const { rendered, problem } = said;
  const [open, setOpen] = useState(false);
  const id = useId();
  if (rendered === null) return <p className="text-destructive-text">It would say nothing: {problem}</p>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      {rendered.subject !== null && rendered.subject !== "" && (
        <p>
          <span className="text-muted-foreground">Subject: </span>
          {rendered.subject}
        </p>
      )}
      {rendered.html === null ? (
        <p className="rounded-md bg-muted px-3 py-2 whitespace-pre-wrap">{rendered.text}</p>
      ) : (
        <>
          <Button
            type="button"
            variant="outline"
            size="sm"
            aria-expanded={open}
            aria-controls={id}
            aria-label={`${open ? "Hide" : "Read"} message ${name}`}
            className="justify-self-start"
            onClick={() => setOpen(!open)}
          >
            {open ? "Hide message" : "Read message"}
          </Button>
          <div id={id} hidden={!open}>
            {open && (
              <MailFrame html={rendered.html} title={`Message ${name}`} width={1_200} height={440} className="w-full rounded-md border" />
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** A way out that somebody or something decided: worth a line of its own. */
function isChoice(definition: JourneyDefinition, line: Extract<WalkLine, { kind: "entered" | "left" }>): boolean {
  const kind = definition.nodes.find(({ id }) => id === line.node)?.kind;
  return (
    kind === "split" ||
    kind === "random_split" ||
    kind === "experiment" ||
    kind === "optimise" ||
    kind === "hold_until" ||
    kind === "wait_condition"
  );
}

function iconOf(line: WalkLine): ComponentType<{ className?: string }> {
  switch (line.kind) {
    case "entered_journey":
      return LogIn;
    case "refused":
      return Ban;
    case "event":
      return Zap;
    case "entered":
      return CircleDot;
    case "left":
      return ArrowRight;
    case "effect":
      return Flag;
    case "ended":
      return LogOut;
    case "message":
      return line.outcome === "waiting" ? Clock : line.outcome === "sent" || line.outcome === "review" ? MailCheck : MailX;
  }
}

function toneOf(line: WalkLine): string {
  if (line.kind === "message")
    return line.outcome === "sent" || line.outcome === "review" || line.outcome === "waiting" ? "text-success-text" : "text-warning-text";
  if (line.kind === "event") return "text-info-text";
  return "text-muted-foreground";
}

/** "3 days", "2 h 15 min". */
function span(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const days = Math.floor(minutes / 1440);
  const hours = Math.round((minutes % 1440) / 60);
  return hours === 0 ? `${days} days` : `${days} days ${hours} h`;
}
