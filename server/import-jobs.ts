import { IMPORT_CHECK_JOB, IMPORT_RUN_JOB, runImportJob } from "@/domain/imports";
import { extendJob } from "@/domain/kernel/jobs";
import type { JobHandler } from "./jobs";

const handler = (kind: string, mode: "check" | "run"): JobHandler => ({
  kind,
  run: (job, { database, signal }) =>
    runImportJob(database, mode, {
      id: String(job.payload["id"]),
      guard: (tx) => extendJob(tx, job),
      signal,
      lastAttempt: job.attempts >= job.maxAttempts,
    }),
});

export const importJobs: readonly JobHandler[] = [handler(IMPORT_CHECK_JOB, "check"), handler(IMPORT_RUN_JOB, "run")];
