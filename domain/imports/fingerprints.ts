import { createHash } from "node:crypto";

/** 128 bits of sha256 over the parts, which cannot run into each other; 32 hex digits. */
export function digest(...parts: string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 32);
}

/** 52 bits of a digest as a number above 0: the key of the tables below. */
export function fingerprint(hex: string): number {
  return Number.parseInt(hex.slice(0, 13), 16) + 1;
}

/**
 * Fingerprint to small whole number, in typed arrays: 12 bytes a slot where a Map of strings takes a hundred, so that
 * files of tens of millions of rows can be watched for repeats. Two different keys share a fingerprint with a
 * chance of one in millions even then; what depends on it (an ordinal, "unchanged since") is harmless.
 */
export class FingerprintTable {
  private keys = new Float64Array(1024);
  private values = new Uint32Array(1024);
  size = 0;

  get(key: number): number | undefined {
    const slot = this.slot(key);
    return this.keys[slot] === key ? this.values[slot] : undefined;
  }

  set(key: number, value: number): void {
    const slot = this.slot(key);
    if (this.keys[slot] !== key) {
      if ((this.size + 1) * 10 > this.keys.length * 7) {
        this.grow();
        this.set(key, value);
        return;
      }
      this.keys[slot] = key;
      this.size++;
    }
    this.values[slot] = value;
  }

  /** How often the key was counted before; counts it. */
  count(key: number): number {
    const before = this.get(key) ?? 0;
    this.set(key, before + 1);
    return before;
  }

  private slot(key: number): number {
    const mask = this.keys.length - 1;
    let slot = ((Math.imul((key % 4294967296) | 0, 0x9e3779b1) ^ (key / 4294967296)) | 0) & mask;
    while (this.keys[slot] !== 0 && this.keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.values = new Uint32Array(values.length * 2);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? 0;
      if (key === 0) continue;
      const slot = this.slot(key);
      this.keys[slot] = key;
      this.values[slot] = values[i] ?? 0;
    }
  }
}
