import { followTouches } from "@/domain/campaigns";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const IDLE_MS = 2_000;
const FAILED_MS = 30_000;

/** Derives touchpoints behind processing: reports are to have them within a minute. Any number of workers may run it. */
export const touches: Loop = {
  name: "touches",
  async run({ database, signal, log }) {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const { idle } = await followTouches(database);
        failures = 0;
        if (!idle) continue;
      } catch (error) {
        failures += 1;
        log.error("touches.failed", { code: codeOf(error), attempt: failures, error });
      }
      await pause(failures === 0 ? IDLE_MS : Math.min(FAILED_MS, IDLE_MS * 2 ** failures), signal);
    }
  },
};
