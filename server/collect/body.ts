import { isAscii, isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import { overloaded, Refused } from "./refused";

export interface BodyLimits {
  /** Bytes as sent. */
  bodyBytes: number;
  /** Bytes after inflating. */
  inflatedBytes: number;
  /** Milliseconds for the whole body. */
  bodyMs: number;
}

/**
 * Bytes of bodies held in memory at once, over all connections. Counted as they arrive and as they are inflated, not as
 * announced: a body without a length counts too, and one that is announced and never comes takes no room from others.
 */
class ReadingRoom {
  used = 0;

  constructor(readonly limit: number) {}

  /** Whether `bytes` more fit. One request alone always fits: its own limits bound it. */
  fits(bytes: number): boolean {
    return this.used === 0 || this.used + bytes <= this.limit;
  }

  /** The part of one request; give it back with `leave`. */
  enter(): Part {
    return new Part(this);
  }
}

class Part {
  #mine = 0;

  constructor(private readonly room: ReadingRoom) {}

  take(bytes: number): boolean {
    const { room } = this;
    if (room.used > this.#mine && room.used + bytes > room.limit) return false;
    this.#mine += bytes;
    room.used += bytes;
    return true;
  }

  leave(): void {
    this.room.used -= this.#mine;
    this.#mine = 0;
  }
}

/** The client went away or took too long: nobody is left to answer. */
export class Gone extends Error {}

type Done = (error: Error | undefined, bytes: Buffer) => void;
const NOTHING = Buffer.alloc(0);

/**
 * Reads bodies and inflates those that are gzip (by their first bytes; a header alone proves nothing). Both sizes are
 * counted while streaming, so a bomb is stopped at the limit, and a body for which there is no room is refused with 429.
 * Callbacks and one timer for all of them: a promise and a timer for each body cost more than reading a small one.
 */
export class BodyReader {
  readonly #room: ReadingRoom;
  /** In the order of their beginning, which is the order of their deadlines. */
  readonly #open = new Set<Reading>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: BodyLimits & { readingBytes: number }) {
    this.#room = new ReadingRoom(limits.readingBytes);
  }

  /** Calls `done` once, later. Refuses at once what is announced as too large or finds no room. */
  read(req: IncomingMessage, done: Done): void {
    const { bodyBytes } = this.limits;
    const announced = Number(req.headers["content-length"] ?? 0) || 0;
    if (!this.#room.fits(Math.min(announced, bodyBytes))) throw overloaded();
    if (announced > bodyBytes) throw tooLarge(bodyBytes, announced);
    const reading = new Reading(req, this.limits, this.#room.enter(), this.#open, done);
    this.#open.add(reading);
    if (!this.#timer) this.#timer = setTimeout(this.#expire, this.limits.bodyMs).unref();
    reading.start();
  }

  readonly #expire = (): void => {
    const now = performance.now();
    this.#timer = undefined;
    for (const reading of this.#open) {
      const left = reading.began + this.limits.bodyMs - now;
      if (left > 0) {
        this.#timer = setTimeout(this.#expire, Math.ceil(left)).unref();
        return;
      }
      reading.expire();
    }
  };
}

/** One body on its way in. */
class Reading {
  readonly began = performance.now();
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #size = 0;
  #over = false;

  constructor(
    private readonly req: IncomingMessage,
    private readonly limits: BodyLimits,
    private readonly part: Part,
    private readonly open: Set<Reading>,
    private readonly done: Done,
  ) {}

  start(): void {
    // A request that breaks off is closed; its `error` is told only to those who listen for it.
    this.req
      .on("data", (chunk: Buffer) => this.#data(chunk))
      .on("end", () => this.#end())
      // Every request closes in the end, and an Error is dear.
      .on("close", () => this.#over || this.#fail(new Gone("connection lost")));
  }

  expire(): void {
    this.req.destroy();
    this.#fail(new Gone("too slow"));
  }

  #data(chunk: Buffer): void {
    // The rest of what is refused is thrown away unread, up to what the server's own time limit allows.
    if (this.#over) return;
    this.#size += chunk.length;
    if (this.#size > this.limits.bodyBytes) return this.#fail(tooLarge(this.limits.bodyBytes, this.#size));
    if (!this.part.take(chunk.length)) return this.#fail(overloaded());
    if (this.#first === undefined) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  #end(): void {
    if (this.#over) return;
    const sent = this.#more ? Buffer.concat(this.#more, this.#size) : (this.#first ?? NOTHING);
    if (sent[0] === 0x1f && sent[1] === 0x8b) {
      this.#stop();
      inflate(sent, this.limits.inflatedBytes, this.part, (error, bytes) => {
        this.part.leave();
        this.done(error, bytes);
      });
      return;
    }
    this.#stop();
    this.part.leave();
    this.done(undefined, sent);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#stop();
    this.part.leave();
    this.done(error, NOTHING);
  }

  #stop(): void {
    this.#over = true;
    this.#first = this.#more = undefined;
    this.open.delete(this);
  }
}

const tooLarge = (limit: number, got: number, what = "body"): Refused =>
  new Refused("body_too_large", `The ${what} is larger than ${limit} bytes`, { limit, got });

function inflate(sent: Buffer, limit: number, part: Part, done: Done): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  const gunzip = createGunzip({ chunkSize: Math.min(1 << 20, Math.max(1 << 14, sent.length * 4)) });
  const end = (error: Error | undefined, bytes: Buffer): void => {
    if (over) return;
    over = true;
    if (error) gunzip.destroy();
    done(error, bytes);
  };
  gunzip.on("data", (chunk: Buffer) => {
    if (over) return;
    size += chunk.length;
    if (size > limit) end(tooLarge(limit, size, "inflated body"), NOTHING);
    else if (!part.take(chunk.length)) end(overloaded(), NOTHING);
    else chunks.push(chunk);
  });
  gunzip.on("end", () => end(undefined, Buffer.concat(chunks, size)));
  gunzip.on("error", () => end(new Refused("invalid_json", "The body is not valid gzip"), NOTHING));
  gunzip.end(sent);
}

/** Strict UTF-8, a byte-order mark skipped. */
export function decodeBody(bytes: Buffer): string {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const plain = start === 0 ? bytes : bytes.subarray(start);
  if (isAscii(plain)) return plain.toString("latin1");
  if (!isUtf8(plain)) throw new Refused("invalid_json", "The body is not UTF-8");
  return plain.toString("utf8");
}
