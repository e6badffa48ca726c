import type { AnySql } from "@/db/client";
import { storeMessages, type StoreBatch, type StoreOutcome } from "@/domain/events";
import { overloaded, unavailable } from "./refused";

export interface CommitLimits {
  /** A flush starts after so long, */
  flushMs: number;
  /** or at so many messages, */
  flushRows: number;
  /** or at so many characters. */
  flushBytes: number;
  /** A flush starts at once while fewer than this many are under way. */
  eager: number;
  /** Flushes under way at once. */
  inFlight: number;
  /** Messages waiting or being written; more are refused with 429. */
  queueEvents: number;
  /** The same in characters, so that big messages cannot fill the memory. */
  queueBytes: number;
  /** Longest wait for a flush before 503. */
  deadlineMs: number;
}

/** Called once: with the outcome of each item, or with an error when nothing of the batch was stored. */
type Committed = (error: unknown, outcomes?: readonly StoreOutcome[]) => void;

interface Waiting {
  batch: StoreBatch;
  rows: number;
  bytes: number;
  done: Committed;
}

/**
 * One transaction for many requests: they wait together for one commit. While nothing is under way a flush starts with
 * whatever the current turn of the event loop brought; under load requests gather until one of the limits is reached.
 */
export class GroupCommit {
  #queue: Waiting[] = [];
  #queuedRows = 0;
  #queuedBytes = 0;
  #pendingRows = 0;
  #pendingBytes = 0;
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #soon = false;
  #idle: (() => void)[] = [];

  constructor(
    private readonly sql: () => AnySql,
    private readonly limits: CommitLimits,
    /** Races work against the deadline; on its passing drops the connections that hang. */
    private readonly guard: <T>(work: Promise<T>) => Promise<T>,
  ) {}

  /** Refuses with 429 when `rows` more messages do not fit. */
  checkRoom(rows: number): void {
    const { queueEvents, queueBytes } = this.limits;
    if (this.#pendingRows > 0 && (this.#pendingRows + rows > queueEvents || this.#pendingBytes > queueBytes)) throw overloaded();
  }

  get pending(): number {
    return this.#pendingRows;
  }

  /** Calls `done`, which must not throw, when the batch is committed. */
  add(batch: StoreBatch, done: Committed): void {
    const rows = batch.items.length + (batch.rejected?.length ?? 0);
    let bytes = 0;
    for (const item of batch.items) bytes += item.body.length;
    if (batch.rejected) for (const item of batch.rejected) bytes += Math.min(item.sample.length, 32_768);
    this.#pendingRows += rows;
    this.#pendingBytes += bytes;
    this.#queuedRows += rows;
    this.#queuedBytes += bytes;
    this.#queue.push({ batch, rows, bytes, done });
    this.#plan();
  }

  #plan(): void {
    if (this.#queue.length === 0 || this.#running >= this.limits.inFlight) return;
    if (this.#queuedRows >= this.limits.flushRows || this.#queuedBytes >= this.limits.flushBytes) return this.#flush();
    if (this.#running < this.limits.eager) {
      if (this.#soon) return;
      this.#soon = true;
      setImmediate(() => {
        this.#soon = false;
        if (this.#queue.length > 0 && this.#running < this.limits.inFlight) this.#flush();
      });
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#queue.length > 0 && this.#running < this.limits.inFlight) this.#flush();
    }, this.limits.flushMs);
  }

  #take(): Waiting[] {
    let rows = 0;
    let bytes = 0;
    let n = 0;
    for (const one of this.#queue) {
      if (n > 0 && (rows + one.rows > this.limits.flushRows || bytes + one.bytes > this.limits.flushBytes)) break;
      rows += one.rows;
      bytes += one.bytes;
      n += 1;
    }
    this.#queuedRows -= rows;
    this.#queuedBytes -= bytes;
    const taken = this.#queue.slice(0, n);
    this.#queue = this.#queue.slice(n);
    return taken;
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    const taken = this.#take();
    this.#running += 1;
    const work = storeMessages(
      this.sql(),
      taken.map((one) => one.batch),
    );
    this.guard(work)
      .then(
        (outcomes) => {
          for (let i = 0; i < taken.length; i++) (taken[i] as Waiting).done(undefined, outcomes[i] ?? []);
        },
        () => {
          const error = unavailable();
          for (const one of taken) one.done(error);
        },
      )
      .finally(() => {
        this.#running -= 1;
        for (const one of taken) {
          this.#pendingRows -= one.rows;
          this.#pendingBytes -= one.bytes;
        }
        if (this.#running === 0 && this.#queue.length === 0) for (const idle of this.#idle.splice(0)) idle();
        this.#plan();
      });
    this.#plan();
  }

  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((done) => this.#idle.push(done));
  }
}
