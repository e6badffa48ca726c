import { feedJourneys, planStarts, wakeRuns } from "@/domain/journeys";
import { createContext } from "@/domain/kernel/context";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const QUICK_MS = 100;
const IDLE_MS = 500;
const FAILED_MS = 10_000;

/** Moves people through journeys: dates and schedules that have come, what happened (one worker at a time), and whose time has come (all workers). */
export const journeys: Loop = {
  name: "journeys",
  async run({ database, signal, log }) {
    const ctx = createContext({ kind: "job", id: "journeys" }, database);
    let wait = QUICK_MS;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const planned = await planStarts(ctx);
        const fed = await feedJourneys(ctx);
        const woken = await wakeRuns(ctx);
        failures = 0;
        if (!planned.idle || !fed.idle || !woken.idle) continue;
        wait = fed.messages + fed.transitions + fed.starts + woken.runs > 0 ? QUICK_MS : Math.min(IDLE_MS, wait * 1.5);
      } catch (error) {
        failures += 1;
        wait = Math.min(FAILED_MS, 250 * 2 ** Math.min(failures, 6));
        log.error("journeys.failed", { code: codeOf(error), attempt: failures, error });
      }
      await pause(wait, signal);
    }
  },
};
