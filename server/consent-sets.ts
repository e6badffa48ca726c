import { keepConsentSets } from "@/domain/consent";
import { codeOf } from "./log";
import { type Loop, pause } from "./loop";

const EVERY_MS = 30_000;
/** A kept set is written again when it is older: a process that starts then reads few changes. */
const OLDER_THAN_MS = 5 * 60_000;

/** Keeps the gate's sets warm and stored, so that no screen waits for the first reading of all statements. */
export const consentSets: Loop = {
  name: "consent-sets",
  async run({ database, signal, log }) {
    while (!signal.aborted) {
      try {
        const kept = await keepConsentSets(database, OLDER_THAN_MS, { signal });
        if (kept > 0) log.debug("consent.sets_kept", { n: kept });
      } catch (error) {
        log.error("consent.sets_failed", { code: codeOf(error), error });
      }
      await pause(EVERY_MS, signal);
    }
  },
};
