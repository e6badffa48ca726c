import type { TxSql } from "@/db/client";
import { type IdentityRules, PREVIEW_JOB, previewRules, processAll, REBUILD_JOB, resetDerived } from "@/domain/identity";
import { recomputeAll } from "@/domain/segments";
import type { JobHandler } from "./jobs";

/** History replayed under other rules: starts over once, then goes on where it stands however often it is interrupted. */
export const rebuildJob: JobHandler = {
  kind: REBUILD_JOB,
  async run(job, { sql, database, signal, progress }) {
    if (job.payload["started"] !== true) {
      await sql.begin(async (handle) => {
        const tx = handle as unknown as TxSql;
        const claimed = await tx`
          update jobs set payload = payload || '{"started": true}' where id = ${job.id} and lease_token = ${job.leaseToken} returning id`;
        if (claimed.length > 0) await resetDerived(tx);
      });
    }
    await processAll(database, { signal, progress });
    if (!signal.aborted) await recomputeAll(database);
  },
};

/** Dry run of identity rules over a large archive; the result stands in the job's progress. */
export const previewJob: JobHandler = {
  kind: PREVIEW_JOB,
  async run(job, { database, signal, progress }) {
    const { rules } = job.payload as { rules: IdentityRules };
    const preview = await previewRules(database, rules, { signal, progress });
    if (!signal.aborted) await progress({ preview });
  },
};
