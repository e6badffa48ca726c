import { createHmac } from "node:crypto";
import type { AnySql, TxSql } from "@/db/client";
import { secretFor } from "@/domain/kernel/secrets";
import type { IdentifierRef, IdentityRules } from "./model";

/**
 * Tombstones of suppressed identifiers. A message that names one is not stored: its inbox row is emptied and counted.
 * Values are kept as keyed hashes only. Each message asks for each of its identifiers, so a cheap 32-bit tag says "no"
 * first, and the HMAC is worked out only where the tag is known.
 */
export interface Tombstone {
  hash: string;
  xid: string;
  inboxId: number;
}

const textOf = ({ type, value }: IdentifierRef): string => `${type}\0${value}`;

/** What stands in `suppressions.hash` for an identifier with a normalised value. */
export const suppressionHash = (ref: IdentifierRef): string =>
  createHmac("sha256", secretFor("suppression")).update(textOf(ref)).digest("hex");

let seed: number | undefined;

/** What stands in `suppressions.tag`: MurmurHash3 (32 bits) over UTF-16 units with a secret seed, as signed integer. */
export function suppressionTag(type: string, value: string): number {
  seed ??= secretFor("suppression-tag").readInt32LE(0);
  let h = seed;
  const mix = (unit: number): void => {
    let k = Math.imul(unit, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  };
  for (let i = 0; i < type.length; i++) mix(type.charCodeAt(i));
  mix(0);
  for (let i = 0; i < value.length; i++) mix(value.charCodeAt(i));
  h ^= type.length + value.length + 1;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** All tombstones of one epoch of processing. */
export class Suppressions {
  static readonly empty = new Suppressions([]);
  private readonly byTag = new Map<number, Tombstone[]>();

  private constructor(rows: readonly (Tombstone & { tag: number })[]) {
    for (const { tag, ...row } of rows) this.byTag.set(tag, [...(this.byTag.get(tag) ?? []), row]);
  }

  static async load(sql: AnySql): Promise<Suppressions> {
    return new Suppressions(
      await sql<(Tombstone & { tag: number })[]>`select hash, tag, after_xid as xid, after_inbox_id as "inboxId" from suppressions`,
    );
  }

  get none(): boolean {
    return this.byTag.size === 0;
  }

  /**
   * The tombstones that a message at a place of the inbox names. `previous` is the id of an alias call, whose type is
   * not known: it is asked as every type that it may have.
   */
  named(
    message: { identifiers: readonly IdentifierRef[]; previous?: string },
    types: readonly string[],
    place: { xid: string; id: number },
  ): string[] {
    const out: string[] = [];
    const ask = (ref: IdentifierRef): void => {
      const found = this.byTag.get(suppressionTag(ref.type, ref.value));
      if (!found) return;
      const hash = suppressionHash(ref);
      for (const row of found) if (row.hash === hash && isBehind(place, row)) out.push(hash);
    };
    for (const ref of message.identifiers) ask(ref);
    const { previous } = message;
    if (previous !== undefined) for (const type of types) ask({ type, value: previous });
    return out;
  }
}

/** What stood in the inbox, processed, before the tombstone was made is not its concern. */
function isBehind(place: { xid: string; id: number }, { xid, inboxId }: Tombstone): boolean {
  const [mine, theirs] = [BigInt(place.xid), BigInt(xid)];
  return mine > theirs || (mine === theirs && place.id > inboxId);
}

/** The inbox row of an erased or suppressed message: says only how many profile ids it took, so that a rebuild leaves the same gap. */
export const erasedBody = (fragments: number): string => JSON.stringify({ erased: true, fragments });

/** How many profile ids an emptied inbox row took; undefined for every other row. */
export function erasedFragments(body: string): number | undefined {
  if (!body.startsWith('{"erased":true,"fragments":')) return undefined;
  const n = Number(body.slice('{"erased":true,"fragments":'.length, -1));
  return Number.isInteger(n) && n >= 0 ? n : undefined;
}

/** An inbox row without a message: it only took profile ids (erased), or none (suppressed). */
export interface Gap {
  gap: number;
}

export interface Suppressed<Row> {
  row: Row;
  /** The tombstones that it named. */
  hashes: string[];
}

/** Puts gaps in the place of messages that name a suppressed identifier. @returns their rows */
export function takeSuppressed<Row>(
  rows: readonly Row[],
  messages: (PlacedMessage | Gap | null)[],
  suppressions: Suppressions,
  rules: IdentityRules,
): Suppressed<Row>[] {
  if (suppressions.none) return [];
  const types = ["user_id", "anonymous_id", ...rules.identifiers.map(({ type }) => type)];
  const out: Suppressed<Row>[] = [];
  for (const [index, message] of messages.entries()) {
    if (message === null || "gap" in message) continue;
    const hashes = suppressions.named(message.identity, types, message);
    if (hashes.length === 0) continue;
    out.push({ row: rows[index] as Row, hashes });
    messages[index] = { gap: 0 };
  }
  return out;
}

interface PlacedMessage {
  xid: string;
  id: number;
  identity: { identifiers: readonly IdentifierRef[]; previous?: string };
}

/** Nothing of a suppressed message stays but that something came, and a count at the tombstones. */
export async function emptySuppressed(tx: TxSql, suppressed: readonly Suppressed<{ id: number; receivedAt: number }>[]): Promise<void> {
  const times = suppressed.map(({ row }) => row.receivedAt);
  await tx`
    update inbox set body = ${erasedBody(0)}
    where id = any(${`{${suppressed.map(({ row }) => row.id).join(",")}}`}::text::int8[])
      and received_at >= ${new Date(Math.min(...times))} and received_at < ${new Date(Math.max(...times) + 1)}`;
  const hits = new Map<string, number>();
  for (const { hashes } of suppressed) for (const hash of new Set(hashes)) hits.set(hash, (hits.get(hash) ?? 0) + 1);
  const rows = JSON.stringify([...hits].map(([hash, n]) => ({ hash, n })));
  await tx`
    update suppressions s set hits = s.hits + r.n, last_hit_at = now()
    from json_to_recordset(${rows}::text::json) as r(hash text, n int8) where s.hash = r.hash`;
}
