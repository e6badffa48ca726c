import { checkNextSegment, refreshSqlLists } from "@/domain/segments";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const EVERY_MS = 60_000;
/** Checks of one round: the rest comes with the next, so that they never crowd out live work. */
const CHECKS = 10;

/** Computes results of SQL conditions again, and compares kept members with a fresh computation. */
export const segmentUpkeep: Loop = {
  name: "segment-upkeep",
  async run({ database, signal, log }) {
    while (!signal.aborted) {
      try {
        const refreshed = await refreshSqlLists(database, signal);
        let checked = 0;
        while (checked < CHECKS && !signal.aborted) {
          const check = await checkNextSegment(database);
          if (!check) break;
          checked += 1;
          if (check.difference > 0) log.error("segments.members_differ", { id: check.segmentId, n: check.difference });
        }
        if (refreshed + checked > 0) log.debug("segments.upkeep", { n: refreshed + checked });
      } catch (error) {
        log.error("segments.upkeep_failed", { code: codeOf(error), error });
      }
      await pause(EVERY_MS, signal);
    }
  },
};
