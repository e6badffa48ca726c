import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { healthOf } from "./health";
import type { SourceListItem, Tally } from "./model";
import { readSourceStats, type SourceStats } from "./read-stats";
import type { SourceRow } from "./rows";

/** All sources by name, with volume of the last 24 hours and health. */
export async function listSources(ctx: Ctx): Promise<SourceListItem[]> {
  requirePermission(ctx, "sources:read");
  return readAllSources(ctx);
}

/** For other rooms' aggregates, which check their own permission. */
export async function readAllSources(ctx: Ctx): Promise<SourceListItem[]> {
  const rows = await ctx.sql<SourceRow[]>`
    select id, name, type, status, settings, is_demo as "isDemo", created_at as "createdAt" from sources order by lower(name), id`;
  const stats = await readSourceStats(
    ctx,
    rows.map((row) => row.id),
  );
  return rows.map((row) => toListItem(ctx, row, stats.get(row.id)));
}

export function toListItem(ctx: Ctx, row: SourceRow, stats: SourceStats | undefined): SourceListItem {
  const hours = stats?.hours ?? [];
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    status: row.status,
    isDemo: row.isDemo,
    createdAt: row.createdAt.toISOString(),
    firstSeenAt: stats?.firstSeenAt?.toISOString() ?? null,
    lastSeenAt: stats?.lastSeenAt?.toISOString() ?? null,
    last24h: sum(hours),
    hours,
    openRejected: stats?.openRejected ?? 0,
    health: healthOf({
      status: row.status,
      type: row.type,
      now: ctx.clock.now(),
      lastSeenAt: stats?.lastSeenAt ?? null,
      longestGapMs: stats?.longestGapMs ?? null,
      activeQuarters: stats?.activeQuarters ?? 0,
      lastHour: stats?.lastHour ?? { accepted: 0, duplicates: 0, rejected: 0 },
      refused: stats?.refused ?? 0,
    }),
  };
}

export function sum(tallies: readonly Tally[]): Tally {
  const out = { accepted: 0, duplicates: 0, rejected: 0 };
  for (const tally of tallies) {
    out.accepted += tally.accepted;
    out.duplicates += tally.duplicates;
    out.rejected += tally.rejected;
  }
  return out;
}
