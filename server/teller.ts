import { parentPort, workerData } from "node:worker_threads";
import { tellParts, type StoryPlace } from "@/domain/demo";

/** Tells the demo's story in a thread: one part for each message "next", null after the last. See demo-thread.ts. */
const parts = tellParts(workerData as StoryPlace, () => new Date());
parentPort?.on("message", () => {
  const { value, done } = parts.next();
  parentPort?.postMessage(done === true ? null : value);
});
