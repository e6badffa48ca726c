import { type DemoStatus, continueDemoLoad, DEMO_PEOPLE, DEMO_SEED, finishDemoRemoval, loadDemoData, removeDemoData } from "@/domain/demo";
import { processAll, Processor } from "@/domain/identity";
import type { Database } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";
import { tellInThread } from "../demo-thread";
import type { Command } from "./command";

/** Processes while `loading` goes on, and then what is left. A running worker may do the same at the same time. */
async function processMeanwhile(database: Database, loading: Promise<unknown>): Promise<void> {
  let over = false;
  const end = (): void => void (over = true);
  loading.then(end, end);
  const processor = new Processor(database);
  while (!over) {
    const { processed } = await processor.processNext();
    if (processed === 0) await new Promise((next) => setTimeout(next, 50));
  }
  await loading;
  await processAll(database);
}

/** Loads the demo data, or the rest of them, and processes them. */
export async function loadDemo(
  ctx: Ctx,
  database: Database,
  options: { people: number; seed: number; say?: (text: string) => void },
): Promise<DemoStatus> {
  await loadDemoData(ctx, { people: options.people, seed: options.seed, background: false });
  let shown = 0;
  const loading = continueDemoLoad(ctx, {
    tell: tellInThread,
    onProgress: ({ people, wanted, messages }) => {
      if (people - shown < wanted / 10 && people < wanted) return;
      shown = people;
      options.say?.(`${people} of ${wanted} people, ${messages} messages stored`);
    },
  });
  await processMeanwhile(database, loading);
  return loading;
}

export const demoLoad: Command = {
  name: "demo load",
  summary: "Load the demo data and process them. An interrupted load goes on where it stopped.",
  usage: "[--people N] [--seed N]",
  async run(args, { ctx, database, say }) {
    args.only(0, "people", "seed");
    const started = performance.now();
    const status = await loadDemo(ctx, database, {
      people: args.number("people", DEMO_PEOPLE, 1),
      seed: args.number("seed", DEMO_SEED),
      say,
    });
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
    await processAll(database);
    return result;
  },
};
