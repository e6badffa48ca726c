import { receivedOf, type SourceHealth, type SourceStatus, type SourceType, type Tally } from "./model";

export interface HealthInput {
  status: SourceStatus;
  type: SourceType;
  now: Date;
  lastSeenAt: Date | null;
  /** Longest silence between two active quarters of an hour in the last seven days; null: fewer than two. */
  longestGapMs: number | null;
  /** Quarters of an hour with messages in the last seven days. */
  activeQuarters: number;
  lastHour: Tally;
  /** Whole requests refused in this clock hour and the one before. */
  refused: number;
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
/** From this share on rejected messages are an error of the source, not noise. */
const ERROR_SHARE = 0.05;
/** Fewer active quarters say nothing about a rhythm. */
const RHYTHM_QUARTERS = 8;

/** What can honestly be said of a source: nothing yet, live, quiet against its own rhythm, or failing. */
export function healthOf(input: HealthInput): SourceHealth {
  const { now, lastSeenAt, lastHour, refused } = input;
  if (input.status === "disabled") return { state: "disabled", sentence: "Messages are refused." };
  const received = receivedOf(lastHour);
  if (refused > 0 && refused >= ERROR_SHARE * (received + refused)) {
    return { state: "errors", sentence: `${count(refused, "request")} refused in the last two hours.` };
  }
  if (!lastSeenAt) return { state: "no_data", sentence: "Nothing has arrived yet." };
  if (received > 0 && lastHour.rejected / received >= ERROR_SHARE) {
    const share = Math.round((100 * lastHour.rejected) / received);
    return {
      state: "errors",
      sentence: `${share} % rejected in the last hour (${lastHour.rejected.toLocaleString("en")} of ${received.toLocaleString("en")}).`,
    };
  }
  const silence = Math.max(0, now.getTime() - lastSeenAt.getTime());
  if (silence <= QUARTER) return { state: "live", sentence: `Last message ${ago(silence)}.` };
  // Files come when somebody uploads one: silence means nothing.
  if (input.type === "csv") return { state: "idle", sentence: `Last import ${ago(silence)}.` };
  if (input.activeQuarters < RHYTHM_QUARTERS || input.longestGapMs === null) {
    return silence > 24 * 60 * MINUTE
      ? { state: "quiet", sentence: `Last message ${ago(silence)}; it sent too little in the last 7 days to know its rhythm.` }
      : { state: "live", sentence: `Last message ${ago(silence)}; too few so far to know its rhythm.` };
  }
  const usual = Math.max(input.longestGapMs, QUARTER);
  return silence > Math.max(30 * MINUTE, 1.5 * usual + QUARTER)
    ? {
        state: "quiet",
        sentence: `Last message ${ago(silence)}; in the last 7 days it was never silent for more than ${duration(usual)}.`,
      }
    : { state: "live", sentence: `Last message ${ago(silence)}, within its usual rhythm.` };
}

/** `3 min`, `5 h`, `2 days`: one unit, rounded down. */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / MINUTE);
  if (minutes < 1) return "a minute";
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

const ago = (ms: number): string => (ms < MINUTE ? "less than a minute ago" : `${duration(ms)} ago`);
const count = (n: number, noun: string): string => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
