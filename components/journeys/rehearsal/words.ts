import type { ChartSeries, TimeRow } from "@/components/charts";
import type { JourneyChannel, JourneyDefinition, JourneyNode, NodeKind } from "@/domain/journeys/model";
import type { RehearsalResult } from "@/domain/journeys/rehearsal-model";

/** Words of a rehearsal. Pure. */

export const CHANNEL_WORDS: Record<JourneyChannel, string> = {
  email: "E-mail",
  sms: "SMS",
  push: "Push",
  web_push: "Web push",
  in_app: "In-app",
  webhook: "Webhook",
  slack: "Slack",
};

const KIND_WORDS: Record<NodeKind, string> = {
  message: "Message",
  delay: "Wait",
  wait_until: "Wait until",
  time_window: "Time window",
  hold_until: "Wait for an event",
  wait_condition: "Wait for a condition",
  split: "Split",
  random_split: "Random split",
  experiment: "Experiment",
  optimise: "Optimise",
  rate_limit: "Rate limit",
  set_trait: "Set trait",
  list: "List",
  send_event: "Send event",
  destination: "Send to destination",
  start_journey: "Start journey",
  jump: "Go back",
  exit: "Exit",
};

export const OUTCOME_WORDS: Record<string, string> = {
  sent: "Sent",
  review: "Held for review",
  waiting: "Still to go",
  capped: "Frequency cap",
  out_prioritised: "Another message was more important",
  not_consented: "No consent",
  unsubscribed: "Unsubscribed",
  suppressed: "Suppressed",
  quiet_dropped: "Quiet hours",
  unreachable: "Not reachable",
  held_out: "Held out",
  run_ended: "The journey ended first",
};

export const REFUSAL_WORDS: Record<string, string> = {
  already_in: "Were in the journey already",
  entered_before: "Had entered before",
  too_soon: "Entered again too soon",
  too_late: "Came too late",
  not_live: "Journey not live",
};

/** Name of a step: its own, else what it does. */
export function stepName(definition: JourneyDefinition, id: string): string {
  const node = definition.nodes.find((one) => one.id === id);
  if (node === undefined) return id;
  if (node.label.trim() !== "") return node.label;
  return node.kind === "message" ? CHANNEL_WORDS[node.channel] : KIND_WORDS[node.kind];
}

/** How a step was left. */
export function branchWords(node: JourneyNode | undefined, branch: string | null): string {
  if (branch === null || branch === "next") return "";
  if (branch === "timeout") return "time is up";
  if (branch === "otherwise") return "everyone else";
  if (branch === "skip") return "no date, or past";
  if (branch === "not_sent") return "not sent";
  if (branch === "back") return "back";
  if (branch.startsWith("rule:")) return "an exit rule";
  if (branch === "goal") return "goal reached";
  const parts =
    node?.kind === "split" || node?.kind === "random_split" || node?.kind === "hold_until"
      ? node.branches
      : node?.kind === "experiment" || node?.kind === "optimise"
        ? node.arms
        : [];
  const part = parts.find((one) => one.id === branch);
  if (part === undefined) return branch;
  return part.label || ("event" in part ? part.event : part.id);
}

/** How a run ended, from its status and reason. */
export function endWords(key: string): string {
  const [status = "", reason = ""] = key.split(": ", 2);
  if (status === "active") return "Still inside";
  if (status === "completed") return "Went through";
  if (status === "failed") return "Failed";
  if (reason === "held_out") return "Held out to measure by";
  if (reason === "goal") return "Left at the goal";
  if (reason.startsWith("rule:")) return "Left by an exit rule";
  return reason === "" || reason === "exit" ? "Left at an exit step" : `Left: ${reason}`;
}

const HOUR = 3_600_000;

/** Sends by hour, or by day where the span is long; hours without any are there with 0. ISO, UTC. */
export function sendsOverTime(
  hours: RehearsalResult["hours"],
  from: number,
  to: number,
): { bucket: "hour" | "day"; rows: TimeRow[]; series: ChartSeries[] } {
  const bucket = to - from > 8 * 24 * HOUR ? "day" : "hour";
  const length = bucket === "day" ? 24 * HOUR : HOUR;
  const channels = channelsIn(hours);
  const rows = new Map<number, TimeRow>();
  const empty = (at: number): TimeRow => ({
    at: new Date(at).toISOString(),
    ...Object.fromEntries(channels.map((channel) => [channel, 0])),
  });
  for (let at = Math.floor(from / length) * length; at <= to; at += length) rows.set(at, empty(at));
  for (const [hour, counts] of Object.entries(hours)) {
    const at = Math.floor(Date.parse(hour) / length) * length;
    const row = rows.get(at) ?? empty(at);
    for (const [channel, n] of Object.entries(counts)) row[channel] = Number(row[channel] ?? 0) + n;
    rows.set(at, row);
  }
  const sorted = [...rows].toSorted(([a], [b]) => a - b).map(([, row]) => row);
  return { bucket, rows: sorted, series: seriesOf(channels) };
}

/** Sends by hour of the day in a zone: "00:00" to "23:00", each with its number. */
export function sendsByHourOfDay(hours: RehearsalResult["hours"], zone: string): { at: string; n: number }[] {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "numeric", hourCycle: "h23" });
  const out = Array.from({ length: 24 }, () => 0);
  for (const [hour, counts] of Object.entries(hours)) {
    const of = Number(format.format(Date.parse(hour)));
    out[of] = (out[of] ?? 0) + Object.values(counts).reduce((sum, n) => sum + n, 0);
  }
  return out.map((n, hour) => ({ at: `${String(hour).padStart(2, "0")}:00`, n }));
}

function channelsIn(hours: RehearsalResult["hours"]): JourneyChannel[] {
  const seen = new Set(Object.values(hours).flatMap((counts) => Object.keys(counts)));
  return (Object.keys(CHANNEL_WORDS) as JourneyChannel[]).filter((channel) => seen.has(channel));
}

const seriesOf = (channels: readonly JourneyChannel[]): ChartSeries[] =>
  channels.map((channel, i) => ({ key: channel, label: CHANNEL_WORDS[channel], color: ((i % 8) + 1) as 1 }));

/** "name = value" lines as JSON; texts that are numbers, yes or no, or JSON become such. */
export function readPairs(text: string): Record<string, string | number | boolean> {
  const out: Record<string, string | number | boolean> = {};
  for (const line of text.split("\n")) {
    const [, name, value] = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/u.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    out[name] = value === "true" ? true : value === "false" ? false : /^-?\d{1,15}(?:\.\d+)?$/u.test(value) ? Number(value) : value;
  }
  return out;
}
