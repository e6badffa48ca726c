import { COMPUTE_JOB, computeSegment, noteFailure } from "@/domain/segments";
import type { JobHandler } from "./jobs";

/** Computes the members of a segment's version in the background; the segment shows how far it is. */
export const segmentJob: JobHandler = {
  kind: COMPUTE_JOB,
  async run(job, { database, sql, signal, progress, complete }) {
    const { segmentId, version } = job.payload as { segmentId: string; version: number };
    try {
      await computeSegment(database, segmentId, version, {
        now: Date.now(),
        signal,
        progress: async (done, total) => {
          await progress({ done, total });
          await sql`update segments set progress = ${JSON.stringify({ done, total })}::text::jsonb where id = ${segmentId} and version = ${version}`;
        },
        commit: complete,
      });
    } catch (error) {
      if (!signal.aborted && job.attempts >= job.maxAttempts) await noteFailure(database, segmentId, version, error);
      throw error;
    }
  },
};
