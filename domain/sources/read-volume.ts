import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { sum } from "./list-sources";
import { VOLUME_RANGES, type SourceVolume, type VolumePoint, type VolumeRange } from "./model";
import { findSource } from "./rows";

const input = z.strictObject({ id: z.string().min(1).max(64), range: z.enum(VOLUME_RANGES).default("24h") });

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const SPANS: Record<VolumeRange, { step: number; steps: number }> = {
  "1h": { step: MINUTE, steps: 60 },
  "24h": { step: HOUR, steps: 24 },
  "7d": { step: HOUR, steps: 168 },
  "30d": { step: DAY, steps: 30 },
  "90d": { step: DAY, steps: 90 },
};

/** The whole buckets of a range in UTC; the last one is the current, unfinished bucket. */
export function bucketsOf(range: VolumeRange, now: Date): { step: number; starts: number[]; from: Date; to: Date } {
  const { step, steps } = SPANS[range];
  const last = Math.floor(now.getTime() / 1000 / step) * step;
  const starts = Array.from({ length: steps }, (_, index) => (last - (steps - 1 - index) * step) * 1000);
  return { step, starts, from: new Date(starts[0] ?? last * 1000), to: new Date((last + step) * 1000) };
}

/** Accepted, duplicate and rejected messages of one source per minute, hour or day (UTC), empty buckets included. */
export async function readSourceVolume(ctx: Ctx, given: unknown): Promise<SourceVolume> {
  requirePermission(ctx, "sources:read");
  const { id, range } = parseInput(input, given);
  await findSource(ctx, id);
  const now = ctx.clock.now();
  const { step, starts, from, to } = bucketsOf(range, now);
  const rows = await ctx.sql<{ at: number; accepted: number; duplicates: number; rejected: number }[]>`
    select (extract(epoch from date_bin(make_interval(secs => ${step}), at, 'epoch')) * 1000)::int8 as at,
      sum(accepted)::int8 as accepted, sum(duplicates)::int8 as duplicates, sum(rejected)::int8 as rejected
    from collect_tallies where source_id = ${id} and at >= ${from} and at < ${to} group by 1`;
  const found = new Map(rows.map((row) => [row.at, row]));
  const points: VolumePoint[] = starts.map((start) => {
    const row = found.get(start);
    return {
      at: new Date(start).toISOString(),
      accepted: row?.accepted ?? 0,
      duplicates: row?.duplicates ?? 0,
      rejected: row?.rejected ?? 0,
    };
  });
  return {
    range,
    from: from.toISOString(),
    to: to.toISOString(),
    stepSeconds: step,
    points,
    total: sum(points),
    asOf: now.toISOString(),
  };
}
