import type { TxSql } from "@/db/client";
import { processAll, REBUILD_JOB, resetDerived } from "@/domain/identity";
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
  },
};
