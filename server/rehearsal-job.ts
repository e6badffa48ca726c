import { noteRehearsalFailure, REHEARSAL_JOB, runRehearsal } from "@/domain/journeys";
import type { JobHandler } from "./jobs";

/** Rehearses a journey over history in the background; its row shows how far it is. */
export const rehearsalJob: JobHandler = {
  kind: REHEARSAL_JOB,
  async run(job, { database, signal, progress }) {
    const { id } = job.payload as { id: string };
    try {
      await runRehearsal(database, id, { signal, progress: (done, total) => progress({ done, total }) });
    } catch (error) {
      if (!signal.aborted && job.attempts >= job.maxAttempts) await noteRehearsalFailure(database, id);
      throw error;
    }
  },
};
