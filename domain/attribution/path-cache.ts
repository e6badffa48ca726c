import type { Database } from "@/db/client";
import { companySettings } from "@/domain/access";
import { allowedSet } from "@/domain/consent";
import type { Ctx } from "@/domain/kernel/context";
import { highestProfile, loadAliases, loadConversions, loadTouches } from "./load-columns";
import type { Conversion } from "./model";
import { buildPaths } from "./paths";
import type { Paths } from "./paths";

/** Use of personal data that reports rest on: touches of people who did not allow it are counted apart. */
const MEASUREMENT = { purpose: "analytics", destination: "reports" } as const;
/** Memory that kept paths may take together. */
const MOST_BYTES = 256 * 1024 * 1024;
/** How long paths are kept although newer touches may be there: reports are at most this old. */
const FRESH_MS = 30_000;

export interface Origins {
  /** By origin number. */
  readonly kind: readonly string[];
  readonly channel: readonly string[];
  readonly campaign: readonly string[];
  readonly source: readonly string[];
  readonly content: readonly string[];
}

export interface Loaded {
  readonly paths: Paths;
  readonly origins: Origins;
  readonly asOf: string;
}

interface Kept {
  readonly loaded: Promise<Loaded>;
  readonly at: number;
  bytes: number;
}

/** By database: a process may serve more than one (tests do). */
const caches = new WeakMap<Database, Map<string, Kept>>();

/** Paths of a conversion whose end lies in [from, to), kept for the next report. Cost of loading: the touches of the range and its window. */
export async function loadPaths(ctx: Ctx, conversion: Conversion, from: Date, to: Date): Promise<Loaded> {
  const now = ctx.clock.now().getTime();
  const key = JSON.stringify([conversion, from, to]);
  const kept = caches.get(ctx.root) ?? new Map<string, Kept>();
  caches.set(ctx.root, kept);
  const found = kept.get(key);
  if (found !== undefined && Math.abs(now - found.at) < FRESH_MS) {
    // The newest use stands last: the first are let go.
    kept.delete(key);
    kept.set(key, found);
    return found.loaded;
  }
  const entry: Kept = { loaded: load(ctx, conversion, from, to), at: now, bytes: 0 };
  kept.set(key, entry);
  entry.loaded.then(
    ({ paths }) => {
      entry.bytes = paths.origin.byteLength + paths.age.byteLength + paths.person.length * 44;
      letGo(kept);
    },
    () => kept.delete(key),
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

async function load(ctx: Ctx, conversion: Conversion, from: Date, to: Date): Promise<Loaded> {
  const { sql } = ctx;
  const { timezone, currency } = await companySettings(sql);
  const [cursor] = await sql<{ at: Date }[]>`select updated_at as at from touch_cursors where name = 'main'`;
  const aliases = await loadAliases(sql, await highestProfile(sql));
  const window = Math.max(conversion.clickDays, conversion.viewDays) * 86_400_000;
  // "Once" needs the person's earlier conversions, others those that cut the window.
  const since = conversion.count === "once" ? new Date(0) : new Date(from.getTime() - window);
  const [touches, conversions, allowed, origins] = await Promise.all([
    loadTouches(sql, aliases, new Date(from.getTime() - window), to),
    loadConversions(sql, aliases, conversion, { from: since, to, now: ctx.clock.now().getTime(), zone: timezone, base: currency }),
    allowedSet(ctx, MEASUREMENT),
    loadOrigins(ctx),
  ]);
  const paths = buildPaths(touches, conversions, {
    clickWindow: conversion.clickDays * 86_400,
    viewWindow: conversion.viewDays * 86_400,
    isView: (origin) => origins.kind[origin] === "view",
    from: from.getTime() / 1_000,
    once: conversion.count === "once",
    restricted: (person) => !allowed.has(person),
  });
  return { paths, origins, asOf: (cursor?.at ?? ctx.clock.now()).toISOString() };
}

async function loadOrigins({ sql }: Ctx): Promise<Origins> {
  const rows = await sql<{ id: number; kind: string; channel: string; campaign: string; source: string; content: string }[]>`
    select o.id, o.kind, o.channel, coalesce(c.name, nullif(o.campaign, ''), '(none)') as campaign,
      coalesce(nullif(o.source, ''), '(direct)') || coalesce(' / ' || nullif(o.medium, ''), '') as source,
      coalesce(nullif(o.content, ''), '(none)') as content
    from touch_origins o left join campaigns c on c.id = o.campaign_id`;
  const origins = {
    kind: [] as string[],
    channel: [] as string[],
    campaign: [] as string[],
    source: [] as string[],
    content: [] as string[],
  };
  for (const { id, ...row } of rows) {
    origins.kind[id] = row.kind;
    origins.channel[id] = row.channel;
    origins.campaign[id] = row.campaign;
    origins.source[id] = row.source;
    origins.content[id] = row.content;
  }
  return origins;
}
