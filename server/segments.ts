import { pruneChanges, stepSegments } from "@/domain/segments";
import { CHANGES_CHANNEL } from "@/domain/profiles/model";
import { codeOf } from "./log";
import { Bell, type Loop } from "./loop";

const QUICK_MS = 50;
const IDLE_MS = 250;
const FAILED_MS = 10_000;
const PRUNE_MS = 60_000;

/**
 * Keeps members of segments live: whom a processed batch changed, and whose time has come. Processing wakes it with each
 * commit; it looks by itself too, for what time alone moves and where a wake-up was lost. Any number of workers may run
 * it; one works, the others step back.
 */
export const segments: Loop = {
  name: "segments",
  async run({ database, signal, log }) {
    const bell = new Bell();
    const listening = await database.sql.listen(CHANGES_CHANNEL, () => bell.ring());
    let wait = QUICK_MS;
    let failures = 0;
    let pruned = 0;
    while (!signal.aborted) {
      try {
        const { changes, due, idle } = await stepSegments(database, Date.now());
        failures = 0;
        if (!idle) continue;
        wait = changes + due > 0 ? QUICK_MS : Math.min(IDLE_MS, wait * 1.5);
        if (Date.now() - pruned > PRUNE_MS) {
          pruned = Date.now();
          await pruneChanges(database.sql);
        }
      } catch (error) {
        failures += 1;
        wait = Math.min(FAILED_MS, 250 * 2 ** Math.min(failures, 6));
        log.error("segments.failed", { code: codeOf(error), attempt: failures, error });
      }
      await bell.pause(wait, signal);
    }
    await listening.unlisten();
  },
};
