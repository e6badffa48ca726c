import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

const END = Buffer.from("\n\\.\n");

/** Reads a backup piece by piece: lines of JSON, and rows of a table up to the line `\.`. Memory stays bounded. */
export class BackupReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(file: string) {
    const gunzip = createGunzip();
    pipeline(createReadStream(file), gunzip, () => {
      // The error reaches whoever reads the stream.
    });
    this.#chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await this.#chunks.next();
    if (next.done) {
      this.#ended = true;
      return false;
    }
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }

  async json<T>(): Promise<T> {
    for (let from = 0; ;) {
      const at = this.#rest.indexOf(10, from);
      if (at >= 0) {
        const text = this.#rest.subarray(0, at).toString();
        this.#rest = this.#rest.subarray(at + 1);
        return JSON.parse(text) as T;
      }
      from = this.#rest.length;
      if (from > 16_000_000) throw new Error("a line of the backup is too long");
      if (!(await this.#more())) throw new Error("the backup ends too early");
    }
  }

  /** The bytes of a table's rows, in the order of the file. */
  async *rows(): AsyncGenerator<Buffer> {
    // The end mark stands at the start of a line; a virtual line end before the first row makes that one case.
    this.#rest = Buffer.concat([Buffer.from("\n"), this.#rest]);
    let skip = 1;
    for (;;) {
      const at = this.#rest.indexOf(END);
      if (at >= 0) {
        const data = this.#rest.subarray(skip, at + 1);
        this.#rest = this.#rest.subarray(at + END.length);
        if (data.length > 0) yield data;
        return;
      }
      // Hold back what may be the beginning of the mark.
      const safe = this.#rest.length - END.length;
      if (safe > skip) {
        yield this.#rest.subarray(skip, safe);
        this.#rest = this.#rest.subarray(safe);
        skip = 0;
      }
      if (!(await this.#more())) throw new Error("the backup ends in the middle of a table");
    }
  }
}
