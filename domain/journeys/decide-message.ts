import { inDailyWindow, localMoment, instantOf, minutesOf } from "@/domain/kernel/local-time";
import type { JourneyChannel, JourneySettings, MessageOutcome } from "./model";

/** At most `count` messages of these channels (none named: all) in each `hours`, sliding. */
export interface Cap {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly string[];
  readonly count: number;
  readonly hours: number;
}

/** A message that a person was sent or is to be sent. */
export interface Spoken {
  readonly id: number;
  readonly channel: JourneyChannel;
  /** Milliseconds: when it was sent, or is due. */
  readonly at: number;
  readonly priority: number;
  /** Not sent yet: it may still give way. */
  readonly queued: boolean;
}

export interface Question {
  readonly channel: JourneyChannel;
  readonly transactional: boolean;
  readonly settings: Pick<JourneySettings, "quietHours" | "capped" | "priority" | "review">;
  /** The gate's no. */
  readonly refused: { readonly outcome: MessageOutcome; readonly because: string } | null;
  readonly caps: readonly Cap[];
  readonly spoken: readonly Spoken[];
  /** Milliseconds. */
  readonly now: number;
  readonly zone: string;
}

export interface Decision {
  readonly state: "queued" | "review" | "not_sent";
  readonly outcome: MessageOutcome | null;
  readonly because: string | null;
  readonly dueAt: number;
  /** A waiting message of lower priority whose place this one takes. */
  readonly displaces: Spoken | null;
}

/**
 * What becomes of one message: the gate's no first, then quiet hours (which decide when it would go), then caps at that
 * time; a full cap gives way to a higher priority by taking back a waiting message of the lowest. Transactional messages
 * know neither quiet hours nor caps. Pure.
 */
export function decideMessage(question: Question): Decision {
  const { channel, transactional, settings, refused, now, zone } = question;
  const no = (outcome: MessageOutcome, because: string): Decision => ({ state: "not_sent", outcome, because, dueAt: now, displaces: null });
  if (refused !== null) return no(refused.outcome, refused.because);
  let dueAt = now;
  if (!transactional) {
    const quiet = settings.quietHours[channel];
    if (quiet !== undefined && inDailyWindow(now, zone, quiet.from, quiet.to)) {
      const end = nextEnd(now, zone, quiet.to);
      if (quiet.action === "drop") return no("quiet_dropped", `Quiet hours from ${quiet.from} to ${quiet.to} (${zone}).`);
      dueAt = end;
    }
  }
  const yes = (displaces: Spoken | null): Decision => ({
    state: settings.review ? "review" : "queued",
    outcome: null,
    because: dueAt > now ? `Held until quiet hours end (${zone}).` : null,
    dueAt,
    displaces,
  });
  if (transactional || !settings.capped) return yes(null);
  let spoken = question.spoken;
  let displaces: Spoken | null = null;
  for (const cap of question.caps) {
    if (cap.channels.length > 0 && !cap.channels.includes(channel)) continue;
    const counted = within(spoken, cap, dueAt);
    if (counted.length < cap.count) continue;
    // One at most gives way: two caps that need two would silence two for one.
    const weakest = counted
      .filter(({ queued, priority }) => queued && priority < settings.priority)
      .toSorted((a, b) => a.priority - b.priority)[0];
    if (weakest === undefined || displaces !== null) return no("capped", `${cap.name}: at most ${cap.count} in ${cap.hours} hours.`);
    displaces = weakest;
    spoken = spoken.filter((one) => one !== weakest);
  }
  return yes(displaces);
}

/** Messages that share a window of the cap's length with one at `at`, before or after it. */
function within(spoken: readonly Spoken[], cap: Cap, at: number): Spoken[] {
  const window = cap.hours * 3_600_000;
  return spoken.filter((one) => (cap.channels.length === 0 || cap.channels.includes(one.channel)) && Math.abs(at - one.at) < window);
}

/** The next moment at which the wall clock shows `time`. */
function nextEnd(now: number, zone: string, time: string): number {
  const today = localMoment(now, zone);
  const end = instantOf(today, minutesOf(time), zone);
  return end > now ? end : instantOf({ ...today, day: today.day + 1 }, minutesOf(time), zone);
}
