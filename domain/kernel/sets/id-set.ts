import {
  CHUNK_BITS,
  CHUNK_SIZE,
  chunkAnd,
  chunkAndCount,
  chunkAndNot,
  chunkCount,
  chunkFrom,
  chunkHas,
  chunkOr,
  FULL,
  fromList,
  fromWords,
  WORDS,
  type Chunk,
} from "./chunk";

/** Largest id a set can hold: ids are dense whole numbers from 1, so a set never grows past the base. */
const MAX_ID = 0x7fffffff;

/**
 * An immutable set of dense whole numbers (profile ids): a list of chunks of 65,536. Groups of a rule are and, or,
 * andNot; counting is popcount. Knows nothing of people.
 */
export class IdSet {
  static readonly EMPTY = new IdSet([]);
  private counted: number | undefined;

  private constructor(private readonly chunks: readonly Chunk[]) {}

  /** The set of these chunks; trailing empty ones are dropped so that equal sets have equal lists. */
  static ofChunks(chunks: Chunk[]): IdSet {
    let length = chunks.length;
    while (length > 0 && (chunks[length - 1] ?? null) === null) length--;
    if (length === 0) return IdSet.EMPTY;
    const list = chunks.slice(0, length);
    // A list with holes is slow to walk; a missing chunk is an empty one.
    for (let i = 0; i < length; i++) list[i] ??= null;
    return new IdSet(list);
  }

  /** From ids in any order, repeats allowed. Throws RangeError on a number that is no id. */
  static of(ids: Iterable<number>): IdSet {
    const words: (Uint32Array | undefined)[] = [];
    for (const id of ids) {
      if (!Number.isInteger(id) || id < 0 || id > MAX_ID)
        throw new RangeError(`IdSet: ${id} is not an id (a whole number from 0 to ${MAX_ID})`);
      const chunk = (words[id >>> CHUNK_BITS] ??= new Uint32Array(WORDS));
      const offset = id & (CHUNK_SIZE - 1);
      chunk[offset >>> 5] = (chunk[offset >>> 5] as number) | (1 << (offset & 31));
    }
    return IdSet.ofChunks(Array.from(words, (chunk) => (chunk ? fromWords(chunk) : null)));
  }

  /** From `string_agg(int4send(id), '')`: big-endian 32-bit numbers, any order. */
  static fromPacked(bytes: Uint8Array): IdSet {
    if (bytes.length % 4 !== 0) throw new RangeError(`IdSet: ${bytes.length} packed bytes are no whole number of ids`);
    const words: (Uint32Array | undefined)[] = [];
    for (let at = 0; at < bytes.length; at += 4) {
      const high = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      const chunk = (words[high] ??= new Uint32Array(WORDS));
      const b = bytes[at + 3] as number;
      const word = ((bytes[at + 2] as number) << 3) | (b >>> 5);
      chunk[word] = (chunk[word] as number) | (1 << (b & 31));
    }
    return IdSet.ofChunks(Array.from(words, (chunk) => (chunk ? fromWords(chunk) : null)));
  }

  /** From words of bits by chunk (holes are empty); takes them over. */
  static ofWords(chunks: readonly (Uint32Array | undefined)[]): IdSet {
    return IdSet.ofChunks(Array.from(chunks, (words) => (words ? fromWords(words) : null)));
  }

  /** From bits, id 0 first; takes nothing over. */
  static ofBits(bits: Uint32Array): IdSet {
    const chunks: Chunk[] = [];
    for (let from = 0; from < bits.length; from += WORDS) {
      const words = new Uint32Array(WORDS);
      words.set(bits.subarray(from, Math.min(bits.length, from + WORDS)));
      chunks.push(fromWords(words));
    }
    return IdSet.ofChunks(chunks);
  }

  /** All ids from `from` to `to`, both included; the base population is one range. */
  static range(from: number, to: number): IdSet {
    if (to < from) return IdSet.EMPTY;
    const chunks: Chunk[] = [];
    for (let c = from >>> CHUNK_BITS; c <= to >>> CHUNK_BITS; c++) {
      const first = Math.max(from, c * CHUNK_SIZE) & (CHUNK_SIZE - 1);
      const last = Math.min(to, c * CHUNK_SIZE + CHUNK_SIZE - 1) & (CHUNK_SIZE - 1);
      if (first === 0 && last === CHUNK_SIZE - 1) {
        chunks[c] = FULL;
        continue;
      }
      const words = new Uint32Array(WORDS);
      for (let i = first; i <= last; i++) words[i >>> 5] = (words[i >>> 5] as number) | (1 << (i & 31));
      chunks[c] = fromWords(words);
    }
    return IdSet.ofChunks(chunks);
  }

  get size(): number {
    this.counted ??= this.chunks.reduce((sum, chunk) => sum + chunkCount(chunk), 0);
    return this.counted;
  }

  /** Memory that the chunks take, for caches that must stay bounded. */
  get bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + 16 + (chunk === null || chunk === FULL ? 0 : chunk.byteLength), 64);
  }

  /** No id of the set is above it; -1 of an empty set. */
  get highest(): number {
    return this.chunks.length * CHUNK_SIZE - 1;
  }

  get isEmpty(): boolean {
    return this.chunks.length === 0;
  }

  has(id: number): boolean {
    return chunkHas(this.chunks[id >>> CHUNK_BITS] ?? null, id & (CHUNK_SIZE - 1));
  }

  and(other: IdSet): IdSet {
    const length = Math.min(this.chunks.length, other.chunks.length);
    return this.combine(other, length, chunkAnd);
  }

  or(other: IdSet): IdSet {
    return this.combine(other, Math.max(this.chunks.length, other.chunks.length), chunkOr);
  }

  /** In this and not in the other; `base.andNot(x)` is the complement. */
  andNot(other: IdSet): IdSet {
    return this.combine(other, this.chunks.length, chunkAndNot);
  }

  /** Size of the intersection without making it: overlaps, reach. */
  andSize(other: IdSet): number {
    let n = 0;
    for (let i = Math.min(this.chunks.length, other.chunks.length) - 1; i >= 0; i--)
      n += chunkAndCount(this.chunks[i] ?? null, other.chunks[i] ?? null);
    return n;
  }

  equals(other: IdSet): boolean {
    if (this.chunks.length !== other.chunks.length) return false;
    return this.chunks.every((chunk, i) => {
      const twin = other.chunks[i] ?? null;
      if (chunk === twin) return true;
      if (chunk === null || twin === null || chunk === FULL || twin === FULL) return false;
      return chunk.length === twin.length && chunk.constructor === twin.constructor && chunk.every((word, at) => word === twin[at]);
    });
  }

  /** Ids in ascending order. */
  *[Symbol.iterator](): Generator<number> {
    yield* this.from(0);
  }

  /** Ids from `start` on, ascending; finds its place without walking what lies before. */
  *from(start: number): Generator<number> {
    let offset = start & (CHUNK_SIZE - 1);
    for (let c = start >>> CHUNK_BITS; c < this.chunks.length; c++, offset = 0) {
      const base = c * CHUNK_SIZE;
      for (const found of chunkFrom(this.chunks[c] ?? null, offset)) yield base + found;
    }
  }

  /** The first `n` ids after `after`, ascending: pages through a set. */
  take(n: number, after = -1): number[] {
    const out: number[] = [];
    if (n <= 0) return out;
    for (const id of this.from(Math.max(0, after + 1))) {
      out.push(id);
      if (out.length === n) break;
    }
    return out;
  }

  /** Chunks that are not empty, as stored: chunk number and bytes (see `encodeChunk`). */
  *stored(): Generator<[number, Uint8Array]> {
    for (const [c, chunk] of this.chunks.entries()) if (chunk !== null) yield [c, encodeChunk(chunk)];
  }

  static fromStored(rows: Iterable<readonly [number, Uint8Array]>): IdSet {
    const chunks: Chunk[] = [];
    for (const [c, bytes] of rows) chunks[c] = decodeChunk(bytes);
    return IdSet.ofChunks(chunks);
  }

  private combine(other: IdSet, length: number, operation: (a: Chunk, b: Chunk) => Chunk): IdSet {
    const chunks: Chunk[] = [];
    for (let i = 0; i < length; i++) chunks[i] = operation(this.chunks[i] ?? null, other.chunks[i] ?? null);
    return IdSet.ofChunks(chunks);
  }
}

/** One byte of kind (0 full, 1 list, 2 words), then little-endian values. */
function encodeChunk(chunk: Exclude<Chunk, null>): Uint8Array {
  if (chunk === FULL) return Uint8Array.of(0);
  const wide = chunk instanceof Uint32Array;
  const out = new Uint8Array(1 + chunk.byteLength);
  out[0] = wide ? 2 : 1;
  const view = new DataView(out.buffer, 1);
  if (wide) for (let i = 0; i < chunk.length; i++) view.setUint32(i * 4, chunk[i] as number, true);
  else for (let i = 0; i < chunk.length; i++) view.setUint16(i * 2, chunk[i] as number, true);
  return out;
}

function decodeChunk(bytes: Uint8Array): Chunk {
  const view = new DataView(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1);
  if (bytes[0] === 0 && bytes.length === 1) return FULL;
  if (bytes[0] === 1 && view.byteLength % 2 === 0) {
    const list = new Uint16Array(view.byteLength / 2);
    for (let i = 0; i < list.length; i++) {
      list[i] = view.getUint16(i * 2, true);
      if (i > 0 && (list[i] as number) <= (list[i - 1] as number)) throw new RangeError("IdSet: stored list is not ascending");
    }
    return fromList(list);
  }
  if (bytes[0] === 2 && view.byteLength === WORDS * 4) {
    const words = new Uint32Array(WORDS);
    for (let i = 0; i < WORDS; i++) words[i] = view.getUint32(i * 4, true);
    return fromWords(words);
  }
  throw new RangeError(`IdSet: stored chunk of kind ${bytes[0]} with ${bytes.length} bytes is damaged`);
}
