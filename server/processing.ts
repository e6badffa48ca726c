import { Processor } from "@/domain/identity";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const QUICK_MS = 50;
const IDLE_MS = 250;
const FAILED_MS = 10_000;

/**
 * Turns the inbox into people and events, in order. Polls every 50 ms while messages come, every 250 ms when none do,
 * so what was accepted is visible within a second. Any number of workers may run it: the one that holds the cursor
 * works, the others look again a little later.
 */
export const processing: Loop = {
  name: "processing",
  async run({ database, signal, log }) {
    const processor = new Processor(database);
    let wait = QUICK_MS;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const { processed, caughtUp } = await processor.processNext();
        failures = 0;
        if (processed > 0) {
          wait = QUICK_MS;
          if (!caughtUp) continue;
        } else {
          wait = Math.min(IDLE_MS, wait * 1.5);
        }
      } catch (error) {
        failures += 1;
        wait = Math.min(FAILED_MS, 250 * 2 ** Math.min(failures, 6));
        log.error("processing.failed", { code: codeOf(error), attempt: failures, error });
      }
      await pause(wait, signal);
    }
  },
};
