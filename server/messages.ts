import { createContext } from "@/domain/kernel/context";
import { sendMessages, stopWithdrawn } from "@/domain/messages";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const QUICK_MS = 100;
const IDLE_MS = 1_000;
const FAILED_MS = 10_000;

/** Hands messages over to their channels; any number of workers. What waits for people who withdrew is taken back first. */
export const messages: Loop = {
  name: "messages",
  async run({ database, signal, log }) {
    const ctx = createContext({ kind: "job", id: "messages" }, database);
    let wait = QUICK_MS;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const { stopped } = await stopWithdrawn(ctx);
        const { taken } = await sendMessages(ctx);
        failures = 0;
        wait = taken + stopped > 0 ? QUICK_MS : Math.min(IDLE_MS, wait * 1.5);
      } catch (error) {
        failures += 1;
        wait = Math.min(FAILED_MS, 250 * 2 ** Math.min(failures, 6));
        log.error("messages.failed", { code: codeOf(error), attempt: failures, error });
      }
      await pause(wait, signal);
    }
  },
};
