import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { EnvelopeCode } from "@/domain/events/model";
import type { Circumstances, JudgedItems } from "./judge-items";
import { Refused, unavailable } from "./refused";

/** To the thread. */
export interface Work {
  id: number;
  bytes: Uint8Array<ArrayBuffer>;
  batch: boolean;
  circumstances: Circumstances;
}

/** From the thread: what came of it, or the refusal of the whole request, or the name of an unexpected error. */
export interface Judged {
  id: number;
  items?: JudgedItems;
  refused?: { code: EnvelopeCode; message: string; detail: Refused["detail"] };
  failed?: string;
}

type Done = (error: unknown, items?: JudgedItems) => void;

/** Young generation of a thread: bodies outlive the small default one. */
const YOUNG_MB = 48;

/** Bytes of bodies at the threads at once; beyond that they cannot keep up, and the process helps by judging itself. */
const OPEN_BYTES = 16 * 1024 * 1024;

interface Thread {
  worker: Worker;
  /** Bodies under way by id. */
  open: Map<number, { size: number; done: Done }>;
}

/**
 * Threads that parse and judge large bodies, so that they neither hold up small requests nor are held to one processor.
 * They start with the first large body. With one processor there are none: then everything is judged where it arrives.
 */
export class JudgeThreads {
  readonly #threads: (Thread | undefined)[];
  #serial = 0;
  #openBytes = 0;
  #closed = false;

  /** @param file the bundle of server/judge.ts */
  constructor(
    private readonly file: string,
    count = Math.min(2, availableParallelism() >> 1),
  ) {
    this.#threads = Array.from({ length: count }, () => undefined);
  }

  /** Judges a copy of `bytes` and calls `done` once, later. False: no thread can take it, judge it yourself. */
  judge(bytes: Buffer, batch: boolean, circumstances: Circumstances, done: Done): boolean {
    if (this.#closed || this.#threads.length === 0 || this.#openBytes + bytes.length > OPEN_BYTES) return false;
    const thread = this.#leastBusy();
    const id = ++this.#serial;
    thread.open.set(id, { size: bytes.length, done });
    this.#openBytes += bytes.length;
    const copy = new Uint8Array(bytes);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
    thread.worker.postMessage({ id, bytes: copy, batch, circumstances } satisfies Work, [copy.buffer]);
    return true;
  }

  #leastBusy(): Thread {
    let best = 0;
    for (let i = 1; i < this.#threads.length; i++) {
      if ((this.#threads[i]?.open.size ?? 0) < (this.#threads[best]?.open.size ?? 0)) best = i;
    }
    return this.#threads[best] ?? this.#start(best);
  }

  #start(at: number): Thread {
    const worker = new Worker(this.file, { execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const thread: Thread = { worker, open: new Map() };
    worker.unref();
    worker.on("message", ({ id, items, refused, failed = "" }: Judged) => {
      const done = this.#closeBody(thread, id);
      if (items) done?.(undefined, items);
      else if (refused) done?.(new Refused(refused.code, refused.message, refused.detail));
      else done?.(Object.assign(new Error("A body could not be judged."), { name: failed }));
    });
    // A thread that dies takes its bodies with it, none of them stored: the clients send them again.
    worker.on("error", () => {});
    worker.on("exit", () => {
      if (this.#threads[at] === thread) this.#threads[at] = undefined;
      for (const id of thread.open.keys()) this.#closeBody(thread, id)?.(unavailable());
    });
    this.#threads[at] = thread;
    return thread;
  }

  #closeBody(thread: Thread, id: number): Done | undefined {
    const body = thread.open.get(id);
    if (!body) return undefined;
    thread.open.delete(id);
    this.#openBytes -= body.size;
    return body.done;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.flatMap((thread) => (thread ? [thread.worker.terminate()] : [])));
  }
}
