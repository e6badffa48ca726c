import { ERASE_JOB, runErasures } from "@/domain/governance";
import type { JobHandler } from "./jobs";

/** Works off running erasures; killed anywhere it goes on where it stood. */
export const eraseJob: JobHandler = {
  kind: ERASE_JOB,
  async run(_job, { database, signal, progress }) {
    await runErasures(database, { signal, progress: (done) => progress({ done }) });
  },
};
