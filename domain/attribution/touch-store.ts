import type { AnySql, Database } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";
import { highestProfile, inPersonOrder, loadAliases, loadFragmentTouches, loadTouches } from "./load-columns";
import type { FragmentTouches } from "./load-columns";

/** Memory that kept touches may take; more than that are loaded for each report. 28 bytes a touch. */
const MOST_BYTES = 384 * 1024 * 1024;
const TOUCH_BYTES = 28;
/** How long nobody looks whether there are newer touches. */
const FRESH_MS = 10_000;
/** Messages since the last look from which on everything is loaded anew. */
const MANY_MESSAGES = 200_000;

interface Place {
  readonly xid: string;
  readonly inboxId: number;
  readonly epoch: number;
}

export interface KeptTouches {
  /** Another number: something may have changed. */
  readonly version: number;
  /** Touches from this instant on. */
  readonly since: number;
  readonly aliases: Int32Array;
  readonly touches: FragmentTouches;
  readonly asOf: Date;
}

interface Entry {
  kept: Promise<KeptTouches>;
  place: Place;
  lookedAt: number;
}

/** By database: a process may serve more than one (tests do). */
const entries = new WeakMap<Database, Entry>();
let versions = 0;

/**
 * All touches since an instant, by person as people are merged now. They stay in memory; a look every ten seconds finds
 * the fragments that got messages since, and only their touches are read again. Cost of a look without news: one row;
 * with news: the touches of those fragments, and a pass over what is kept.
 */
export async function keptTouches(ctx: Ctx, since: Date): Promise<KeptTouches> {
  const now = ctx.clock.now().getTime();
  const found = entries.get(ctx.root);
  if (found !== undefined) {
    const kept = await found.kept.catch(() => null);
    if (kept !== null && kept.since <= since.getTime()) {
      if (Math.abs(now - found.lookedAt) < FRESH_MS) return found.kept;
      return renew(ctx, found, kept, now);
    }
  }
  const place = await placeOf(ctx.sql);
  return keep(ctx, { kept: loadAll(ctx.sql, Math.min(since.getTime(), now), place.at), place, lookedAt: now });
}

async function renew(ctx: Ctx, entry: Entry, kept: KeptTouches, now: number): Promise<KeptTouches> {
  entry.lookedAt = now;
  const place = await placeOf(ctx.sql);
  const { place: before } = entry;
  if (place.xid === before.xid && place.inboxId === before.inboxId && place.epoch === before.epoch) {
    entry.kept = Promise.resolve({ ...kept, asOf: place.at });
    return entry.kept;
  }
  const fragments = place.epoch === before.epoch ? await fragmentsSince(ctx.sql, before, place) : null;
  const next = fragments === null ? loadAll(ctx.sql, kept.since, place.at) : loadSome(ctx.sql, kept, fragments, place.at);
  return keep(ctx, { kept: next, place, lookedAt: now });
}

async function keep(ctx: Ctx, entry: Entry): Promise<KeptTouches> {
  // What a transaction sees may be rolled back.
  if (ctx.inTx) return entry.kept;
  entries.set(ctx.root, entry);
  const forget = (): void => {
    if (entries.get(ctx.root) === entry) entries.delete(ctx.root);
  };
  try {
    const kept = await entry.kept;
    if (kept.touches.fragment.length * TOUCH_BYTES > MOST_BYTES) forget();
    return kept;
  } catch (error) {
    forget();
    throw error;
  }
}

async function placeOf(sql: AnySql): Promise<Place & { at: Date }> {
  const [row] = await sql<(Place & { at: Date })[]>`
    select xid::text as xid, inbox_id as "inboxId", epoch, updated_at as at from touch_cursors where name = 'main'`;
  return row ?? { xid: "0", inboxId: 0, epoch: 0, at: new Date(0) };
}

/** Fragments whose touches may have changed between two places; null: too many to tell, or the place went back. */
async function fragmentsSince(sql: AnySql, from: Place, to: Place): Promise<Int32Array | null> {
  if (BigInt(to.xid) < BigInt(from.xid) || (to.xid === from.xid && to.inboxId < from.inboxId)) return null;
  const [span] = await sql<{ n: number; low: number | null; high: number | null }[]>`
    select count(*)::int as n, min(id) as low, max(id) as high from (
      select id from inbox where (xid, id) > (${from.xid}::xid8, ${from.inboxId}) and (xid, id) <= (${to.xid}::xid8, ${to.inboxId})
      limit ${MANY_MESSAGES + 1}) i`;
  if (span === undefined || span.low === null || span.high === null) return new Int32Array();
  if (span.n > MANY_MESSAGES || span.high - span.low > 4 * MANY_MESSAGES) return null;
  const rows = await sql<{ id: number }[]>`select distinct profile_id as id from events where id between ${span.low} and ${span.high}`;
  return Int32Array.from(rows, ({ id }) => id);
}

async function loadAll(sql: AnySql, since: number, asOf: Date): Promise<KeptTouches> {
  const aliases = await loadAliases(sql, await highestProfile(sql));
  const touches = await loadTouches(sql, aliases, new Date(since));
  return { version: ++versions, since, aliases, touches, asOf };
}

async function loadSome(sql: AnySql, before: KeptTouches, fragments: Int32Array, asOf: Date): Promise<KeptTouches> {
  const aliases = await loadAliases(sql, await highestProfile(sql));
  const fresh = await loadFragmentTouches(sql, fragments, new Date(before.since));
  const gone = new Uint8Array(aliases.length);
  for (const fragment of fragments) gone[fragment] = 1;
  const old = before.touches;
  let staying = 0;
  for (const fragment of old.fragment) if (gone[fragment] !== 1) staying++;
  const n = staying + fresh.fragment.length;
  const rows = { fragment: new Int32Array(n), at: new Float64Array(n), event: new Float64Array(n), extra: new Int32Array(n) };
  let to = 0;
  for (let i = 0; i < old.fragment.length; i++) {
    if (gone[old.fragment[i] ?? 0] === 1) continue;
    rows.fragment[to] = old.fragment[i] ?? 0;
    rows.at[to] = old.at[i] ?? 0;
    rows.event[to] = old.event[i] ?? 0;
    rows.extra[to++] = old.origin[i] ?? 0;
  }
  rows.fragment.set(fresh.fragment, to);
  rows.at.set(fresh.at, to);
  rows.event.set(fresh.event, to);
  rows.extra.set(fresh.extra, to);
  const { extra, ...columns } = inPersonOrder(rows, aliases);
  return { version: ++versions, since: before.since, aliases, touches: { ...columns, origin: extra }, asOf };
}
