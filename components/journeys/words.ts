import { describe, plain } from "@/domain/segments/describe";
import { pathText } from "@/domain/segments/describe";
import type { Duration, Filter, Group } from "@/domain/segments/model";
import type { Entry, ExitRule, JourneyDefinition, JourneyNode, JourneySettings, JourneyStatus } from "@/domain/journeys/model";
import { CHANNEL_NAMES, lookOf } from "./kinds";

/** What a drawing says, in plain words. Pure. */

/** Names by id: segments, lists, computed traits, templates, journeys, purposes. */
export type Names = Readonly<Record<string, string>>;

export const STATUS_WORDS: Record<JourneyStatus, string> = {
  draft: "Draft",
  live: "Live",
  paused: "Paused",
  draining: "Finishing",
  archived: "Archived",
};

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const SHORT_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

const durationWords = ({ n, unit }: Duration): string => `${n.toLocaleString("en-US")} ${unit}${n === 1 ? "" : "s"}`;

export function weekdayWords(days: readonly number[]): string {
  const sorted = [...days].toSorted((a, b) => a - b);
  const key = sorted.join("");
  if (key === "1234567") return "every day";
  if (key === "12345") return "Monday to Friday";
  if (key === "67") return "Saturday and Sunday";
  return sorted.map((day) => SHORT_DAYS[day - 1]).join(", ");
}

function conditionWords(condition: Group, names: Names): string {
  if (condition.children.every((child) => child.muted === true)) return "nothing chosen yet";
  const text = plain(describe({ version: 1, root: condition }, { names }));
  return text.replace(/^People who /u, "");
}

function filterWords(where: readonly Filter[]): string {
  if (where.length === 0) return "";
  return ` where ${where.map(({ path }) => pathText(path)).join(" and ")} ${where.length === 1 ? "fits" : "fit"}`;
}

const named = (names: Names, id: string | null, none: string): string =>
  id === null || id === "" ? none : (names[id] ?? "one that is not there any more");
const event = (name: string): string => (name === "" ? "an event not chosen yet" : `“${name}”`);
const dayShift = (days: number): string =>
  days === 0 ? "on the day of" : `${Math.abs(days)} ${Math.abs(days) === 1 ? "day" : "days"} ${days < 0 ? "before" : "after"}`;

/** Name of a step: its own, else its kind's. */
export const stepName = (node: JourneyNode): string => (node.label.trim() === "" ? lookOf(node).label : node.label);

/** One line: what a step does. */
export function stepWords(node: JourneyNode, names: Names, steps?: (id: string) => string): string {
  switch (node.kind) {
    case "message":
      return named(names, node.templateId, "No template chosen yet");
    case "delay":
      return durationWords(node.duration);
    case "wait_until":
      if (node.until.kind === "date") return `Until ${dateWords(node.until.at)}`;
      if (node.until.kind === "trait") return `Until ${node.until.time}, ${dayShift(node.until.days)} ${pathText(node.until.path)}`;
      return `Until ${node.until.time}, ${weekdayWords(node.until.weekdays)}`;
    case "time_window":
      return `${node.from} to ${node.to}, ${weekdayWords(node.weekdays)}`;
    case "hold_until":
      return `${node.branches.map((branch) => event(branch.event)).join(" or ")}, at most ${durationWords(node.timeout.after)}`;
    case "wait_condition":
      return `${conditionWords(node.condition, names)}, at most ${durationWords(node.timeout.after)}`;
    case "split":
      return `${node.branches.length + 1} ways, the first that fits`;
    case "random_split":
      return node.branches.map((branch) => `${branch.share} %`).join(" / ");
    case "experiment":
      return `${node.arms.length} arms, judged by ${event(node.metric.event)}`;
    case "optimise":
      return `${node.arms.length} arms, towards more ${event(node.metric.event)}`;
    case "rate_limit":
      return `${node.people.toLocaleString("en-US")} people a ${node.per}`;
    case "set_trait":
      return node.trait === "" ? "No trait named yet" : `${node.trait} = ${node.value === "" ? "(empty)" : node.value}`;
    case "list":
      return `${node.action === "add" ? "Add to" : "Remove from"} ${named(names, node.listId, "a list not chosen yet")}`;
    case "send_event":
      return event(node.event);
    case "destination":
      return named(names, node.destinationId, "No destination chosen yet");
    case "start_journey":
      return named(names, node.journeyId, "No journey chosen yet");
    case "jump":
      return `To ${node.target === null ? "a step not chosen yet" : `“${steps?.(node.target) ?? node.target}”`}, at most ${node.times} ${node.times === 1 ? "time" : "times"}`;
    case "exit":
      return node.reason === "" ? "The journey ends here" : node.reason;
  }
}

function dateWords(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? "a date not chosen yet"
    : `${new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(at)} UTC`;
}

/** Who comes in. */
export function entryWords(entry: Entry, names: Names): string {
  switch (entry.kind) {
    case "event":
      return `When somebody does ${event(entry.event)}${filterWords(entry.where)}${entry.key === null ? "" : `, once for each ${pathText(entry.key)}`}`;
    case "segment_entered":
      return `When somebody enters ${named(names, entry.segmentId, "a segment not chosen yet")}`;
    case "segment_left":
      return `When somebody leaves ${named(names, entry.segmentId, "a segment not chosen yet")}`;
    case "date_trait":
      return `At ${entry.time}, ${dayShift(entry.days)} ${pathText(entry.path)}${entry.yearly ? ", every year" : ""}`;
    case "schedule": {
      const who = entry.segmentId === null ? "Everybody" : `Everybody in ${named(names, entry.segmentId, "a segment not chosen yet")}`;
      const when =
        entry.recurring === null
          ? entry.at === null
            ? "at a time not chosen yet"
            : `on ${dateWords(entry.at)}`
          : `at ${entry.recurring.time}, ${weekdayWords(entry.recurring.weekdays)}`;
      return `${who}, ${when}${entry.local ? " of their own time" : ""}`;
    }
    case "api":
      return "When your system calls the API";
    case "manual":
      return "When somebody of the team adds a person";
  }
}

/** How often the same person may come in. */
export function reentryWords({ reentry }: JourneySettings, entry: Entry): string {
  const per = entry.kind === "event" && entry.key !== null ? ` for each ${pathText(entry.key)}` : "";
  if (reentry.kind === "once") return `Each person enters once, for ever${per}.`;
  if (reentry.kind === "always") return `Each person enters every time${per}${per === "" ? ", but not while they are still inside" : ""}.`;
  return `Each person enters again when the last time${per} was at least ${durationWords(reentry.duration)} ago.`;
}

function exitRuleWords(rule: ExitRule, names: Names): string {
  if (rule.kind === "event")
    return `did ${event(rule.event)}${filterWords(rule.where)}${rule.match === null ? "" : ` with the same ${pathText(rule.match)}`}`;
  return conditionWords(rule.condition, names);
}

/** The settings that are not as in a new journey, one line each. */
export function settingsWords(definition: JourneyDefinition, names: Names): string[] {
  const { settings, entry } = definition;
  const out = [reentryWords(settings, entry)];
  out.push(
    settings.purposeId === null ? "No purpose chosen." : `Only people who may be contacted for ${named(names, settings.purposeId, "")}.`,
  );
  if (settings.goal)
    out.push(
      `Goal: ${event(settings.goal.event)}${filterWords(settings.goal.where)} within ${durationWords(settings.goal.within)}${settings.goal.exits ? "; reaching it ends the journey" : ""}.`,
    );
  for (const rule of settings.exits) out.push(`Leaves at once who ${exitRuleWords(rule, names)}.`);
  for (const [channel, quiet] of Object.entries(settings.quietHours))
    if (quiet)
      out.push(
        `${CHANNEL_NAMES[channel as keyof typeof CHANNEL_NAMES]}: quiet from ${quiet.from} to ${quiet.to} of the person's time, then ${quiet.action === "hold" ? "sent" : "not sent"}.`,
      );
  if (!settings.capped) out.push("Frequency caps do not apply.");
  if (settings.priority !== 50) out.push(`Priority ${settings.priority} of 100.`);
  if (settings.holdout > 0) out.push(`${settings.holdout} % of people are held out.`);
  if (settings.review) out.push("Messages wait for approval.");
  return out;
}
