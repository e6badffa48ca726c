import type { AnySql, Database } from "@/db/client";
import { companySettings } from "@/domain/access";
import { allowedSet } from "@/domain/consent";
import type { Ctx } from "@/domain/kernel/context";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { loadConversions } from "./load-columns";
import type { FragmentTouches } from "./load-columns";
import type { Conversion } from "./model";
import { buildPaths } from "./paths";
import type { ConversionColumns, Paths } from "./paths";
import { keptTouches } from "./touch-store";

/** Use of personal data that reports rest on: touches of people who did not allow it are counted apart. */
const MEASUREMENT = { purpose: "analytics", destination: "reports" } as const;
/** Memory that kept paths may take together. */
const MOST_BYTES = 256 * 1024 * 1024;
/** How long paths are kept although consent, origins or touches may have changed: reports are at most this old. */
const FRESH_MS = 10_000;
/** Conversion definitions whose conversions are kept. */
const MOST_CONVERSIONS = 6;

export interface Origins {
  /** By origin number. */
  readonly kind: readonly string[];
  readonly channel: readonly string[];
  readonly campaign: readonly string[];
  readonly source: readonly string[];
  readonly content: readonly string[];
  /** Bought or sent by somebody: the link names a medium or carries a click id. */
  readonly marked: readonly boolean[];
}

export interface Loaded {
  readonly paths: Paths;
  readonly origins: Origins;
  readonly asOf: string;
  /** Everything that paths were built from, to explain one of them. */
  readonly columns: { readonly touches: FragmentTouches; readonly conversions: ConversionColumns };
}

interface Kept {
  readonly loaded: Promise<Loaded>;
  readonly at: number;
  bytes: number;
}

interface KeptConversions {
  readonly key: string;
  readonly columns: Promise<ConversionColumns>;
}

/** By database: a process may serve more than one (tests do). */
const caches = new WeakMap<Database, { paths: Map<string, Kept>; conversions: KeptConversions[] }>();

/**
 * Paths of a conversion whose end lies in [from, to), of all people or those of one segment. Touches and conversions stay
 * in memory, so another range or segment costs a pass over them; only what changed since is read again.
 */
export async function loadPaths(
  ctx: Ctx,
  conversion: Conversion,
  span: { from: Date; to: Date; segmentId?: string | null },
): Promise<Loaded> {
  const now = ctx.clock.now().getTime();
  const key = JSON.stringify([conversion, span]);
  const cache = caches.get(ctx.root) ?? { paths: new Map<string, Kept>(), conversions: [] };
  caches.set(ctx.root, cache);
  const found = cache.paths.get(key);
  if (found !== undefined && Math.abs(now - found.at) < FRESH_MS) {
    // The newest use stands last: the first are let go.
    cache.paths.delete(key);
    cache.paths.set(key, found);
    return found.loaded;
  }
  const entry: Kept = { loaded: load(ctx, cache.conversions, conversion, span), at: now, bytes: 0 };
  cache.paths.set(key, entry);
  entry.loaded.then(
    ({ paths }) => {
      entry.bytes = paths.origin.byteLength + paths.age.byteLength + paths.person.length * 44;
      letGo(cache.paths);
    },
    () => cache.paths.delete(key),
  );
  return entry.loaded;
}

function letGo(kept: Map<string, Kept>): void {
  let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  for (const [key, { bytes }] of kept) {
    if (total <= MOST_BYTES) return;
    kept.delete(key);
    total -= bytes;
  }
}

/** Every conversion there ever was, by person as people are merged now, in time order. Kept as those of reports are. */
export async function allConversions(ctx: Ctx, conversion: Conversion): Promise<ConversionColumns> {
  const cache = caches.get(ctx.root) ?? { paths: new Map<string, Kept>(), conversions: [] };
  caches.set(ctx.root, cache);
  const { aliases, version } = await keptTouches(ctx, ctx.clock.now());
  return keptConversions(ctx, cache.conversions, conversion, { aliases, version, since: 0 });
}

async function load(
  ctx: Ctx,
  kept: KeptConversions[],
  conversion: Conversion,
  { from, to, segmentId = null }: { from: Date; to: Date; segmentId?: string | null },
): Promise<Loaded> {
  const window = Math.max(conversion.clickDays, conversion.viewDays) * 86_400_000;
  const { touches, aliases, version, asOf, since } = await keptTouches(ctx, new Date(from.getTime() - window));
  const [conversions, allowed, origins, members] = await Promise.all([
    // "Once" needs the person's earlier conversions, others those that cut the window.
    keptConversions(ctx, kept, conversion, { aliases, version, since: conversion.count === "once" ? 0 : since }),
    allowedSet(ctx, MEASUREMENT),
    loadOrigins(ctx),
    segmentId === null ? null : membersOf(ctx.sql, segmentId),
  ]);
  const paths = buildPaths(touches, conversions, {
    clickWindow: conversion.clickDays * 86_400,
    viewWindow: conversion.viewDays * 86_400,
    isView: (origin) => origins.kind[origin] === "view",
    from: from.getTime() / 1_000,
    to: to.getTime() / 1_000,
    once: conversion.count === "once",
    restricted: (person) => !allowed.has(person),
    includes: (person) => members === null || members.has(person),
  });
  return { paths, origins, asOf: asOf.toISOString(), columns: { touches, conversions } };
}

/** Conversions since an instant; read again when a message, a rate, the currency or the day changed. */
async function keptConversions(
  ctx: Ctx,
  kept: KeptConversions[],
  conversion: Conversion,
  { aliases, version, since }: { aliases: Int32Array; version: number; since: number },
): Promise<ConversionColumns> {
  const { sql } = ctx;
  const now = ctx.clock.now().getTime();
  const { timezone, currency } = await companySettings(sql);
  const [rates] = await sql<{ stamp: string }[]>`
    select count(*) || ' ' || coalesce(sum(rate)::text, '') || ' ' || coalesce(sum(rate * extract(epoch from day))::text, '') as stamp
    from exchange_rates where base = ${currency}`;
  const key = JSON.stringify([conversion, timezone, currency, rates?.stamp, version, since, Math.floor(now / 86_400_000)]);
  const at = kept.findIndex((one) => one.key === key);
  const [found] = at < 0 ? [] : kept.splice(at, 1);
  const entry = found ?? {
    key,
    columns: loadConversions(sql, aliases, conversion, { from: new Date(since), now, zone: timezone, base: currency }),
  };
  kept.push(entry);
  if (kept.length > MOST_CONVERSIONS) kept.shift();
  entry.columns.catch(() => kept.splice(0));
  return entry.columns;
}

async function membersOf(sql: AnySql, segmentId: string): Promise<IdSet> {
  const [row] = await sql<{ ids: Uint8Array }[]>`
    select coalesce(string_agg(int4send(profile_id), ''), '') as ids from segment_members where segment_id = ${segmentId}`;
  return IdSet.fromPacked(row?.ids ?? new Uint8Array());
}

async function loadOrigins({ sql }: Ctx): Promise<Origins> {
  const rows = await sql<
    { id: number; kind: string; channel: string; campaign: string; source: string; content: string; marked: boolean }[]
  >`
    select o.id, o.kind, o.channel, o.medium <> '' or o.click_id <> '' as marked, coalesce(c.name, nullif(o.campaign, ''), '(none)') as campaign,
      coalesce(nullif(o.source, ''), '(direct)') || coalesce(' / ' || nullif(o.medium, ''), '') as source,
      coalesce(nullif(o.content, ''), '(none)') as content
    from touch_origins o left join campaigns c on c.id = o.campaign_id`;
  const origins = {
    kind: [] as string[],
    channel: [] as string[],
    campaign: [] as string[],
    source: [] as string[],
    content: [] as string[],
    marked: [] as boolean[],
  };
  for (const { id, ...row } of rows) {
    origins.kind[id] = row.kind;
    origins.channel[id] = row.channel;
    origins.campaign[id] = row.campaign;
    origins.source[id] = row.source;
    origins.content[id] = row.content;
    origins.marked[id] = row.marked;
  }
  return origins;
}
