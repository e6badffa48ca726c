import type { Ctx } from "@/domain/kernel/context";
import type { Tally } from "./model";

export interface SourceStats {
  id: string;
  firstSeenAt: Date | null;
  lastSeenAt: Date | null;
  longestGapMs: number | null;
  activeQuarters: number;
  lastHour: Tally;
  /** 24 rolling hours up to now, oldest first. */
  hours: Tally[];
  openRejected: number;
  refused: number;
}

/**
 * Volume and rhythm of sources out of `collect_tallies`, by its index (source, time). Cost: seven days hold at most
 * 10,080 rolled rows a source besides the newest, not yet rolled ones; about 10 ms a busy source.
 */
export async function readSourceStats(ctx: Ctx, ids: readonly string[]): Promise<Map<string, SourceStats>> {
  const now = ctx.clock.now();
  const rows = await ctx.sql<
    {
      id: string;
      firstSeenAt: Date | null;
      lastSeenAt: Date | null;
      longestGap: number | null;
      active: number;
      hours: [number, number, number, number][] | null;
      open: number;
      refused: number;
    }[]
  >`
    select s.id, first.at as "firstSeenAt", last.at as "lastSeenAt", rhythm."longestGap", rhythm.active, day.hours, open.n as open, refused.n as refused
    from sources s
    left join lateral (select at from collect_tallies where source_id = s.id order by at limit 1) first on true
    left join lateral (select at from collect_tallies where source_id = s.id order by at desc limit 1) last on true
    cross join lateral (
      select count(*)::int as active, extract(epoch from max(t - previous))::float8 as "longestGap"
      from (
        select t, lag(t) over (order by t) as previous
        from (select distinct date_bin('15 minutes', at, 'epoch') as t from collect_tallies
              where source_id = s.id and at > ${now}::timestamptz - interval '7 days' and at <= ${now}) quarters
      ) gaps
    ) rhythm
    cross join lateral (
      select json_agg(json_build_array(hour, accepted, duplicates, rejected)) as hours
      from (
        select floor(extract(epoch from ${now}::timestamptz - at) / 3600)::int as hour,
          sum(accepted) as accepted, sum(duplicates) as duplicates, sum(rejected) as rejected
        from collect_tallies where source_id = s.id and at > ${now}::timestamptz - interval '24 hours' and at <= ${now}
        group by 1
      ) buckets
    ) day
    cross join lateral (select count(*)::int as n from rejected_messages where source_id = s.id and status = 'open') open
    cross join lateral (
      select coalesce(sum(n), 0)::int as n from refused_requests
      where source_id = s.id and hour >= date_trunc('hour', ${now}::timestamptz) - interval '1 hour'
    ) refused
    where s.id = any(${ids as string[]})`;
  return new Map(
    rows.map((row) => {
      const hours: Tally[] = Array.from({ length: 24 }, () => ({ accepted: 0, duplicates: 0, rejected: 0 }));
      for (const [hour, accepted, duplicates, rejected] of row.hours ?? []) {
        if (hour >= 0 && hour < 24) hours[23 - hour] = { accepted, duplicates, rejected };
      }
      return [
        row.id,
        {
          id: row.id,
          firstSeenAt: row.firstSeenAt,
          lastSeenAt: row.lastSeenAt,
          longestGapMs: row.longestGap === null ? null : row.longestGap * 1000,
          activeQuarters: row.active,
          lastHour: hours[23] ?? { accepted: 0, duplicates: 0, rejected: 0 },
          hours,
          openRejected: row.open,
          refused: row.refused,
        },
      ];
    }),
  );
}
