import { demoJobs } from "./demo-jobs";
import { eraseJob } from "./governance-jobs";
import { previewJob, rebuildJob } from "./identity-jobs";
import { importJobs } from "./import-jobs";
import type { JobHandler } from "./jobs";
import { rehearsalJob } from "./rehearsal-job";
import { segmentJob } from "./segment-jobs";
import { traitJob } from "./trait-jobs";

/** What the worker can do for each kind of job. A new kind is added here. */
export const jobHandlers: readonly JobHandler[] = [
  rebuildJob,
  previewJob,
  ...importJobs,
  ...demoJobs,
  segmentJob,
  traitJob,
  eraseJob,
  rehearsalJob,
];
