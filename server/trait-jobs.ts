import { computeTrait, noteTraitFailure, TRAIT_JOB } from "@/domain/segments";
import type { JobHandler } from "./jobs";

/** Computes a trait for everybody in the background; the trait shows how far it is. */
export const traitJob: JobHandler = {
  kind: TRAIT_JOB,
  async run(job, { database, sql, signal, progress }) {
    const { traitId, version } = job.payload as { traitId: string; version: number };
    try {
      await computeTrait(database, traitId, version, {
        now: Date.now,
        signal,
        progress: async (done, total) => {
          await progress({ done, total });
          await sql`
            update computed_traits set progress = ${JSON.stringify({ done, total })}::text::jsonb where id = ${traitId} and version = ${version}`;
        },
      });
    } catch (error) {
      if (!signal.aborted && job.attempts >= job.maxAttempts) await noteTraitFailure(database, traitId, version, error);
      throw error;
    }
  },
};
