import { parentPort } from "node:worker_threads";
import { decodeBody } from "./collect/body";
import { readEnvelope } from "./collect/envelope";
import { judgeItems } from "./collect/judge-items";
import type { Judged, Work } from "./collect/judge-threads";
import { Refused } from "./collect/refused";

/** A thread that parses and judges large bodies (collect/judge-threads.ts). It has no state and touches no database. */
parentPort?.on("message", ({ id, bytes, batch, circumstances }: Work) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
  parentPort?.postMessage(judge(id, bytes, batch, circumstances));
});

function judge(id: number, bytes: Uint8Array, batch: boolean, circumstances: Work["circumstances"]): Judged {
  try {
    const envelope = readEnvelope(decodeBody(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)), batch);
    return { id, items: judgeItems(envelope, circumstances) };
  } catch (error) {
    if (error instanceof Refused) return { id, refused: { code: error.code, message: error.message, detail: error.detail } };
    return { id, failed: (error as Error).name };
  }
}
