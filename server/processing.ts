import { clearProcessingFailure, noteProcessingFailure, Processor } from "@/domain/identity";
import { codeOf } from "./log";
import { type Loop, type LoopContext, pause } from "./loop";

const QUICK_MS = 50;
const IDLE_MS = 250;
const FAILED_MS = 10_000;
/** Most messages in one batch while all is well. */
const BATCH = 4_000;
/** Failures in a row before the alarm: a database that restarts is none. */
const ALARM_AFTER = 3;

/**
 * Turns the inbox into people and events, in order. Polls every 50 ms while messages come, every 250 ms when none do,
 * so what was accepted is visible within a second. Any number of workers may run it: the one that holds the cursor
 * works, the others look again a little later.
 *
 * A failure that is not a message's own data (those are set aside) is tried again with smaller and smaller batches:
 * everything before its cause goes through, and the alarm (`processingFailure`: health, overview) names the message at
 * which processing stands. Nothing is skipped or lost; collection goes on.
 */
export const processing: Loop = { name: "processing", run: (context) => processInbox(context) };

/** The loop itself; `failedMs` is the longest pause after a failure. */
export async function processInbox({ database, signal, log }: LoopContext, failedMs = FAILED_MS): Promise<void> {
  let limit = BATCH;
  let processor = new Processor(database, { limit });
  let wait = QUICK_MS;
  let failures = 0;
  let cleared = false;
  const resize = (next: number): void => {
    if (next === limit) return;
    limit = next;
    processor = new Processor(database, { limit });
  };
  while (!signal.aborted) {
    try {
      const { processed, caughtUp } = await processor.processNext();
      if (processed > 0 || caughtUp) {
        if (!cleared) await clearProcessingFailure(database.sql);
        cleared = true;
        failures = 0;
      }
      if (processed > 0) {
        resize(Math.min(BATCH, limit * 2));
        wait = QUICK_MS;
        if (!caughtUp) continue;
      } else {
        wait = Math.min(IDLE_MS, wait * 1.5);
      }
    } catch (error) {
      failures += 1;
      cleared = false;
      resize(Math.max(1, limit >> 2));
      wait = Math.min(failedMs, 250 * 2 ** Math.min(failures, 6));
      const code = codeOf(error);
      log.error("processing.failed", { code, attempt: failures, error });
      // Where the database itself is away, there is nothing to write to and health says so.
      if (failures >= ALARM_AFTER)
        await noteProcessingFailure(database.sql, { code, attempts: failures, alone: limit === 1 }).catch(() => {});
    }
    await pause(wait, signal);
  }
}
