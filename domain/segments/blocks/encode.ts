/**
 * Columns of a block as bytes and back. A column is a header of 16 bytes (kind, width, pad, one float64) and packed
 * little-endian arrays, so that decoding is one copy. All machines that Node runs on are little-endian.
 */

/** Rows of a block while it is made, in (time, id) order. */
export interface Rows {
  n: number;
  pid: Int32Array;
  /** Milliseconds. */
  at: Float64Array;
  id: Float64Array;
  /** Money value; NaN: none. */
  value: Float64Array;
  /** By column name: JSON text of each row's value, null where there is none. */
  texts: Map<string, (string | null)[]>;
}

/** A property of each row: a code into the values of the block (0: none), or numbers (NaN: none). */
export type PropertyColumn =
  | { kind: "codes"; codes: Uint8Array | Uint16Array | Uint32Array; values: string[]; bytes: number }
  | { kind: "numbers"; numbers: Float64Array; bytes: number };

const HEADER = 16;
const KIND = { plain: 0, codes: 1, numbers: 2, unfit: 3 } as const;
/** Text of all different values of a column in one block; above it the column is not kept. */
const MOST_TEXT = 8 * 1024 * 1024;
/** As many different numbers or more are kept as numbers. */
const FEW_NUMBERS = 255;
const NO_VALUE = -0x80000000;

function pack(kind: number, width: number, extra: number, ...parts: ArrayBufferView[]): Buffer {
  const out = Buffer.alloc(HEADER + parts.reduce((sum, part) => sum + part.byteLength, 0));
  out[0] = kind;
  out[1] = width;
  out.writeDoubleLE(extra, 8);
  let at = HEADER;
  for (const part of parts) {
    out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return out;
}

/** A copy of `length` bytes from `offset` on, aligned for any typed array. */
const slice = (bytes: Uint8Array, offset: number, length: number): ArrayBuffer => {
  const out = new Uint8Array(length);
  out.set(bytes.subarray(offset, offset + length));
  return out.buffer;
};

/** The columns of a block by name: `p`, `s`, `m`, `i`, `v` and its properties. Columns that say nothing are left out. */
export function encodeRows(rows: Rows): Map<string, Buffer> {
  const { n, pid, at, id, value } = rows;
  const out = new Map<string, Buffer>();
  const base = Math.floor((at[0] as number) / 1000);
  const seconds = new Uint32Array(n);
  const milliseconds = new Uint16Array(n);
  let split = false;
  for (let i = 0; i < n; i++) {
    const second = Math.floor((at[i] as number) / 1000);
    seconds[i] = second - base;
    milliseconds[i] = (at[i] as number) - second * 1000;
    split ||= milliseconds[i] !== 0;
  }
  out.set("p", pack(KIND.plain, 4, 0, pid.subarray(0, n)));
  out.set("s", pack(KIND.plain, 4, base, seconds));
  if (split) out.set("m", pack(KIND.plain, 2, 0, milliseconds));
  out.set("i", encodeIds(id.subarray(0, n)));
  const money = encodeValues(value.subarray(0, n));
  if (money) out.set("v", money);
  for (const [name, texts] of rows.texts) out.set(name, encodeProperty(texts));
  return out;
}

function encodeIds(id: Float64Array): Buffer {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const one of id) {
    if (one < low) low = one;
    if (one > high) high = one;
  }
  if (high - low > 0xffffffff) return pack(KIND.plain, 8, 0, id.slice());
  const out = new Uint32Array(id.length);
  for (let i = 0; i < id.length; i++) out[i] = (id[i] as number) - low;
  return pack(KIND.plain, 4, low, out);
}

/** As whole numbers of 1, 1/100 or 1/10,000 where they fit: dividing gives back the very same doubles. */
function encodeValues(value: Float64Array): Buffer | undefined {
  if (value.every((one) => Number.isNaN(one))) return undefined;
  for (const divisor of [1, 100, 10_000]) {
    const out = new Int32Array(value.length);
    let fits = true;
    for (let i = 0; fits && i < value.length; i++) {
      const one = value[i] as number;
      const scaled = Number.isNaN(one) ? NO_VALUE : Math.round(one * divisor);
      out[i] = scaled;
      fits = Number.isNaN(one) || (Math.abs(scaled) < 0x7fffffff && scaled / divisor === one && !Object.is(one, -0));
    }
    if (fits) return pack(KIND.plain, 4, divisor, out);
  }
  return pack(KIND.plain, 8, 0, value.slice());
}

const NUMBER = /^-?\d/;

/** JSON texts of the values of one property in a block's rows. */
export function encodeProperty(texts: readonly (string | null)[]): Buffer {
  const codes = new Map<string, number>();
  const out = new Uint32Array(texts.length);
  let length = 0;
  let numbers = true;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string | null;
    if (text === null) continue;
    let code = codes.get(text);
    if (code === undefined) {
      codes.set(text, (code = codes.size + 1));
      length += text.length;
      numbers &&= NUMBER.test(text) && Number.isFinite(Number(text));
    }
    out[i] = code;
  }
  if (numbers && codes.size >= FEW_NUMBERS)
    return pack(
      KIND.numbers,
      8,
      0,
      Float64Array.from(texts, (text) => (text === null ? Number.NaN : Number(text))),
    );
  if (length > MOST_TEXT) return pack(KIND.unfit, 0, 0);
  const values = Buffer.from(JSON.stringify([...codes.keys()]));
  if (codes.size === 0) return pack(KIND.codes, 0, 0, values);
  const packed = codes.size < 0x100 ? Uint8Array.from(out) : codes.size < 0x10000 ? Uint16Array.from(out) : out;
  return pack(KIND.codes, packed.BYTES_PER_ELEMENT, 0, packed, values);
}

const doubleAt = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(at, true);

export const decodePids = (bytes: Uint8Array): Int32Array => new Int32Array(slice(bytes, HEADER, bytes.length - HEADER));

/** Seconds since 1970, whole and relative to `base`. */
export const decodeSeconds = (bytes: Uint8Array): { base: number; seconds: Uint32Array } => ({
  base: doubleAt(bytes, 8),
  seconds: new Uint32Array(slice(bytes, HEADER, bytes.length - HEADER)),
});

export const decodeMilliseconds = (bytes: Uint8Array): Uint16Array => new Uint16Array(slice(bytes, HEADER, bytes.length - HEADER));

export function decodeIds(bytes: Uint8Array): Float64Array {
  const buffer = slice(bytes, HEADER, bytes.length - HEADER);
  if (bytes[1] === 8) return new Float64Array(buffer);
  const base = doubleAt(bytes, 8);
  const packed = new Uint32Array(buffer);
  const out = new Float64Array(packed.length);
  for (let i = 0; i < packed.length; i++) out[i] = base + (packed[i] as number);
  return out;
}

export function decodeValues(bytes: Uint8Array): Float64Array {
  const buffer = slice(bytes, HEADER, bytes.length - HEADER);
  if (bytes[1] === 8) return new Float64Array(buffer);
  const divisor = doubleAt(bytes, 8);
  const scaled = new Int32Array(buffer);
  const out = new Float64Array(scaled.length);
  for (let i = 0; i < scaled.length; i++) out[i] = scaled[i] === NO_VALUE ? Number.NaN : (scaled[i] as number) / divisor;
  return out;
}

/** @returns undefined for a column that was too wide to keep */
export function decodeProperty(bytes: Uint8Array, n: number): PropertyColumn | undefined {
  const [kind, width = 0] = bytes;
  if (kind === KIND.unfit) return undefined;
  if (kind === KIND.numbers) return { kind: "numbers", numbers: new Float64Array(slice(bytes, HEADER, n * 8)), bytes: n * 8 };
  const buffer = slice(bytes, HEADER, n * width);
  const text = bytes.subarray(HEADER + n * width);
  const values = JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("utf8")) as string[];
  const codes =
    width === 4
      ? new Uint32Array(buffer)
      : width === 2
        ? new Uint16Array(buffer)
        : width === 1
          ? new Uint8Array(buffer)
          : new Uint8Array(n);
  // A text in memory takes two bytes a character at most, and some 40 around it.
  return { kind: "codes", codes, values, bytes: codes.byteLength + text.byteLength * 2 + values.length * 40 };
}

/** JSON text of each row's value again, to be packed anew. */
export function textsOf(column: PropertyColumn, n: number): (string | null)[] {
  if (column.kind === "numbers")
    return Array.from({ length: n }, (_, i) => (Number.isNaN(column.numbers[i]) ? null : JSON.stringify(column.numbers[i])));
  return Array.from({ length: n }, (_, i) => (column.codes[i] === 0 ? null : (column.values[(column.codes[i] as number) - 1] as string)));
}
