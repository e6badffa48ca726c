import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { gzip } from "node:zlib";
import { promisify } from "node:util";
import { Refused } from "./refused";

interface SdkFile {
  plain: Buffer;
  packed: Buffer;
  etag: string;
}

/** Segment's browser SDK (MIT) as its npm package brings it, kept in memory. */
export class SdkFiles {
  readonly #files = new Map<string, Promise<SdkFile>>();

  constructor(private readonly root: string) {}

  /** `name` is a plain file name: the route allows no separator and no leading dot. */
  async send(req: IncomingMessage, res: ServerResponse, name: string, headers: Record<string, string>): Promise<void> {
    let loading = this.#files.get(name);
    if (!loading) {
      loading = this.#load(name);
      this.#files.set(name, loading);
      loading.catch(() => this.#files.delete(name));
    }
    const file = await loading.catch(() => {
      throw new Refused("not_found", "There is no such file");
    });
    const caching = { ...headers, etag: file.etag, "cache-control": "public, max-age=3600", vary: "Origin, Accept-Encoding" };
    if (req.headers["if-none-match"] === file.etag) {
      res.writeHead(304, caching).end();
      return;
    }
    const packed = /\bgzip\b/.test(req.headers["accept-encoding"] ?? "");
    const bytes = packed ? file.packed : file.plain;
    res.writeHead(200, {
      ...caching,
      "content-type": "application/javascript; charset=utf-8",
      "content-length": bytes.length,
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "cross-origin",
      ...(packed ? { "content-encoding": "gzip" } : {}),
    });
    res.end(bytes);
  }

  async #load(name: string): Promise<SdkFile> {
    const plain = await readFile(join(this.root, "node_modules/@segment/analytics-next/dist/umd", name));
    return { plain, packed: await promisify(gzip)(plain), etag: `"${createHash("sha256").update(plain).digest("hex").slice(0, 24)}"` };
  }
}
