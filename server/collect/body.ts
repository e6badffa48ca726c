import { isAscii, isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import { Refused } from "./refused";

export interface BodyLimits {
  /** Bytes as sent. */
  bodyBytes: number;
  /** Bytes after inflating. */
  inflatedBytes: number;
  /** Milliseconds for the whole body. */
  bodyMs: number;
}

/** The client went away or took too long: nobody is left to answer. */
export class Gone extends Error {}

/**
 * Reads a body and inflates it where it is gzip (by its first bytes; a header alone proves nothing). Both sizes are
 * counted while streaming, so a bomb is stopped at the limit.
 */
export async function readBody(req: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const announced = Number(req.headers["content-length"]);
  if (announced > limits.bodyBytes) throw tooLarge(limits.bodyBytes, announced);
  const sent = await collect(req, limits);
  return sent[0] === 0x1f && sent[1] === 0x8b ? inflate(sent, limits.inflatedBytes) : sent;
}

const tooLarge = (limit: number, got: number, what = "body"): Refused =>
  new Refused("body_too_large", `The ${what} is larger than ${limit} bytes`, { limit, got });

function collect(req: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
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
      if (size > limits.bodyBytes) {
        end(() => {
          // The rest is thrown away unread, up to what the server's own time limit allows.
          req.resume();
          fail(tooLarge(limits.bodyBytes, size));
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

function inflate(sent: Buffer, limit: number): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const gunzip = createGunzip({ chunkSize: Math.min(1 << 20, Math.max(1 << 14, sent.length * 4)) });
    gunzip.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        gunzip.destroy();
        fail(tooLarge(limit, size, "inflated body"));
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
