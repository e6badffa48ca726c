import { stepBroadcasts } from "@/domain/broadcasts";
import { createContext } from "@/domain/kernel/context";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const IDLE_MS = 1_000;
const FAILED_MS = 30_000;

/** Plans broadcasts: audiences, messages, winners. Any number of workers may run it. */
export const broadcasts: Loop = {
  name: "broadcasts",
  async run({ database, signal, log }) {
    const ctx = createContext({ kind: "job", id: "broadcasts" }, database);
    let failures = 0;
    while (!signal.aborted) {
      try {
        const { idle } = await stepBroadcasts(ctx);
        failures = 0;
        if (!idle) continue;
      } catch (error) {
        failures += 1;
        log.error("broadcasts.failed", { code: codeOf(error), attempt: failures, error });
      }
      await pause(failures === 0 ? IDLE_MS : Math.min(FAILED_MS, IDLE_MS * 2 ** failures), signal);
    }
  },
};
