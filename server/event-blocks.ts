import { BlockKeeper } from "@/domain/segments";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const LOOK_MS = 1_000;
const IDLE_MS = 5_000;
const FAILED_MS = 30_000;
const CHECK_MS = 10 * 60_000;
/** At most a quarter of the time goes into closing, so that a history that is imported is not rewritten without end. */
const SHARE = 3;

/**
 * Keeps events as columns beside `events`, from which segments are counted. Readers never wait for it: what is in no
 * block is read from `events`. Any number of workers may run it; one works.
 */
export const eventBlocks: Loop = {
  name: "event-blocks",
  async run({ database, signal, log }) {
    const keeper = new BlockKeeper(database);
    let failures = 0;
    let checked = Date.now();
    while (!signal.aborted) {
      const began = Date.now();
      let wait = IDLE_MS;
      try {
        const { closed, built, columns, idle } = await keeper.step(began);
        if (closed + built + columns > 0) log.debug("blocks.kept", { n: closed + built + columns, ms: Date.now() - began });
        if (!idle) wait = Math.max(LOOK_MS, (Date.now() - began) * SHARE);
        if (Date.now() - checked > CHECK_MS) {
          checked = Date.now();
          const wrong = await keeper.check();
          // Made again by the next step; the questions go to the database until then.
          if (wrong !== undefined) log.error("blocks.wrong", { id: String(wrong) });
        }
        failures = 0;
      } catch (error) {
        failures += 1;
        wait = Math.min(FAILED_MS, 1_000 * 2 ** Math.min(failures, 6));
        log.error("blocks.failed", { code: codeOf(error), attempt: failures, error });
      }
      await pause(wait, signal);
    }
  },
};
