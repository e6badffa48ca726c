/**
 * One chunk of a set: 65,536 neighbouring ids. `null` is empty, `FULL` is all of them, a Uint16Array is a sorted list
 * of offsets (sparse), a Uint32Array is 2,048 words of bits (dense). A chunk is never changed once made, so sets share
 * chunks freely. Canonical form: empty and full never stand as lists or words; up to SPARSE_MAX ids are a list.
 */
export const CHUNK_BITS = 16;
export const CHUNK_SIZE = 1 << CHUNK_BITS;
export const WORDS = CHUNK_SIZE / 32;
/** A list of 4,096 offsets takes as much memory as the words. */
export const SPARSE_MAX = 4096;

export const FULL = Symbol("full");
export type Chunk = null | typeof FULL | Uint16Array | Uint32Array;

/** Number of bits set in a 32-bit word. */
export function popcount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function chunkCount(chunk: Chunk): number {
  if (chunk === null) return 0;
  if (chunk === FULL) return CHUNK_SIZE;
  if (chunk instanceof Uint16Array) return chunk.length;
  let n = 0;
  for (let i = 0; i < WORDS; i++) n += popcount(chunk[i] as number);
  return n;
}

export function chunkHas(chunk: Chunk, offset: number): boolean {
  if (chunk === null) return false;
  if (chunk === FULL) return true;
  if (chunk instanceof Uint32Array) return (((chunk[offset >>> 5] as number) >>> (offset & 31)) & 1) === 1;
  let low = 0;
  let high = chunk.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = chunk[middle] as number;
    if (value === offset) return true;
    if (value < offset) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** Offsets of a chunk from `start` on, ascending. */
export function* chunkFrom(chunk: Chunk, start: number): Generator<number> {
  if (chunk === null) return;
  if (chunk === FULL) {
    for (let offset = start; offset < CHUNK_SIZE; offset++) yield offset;
    return;
  }
  if (chunk instanceof Uint16Array) {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((chunk[middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < chunk.length; i++) yield chunk[i] as number;
    return;
  }
  let word = (chunk[start >>> 5] as number) & (0xffffffff << (start & 31));
  for (let i = start >>> 5; ;) {
    while (word !== 0) {
      yield (i << 5) | (31 - Math.clz32(word & -word));
      word &= word - 1;
    }
    if (++i === WORDS) return;
    word = chunk[i] as number;
  }
}

/** Words of a chunk, in a new array that the caller may change. */
export function toWords(chunk: Chunk): Uint32Array {
  const words = new Uint32Array(WORDS);
  if (chunk === FULL) words.fill(0xffffffff);
  else if (chunk instanceof Uint32Array) words.set(chunk);
  else if (chunk !== null) for (const offset of chunk) words[offset >>> 5] = (words[offset >>> 5] as number) | (1 << (offset & 31));
  return words;
}

/** The canonical chunk for these words; takes them over. */
export function fromWords(words: Uint32Array): Chunk {
  const n = chunkCount(words);
  if (n === 0) return null;
  if (n === CHUNK_SIZE) return FULL;
  if (n > SPARSE_MAX) return words;
  const list = new Uint16Array(n);
  let at = 0;
  for (let i = 0; i < WORDS; i++) {
    let word = words[i] as number;
    while (word !== 0) {
      const bit = 31 - Math.clz32(word & -word);
      list[at++] = (i << 5) | bit;
      word &= word - 1;
    }
  }
  return list;
}

/** The canonical chunk for a sorted list without repeats; takes it over. */
export function fromList(list: Uint16Array): Chunk {
  if (list.length === 0) return null;
  if (list.length <= SPARSE_MAX) return list;
  return fromWords(toWords(list));
}

export function chunkAnd(a: Chunk, b: Chunk): Chunk {
  if (a === null || b === null) return null;
  if (a === FULL) return b;
  if (b === FULL) return a;
  if (a === b) return a;
  if (a instanceof Uint16Array) return fromList(a.filter((offset) => chunkHas(b, offset)));
  if (b instanceof Uint16Array) return fromList(b.filter((offset) => chunkHas(a, offset)));
  const words = new Uint32Array(WORDS);
  for (let i = 0; i < WORDS; i++) words[i] = (a[i] as number) & (b[i] as number);
  return fromWords(words);
}

export function chunkOr(a: Chunk, b: Chunk): Chunk {
  if (a === null) return b;
  if (b === null) return a;
  if (a === FULL || b === FULL) return FULL;
  if (a === b) return a;
  if (a instanceof Uint16Array && b instanceof Uint16Array && a.length + b.length <= SPARSE_MAX) return mergeLists(a, b);
  const words = toWords(a instanceof Uint32Array ? a : b);
  const other = a instanceof Uint32Array ? b : a;
  if (other instanceof Uint16Array)
    for (const offset of other) words[offset >>> 5] = (words[offset >>> 5] as number) | (1 << (offset & 31));
  else for (let i = 0; i < WORDS; i++) words[i] = (words[i] as number) | (other[i] as number);
  return fromWords(words);
}

export function chunkAndNot(a: Chunk, b: Chunk): Chunk {
  if (a === null || b === FULL || a === b) return null;
  if (b === null) return a;
  if (a instanceof Uint16Array) return fromList(a.filter((offset) => !chunkHas(b, offset)));
  const words = toWords(a);
  if (b instanceof Uint16Array) for (const offset of b) words[offset >>> 5] = (words[offset >>> 5] as number) & ~(1 << (offset & 31));
  else for (let i = 0; i < WORDS; i++) words[i] = (words[i] as number) & ~(b[i] as number);
  return fromWords(words);
}

/** Count of the intersection without making it. */
export function chunkAndCount(a: Chunk, b: Chunk): number {
  if (a === null || b === null) return 0;
  if (a === FULL) return chunkCount(b);
  if (b === FULL || a === b) return chunkCount(a);
  let n = 0;
  if (a instanceof Uint16Array) {
    for (const offset of a) if (chunkHas(b, offset)) n++;
    return n;
  }
  if (b instanceof Uint16Array) {
    for (const offset of b) if (chunkHas(a, offset)) n++;
    return n;
  }
  for (let i = 0; i < WORDS; i++) n += popcount((a[i] as number) & (b[i] as number));
  return n;
}

function mergeLists(a: Uint16Array, b: Uint16Array): Uint16Array {
  const out = new Uint16Array(a.length + b.length);
  let i = 0;
  let j = 0;
  let n = 0;
  while (i < a.length && j < b.length) {
    const x = a[i] as number;
    const y = b[j] as number;
    out[n++] = x <= y ? x : y;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  while (i < a.length) out[n++] = a[i++] as number;
  while (j < b.length) out[n++] = b[j++] as number;
  return out.slice(0, n);
}
