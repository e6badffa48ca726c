import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { tellParts, type StoryPlace, type ToldPart } from "@/domain/demo";

/**
 * The demo's story, told in a thread of its own so that storing and processing have this one to themselves. A few parts
 * are told ahead. Where the processes are not bundled (tests) it is told here.
 */
export async function* tellInThread(place: StoryPlace): AsyncGenerator<ToldPart> {
  const file = join(dirname(process.argv[1] ?? ""), "teller.js");
  if (!existsSync(file)) {
    yield* tellParts(place, () => new Date());
    return;
  }
  const AHEAD = 3;
  const thread = new Worker(file, { workerData: place });
  const told: (ToldPart | null)[] = [];
  let failure: Error | undefined;
  let wake: () => void = () => {};
  thread.on("message", (part: ToldPart | null) => {
    told.push(part);
    wake();
  });
  thread.on("error", (error) => {
    failure = error;
    wake();
  });
  try {
    await once(thread, "online");
    for (let i = 0; i < AHEAD; i++) thread.postMessage("next");
    for (;;) {
      while (told.length === 0 && !failure) await new Promise<void>((done) => (wake = done));
      if (failure) throw failure;
      const part = told.shift();
      if (!part) return;
      thread.postMessage("next");
      yield part;
    }
  } finally {
    await thread.terminate();
  }
}
