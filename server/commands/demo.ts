import { continueDemoLoad, DEMO_PEOPLE, DEMO_SEED, finishDemoRemoval, loadDemoData, removeDemoData } from "@/domain/demo";
import { processNext } from "@/domain/identity";
import type { Database } from "@/db/client";
import type { Command } from "./command";

/** Processes what waits until `done` and nothing waits any more. A running worker may do the same at the same time. */
async function processAll(database: Database, done: () => boolean): Promise<number> {
  let processed = 0;
  for (;;) {
    const ended = done();
    const step = await processNext(database);
    processed += step.processed;
    if (step.processed > 0) continue;
    const [row] = await database.sql<{ waiting: boolean }[]>`
      select exists (select 1 from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id)) as waiting`;
    if (ended && !row?.waiting) return processed;
    await new Promise((next) => setTimeout(next, 50));
  }
}

export const demoLoad: Command = {
  name: "demo load",
  summary: "Load the demo data and process them. An interrupted load goes on where it stopped.",
  usage: "[--people N] [--seed N]",
  async run(args, { ctx, database, say }) {
    args.only(0, "people", "seed");
    const started = performance.now();
    await loadDemoData(ctx, { people: args.number("people", DEMO_PEOPLE, 1), seed: args.number("seed", DEMO_SEED), background: false });
    let loaded = false;
    let shown = 0;
    const processing = processAll(database, () => loaded);
    processing.catch(() => {});
    const status = await continueDemoLoad(ctx, {
      onProgress: ({ people, wanted, messages }) => {
        if (people - shown < wanted / 10 && people < wanted) return;
        shown = people;
        say(`${people} of ${wanted} people, ${messages} messages stored`);
      },
    }).finally(() => (loaded = true));
    say("processing what is left");
    await processing;
    return { people: status.people, messages: status.messages, seconds: Math.round((performance.now() - started) / 100) / 10 };
  },
};

export const demoRemove: Command = {
  name: "demo remove",
  summary: "Remove the demo data and everything derived from them; what is real is made anew from the archive.",
  usage: "",
  async run(args, { ctx, database, say }) {
    args.only(0);
    await removeDemoData(ctx, { background: false });
    const result = await finishDemoRemoval(ctx);
    if (result.realMessages > 0) say(`processing ${result.realMessages} messages of real sources again`);
    await processAll(database, () => true);
    return result;
  },
};
