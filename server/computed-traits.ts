import { askDueTraits, checkSample, refreshStaleStats, sweepValues } from "@/domain/segments";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const EVERY_MS = 5_000;
const SWEEP_MS = 30 * 60_000;

/**
 * Upkeep of computed traits: computations by schedule, distributions, checks of samples, what is left of deleted ones.
 * Values themselves are kept live by the loop of segments. Any number of workers may run it.
 */
export const computedTraits: Loop = {
  name: "computed-traits",
  async run({ database, signal, log }) {
    let swept = 0;
    while (!signal.aborted) {
      try {
        const now = Date.now();
        await askDueTraits(database.sql, now);
        await refreshStaleStats(database.sql, now);
        const checked = await checkSample(database, now);
        if (checked && checked.difference > 0) log.error("computed_traits.differ", { id: checked.id, n: checked.difference });
        if (now - swept > SWEEP_MS) {
          swept = now;
          await sweepValues(database.sql, now);
        }
      } catch (error) {
        log.error("computed_traits.failed", { code: codeOf(error), error });
      }
      await pause(EVERY_MS, signal);
    }
  },
};
