import { connect } from "@/db/client";
import { wakeRuns } from "@/domain/journeys";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import { env } from "@/domain/kernel/env";

/** A worker of the bench in a process of its own: moves all runs that are due at the moment it is told, and says how many steps. */
const url = env().DATABASE_URL;
if (!url) throw new Error("DATABASE_URL is not set.");
const database = connect(url, { max: 4, statementTimeoutMs: 0, applicationName: "bench-journeys" });
process.on("message", (at: string) => {
  void (async () => {
    const ctx = createContext({ kind: "job", id: "bench" }, database, fixedClock(at));
    let steps = 0;
    let runs = 0;
    for (;;) {
      const woken = await wakeRuns(ctx);
      steps += woken.steps;
      runs += woken.runs;
      if (woken.runs === 0) break;
    }
    process.send?.({ steps, runs });
  })();
});
process.once("SIGTERM", () => void database.end().then(() => process.exit(0)));
process.send?.("ready");
