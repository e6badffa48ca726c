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
export class ReadingRoom {
  #used = 0;

  constructor(private readonly limit: number) {}

  /** Whether `bytes` more fit. One request alone always fits: its own limits bound it. */
  fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.limit;
  }

  /** The part of one request; give it back with `leave`. */
  enter(): { take(bytes: number): boolean; leave(): void } {
    let mine = 0;
    return {
      take: (bytes) => {
        if (this.#used > mine && this.#used + bytes > this.limit) return false;
        mine += bytes;
        this.#used += bytes;
        return true;
      },
      leave: () => {
        this.#used -= mine;
        mine = 0;
      },
    };
  }
}

type Take = (bytes: number) => boolean;

/** The client went away or took too long: nobody is left to answer. */
export class Gone extends Error {}

/**
 * Reads a body and inflates it where it is gzip (by its first bytes; a header alone proves nothing). Both sizes are
 * counted while streaming, so a bomb is stopped at the limit. Refuses with 429 when `take` has no room for more.
 */
export async function readBody(req: IncomingMessage, limits: BodyLimits, take: Take): Promise<Buffer> {
  const announced = Number(req.headers["content-length"]);
  if (announced > limits.bodyBytes) throw tooLarge(limits.bodyBytes, announced);
  const sent = await collect(req, limits, take);
  return sent[0] === 0x1f && sent[1] === 0x8b ? inflate(sent, limits.inflatedBytes, take) : sent;
}

const tooLarge = (limit: number, got: number, what = "body"): Refused =>
  new Refused("body_too_large", `The ${what} is larger than ${limit} bytes`, { limit, got });

function collect(req: IncomingMessage, limits: BodyLimits, take: Take): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      req.destroy();
      fail(new Gone("too slow"));
    }, limits.bodyMs);
    const end = (act: () => void): void => {
      clearTimeout(timer);
      req.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      act();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      const tooMuch = size > limits.bodyBytes;
      if (tooMuch || !take(chunk.length)) {
        end(() => {
          // The rest is thrown away unread, up to what the server's own time limit allows.
          req.resume();
          fail(tooMuch ? tooLarge(limits.bodyBytes, size) : overloaded());
        });
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = (): void => end(() => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)));
    const onGone = (): void =>
      end(() => {
        req.on("error", () => {});
        fail(new Gone("connection lost"));
      });
    req.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
  });
}

function inflate(sent: Buffer, limit: number, take: Take): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const gunzip = createGunzip({ chunkSize: Math.min(1 << 20, Math.max(1 << 14, sent.length * 4)) });
    gunzip.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        gunzip.destroy();
        fail(tooLarge(limit, size, "inflated body"));
      } else if (!take(chunk.length)) {
        gunzip.destroy();
        fail(overloaded());
      } else chunks.push(chunk);
    });
    gunzip.on("end", () => done(Buffer.concat(chunks, size)));
    gunzip.on("error", () => fail(new Refused("invalid_json", "The body is not valid gzip")));
    gunzip.end(sent);
  });
}

/** Strict UTF-8, a byte-order mark skipped. */
export function decodeBody(bytes: Buffer): string {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const plain = start === 0 ? bytes : bytes.subarray(start);
  if (isAscii(plain)) return plain.toString("latin1");
  if (!isUtf8(plain)) throw new Refused("invalid_json", "The body is not UTF-8");
  return plain.toString("utf8");
}
