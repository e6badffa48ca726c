import { ensureInboxPartitions } from "@/domain/events/partitions";
import type { Loop } from "./loops";
import { pause } from "./loops";

const MINUTE = 60_000;

/** House-keeping that keeps tables small and partitions ahead. Any number of workers may run it. */
export const maintenance: Loop = {
  name: "maintenance",
  async run({ database, signal, log }) {
    while (!signal.aborted) {
      const started = Date.now();
      await ensureInboxPartitions(database.sql, new Date());
      log.debug("maintenance.done", { ms: Date.now() - started });
      await pause(10 * MINUTE, signal);
    }
  },
};
