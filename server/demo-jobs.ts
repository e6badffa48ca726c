import { continueDemoLoad, finishDemoRemoval, LOAD_JOB, REMOVE_JOB } from "@/domain/demo";
import { createContext } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { tellInThread } from "./demo-thread";
import type { JobHandler } from "./jobs";

/** Loads the demo data in the background; the worker's own loop processes them meanwhile. */
const load: JobHandler = {
  kind: LOAD_JOB,
  async run(job, { database, signal, progress }) {
    const ctx = createContext({ kind: "job", id: `job:${job.id}` }, database);
    try {
      await continueDemoLoad(ctx, { signal, onProgress: progress, tell: tellInThread });
    } catch (error) {
      // Somebody loads them from the command line, or wants them gone: nothing is left to do here.
      if (!(error instanceof DomainError && error.code === "CONFLICT")) throw error;
    }
  },
};

const remove: JobHandler = {
  kind: REMOVE_JOB,
  async run(job, { database }) {
    const ctx = createContext({ kind: "job", id: `job:${job.id}` }, database);
    try {
      await finishDemoRemoval(ctx);
    } catch (error) {
      // Done by an earlier attempt of this job.
      if (!(error instanceof DomainError && error.code === "PRECONDITION_FAILED")) throw error;
    }
  },
};

export const demoJobs: readonly JobHandler[] = [load, remove];
