import { z } from "zod";
import { can, rateTable, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { totalOf } from "@/domain/kernel/money";
import { hideSmallCells } from "@/domain/kernel/small-cells";
import { parseInput } from "@/domain/kernel/parse";
import { processingFailure } from "@/domain/identity";
import { HEALTH_STATES, readAllSources, type HealthState } from "@/domain/sources";
import { growthOf, spanOf } from "./growth";
import { OVERVIEW_RANGES, PENDING_CAP, type Overview } from "./model";
import { readCounts } from "./read-counts";

const input = z.strictObject({ range: z.enum(OVERVIEW_RANGES).default("30d") });
const TOP_EVENTS = 8;

/** The state of the install in aggregates, for every role. */
export async function readOverview(ctx: Ctx, given: unknown): Promise<Overview> {
  requirePermission(ctx, "home:read");
  const { range } = parseInput(input, given);
  const now = ctx.clock.now();
  const [counts, sources, processing, [segments]] = await Promise.all([
    readCounts(ctx),
    readAllSources(ctx),
    readProcessing(ctx),
    ctx.sql<{ n: number }[]>`select count(*)::int as n from segments where check_difference > 0 and status = 'live' and deleted_at is null`,
  ]);
  const rates = await rateTable(ctx.sql, { of: [...new Set(counts.revenue.flatMap((row) => row.currency ?? []))] });
  const span = spanOf(range, now.getTime(), counts.days[0]?.day ?? null);
  const growth = growthOf(counts.days, span);

  const bySource = new Map<string, number>();
  const byEvent = new Map<string, number>();
  let total = 0;
  let inRange = 0;
  for (const cell of counts.cells) {
    total += cell.n;
    if (span.from === null || cell.day < span.from || cell.day >= span.to) continue;
    inRange += cell.n;
    bySource.set(cell.sourceId, (bySource.get(cell.sourceId) ?? 0) + cell.n);
    byEvent.set(cell.name, (byEvent.get(cell.name) ?? 0) + cell.n);
  }
  const names = new Map(sources.map((source) => [source.id, source.name]));
  const ranked = [...byEvent].map(([name, n]) => ({ name, n })).sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));

  // Whoever sees totals only sees no number that stands for a few people.
  const totalsOnly = !can(ctx, "profiles:read");
  const bySourceAll = [...bySource]
    .map(([id, n]) => ({ id, name: names.get(id) ?? id, n }))
    .sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));
  const namesShown = totalsOnly ? hideSmallCells(ranked) : { shown: ranked, hidden: 0, sum: 0 };
  const sourcesShown = totalsOnly ? hideSmallCells(bySourceAll) : { shown: bySourceAll, hidden: 0, sum: 0 };

  const byHealth = Object.fromEntries(HEALTH_STATES.map((state) => [state, 0])) as Record<HealthState, number>;
  const last24h = { accepted: 0, duplicates: 0, rejected: 0 };
  for (const source of sources) {
    byHealth[source.health.state]++;
    last24h.accepted += source.last24h.accepted;
    last24h.duplicates += source.last24h.duplicates;
    last24h.rejected += source.last24h.rejected;
  }
  return {
    range,
    from: span.from === null ? null : new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    bucket: span.bucket,
    people: {
      total: counts.known + counts.anonymous,
      known: counts.known,
      anonymous: counts.anonymous,
      newInRange: growth.reduce((sum, point) => sum + point.newKnown + point.newAnonymous, 0),
    },
    identifiers: { total: counts.identifiers.reduce((sum, one) => sum + one.n, 0), byType: counts.identifiers },
    events: { total, inRange },
    revenue: { ...totalOf(counts.revenue, rates), orders: counts.orders },
    growth,
    bySource: sourcesShown.shown,
    hiddenSources: sourcesShown.hidden,
    byEvent: namesShown.shown.slice(0, TOP_EVENTS),
    otherEvents: namesShown.shown.slice(TOP_EVENTS).reduce((sum, one) => sum + one.n, 0) + namesShown.sum,
    countedAt: counts.countedAt.toISOString(),
    sources: { total: sources.length, byHealth },
    last24h,
    processing,
    segments: { differing: segments?.n ?? 0 },
    asOf: now.toISOString(),
  };
}

/** What waits behind the cursor, by the index (xid, id): at most `PENDING_CAP` entries are counted, a few ms. */
async function readProcessing(ctx: Ctx): Promise<Overview["processing"]> {
  const [row] = await ctx.sql<{ processed: number; pending: number; oldest: Date | null }[]>`
    select c.processed, waiting.n as pending, oldest.at as oldest
    from processing_cursors c
    cross join lateral (
      select count(*)::int as n from (select 1 from inbox where (xid, id) > (c.xid, c.inbox_id) limit ${PENDING_CAP}) w
    ) waiting
    left join lateral (
      select received_at as at from inbox where (xid, id) > (c.xid, c.inbox_id) order by xid, id limit 1
    ) oldest on true
    where c.name = 'main'`;
  const age = row?.oldest ? Math.max(0, (ctx.clock.now().getTime() - row.oldest.getTime()) / 1000) : 0;
  const failure = await processingFailure(ctx.sql);
  const stopped = failure && { since: failure.since, code: failure.code };
  return { stopped, processed: row?.processed ?? 0, pending: row?.pending ?? 0, secondsBehind: Math.round(age * 10) / 10 };
}
