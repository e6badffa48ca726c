import { requirePermission } from "@/domain/access";
import { DIRECT, UNASSIGNED } from "@/domain/campaigns";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { SMALL_CELL } from "@/domain/kernel/small-cells";
import { askPaths } from "./ask-paths";
import { dayRange } from "./report-range";
import { qualitySchema } from "./schemas";
import type { QualityFigure, QualityReport } from "./schemas";

/** How far the figures can be trusted: what has no touch, no name, or may not be used. Shares of conversions, touches and messages. */
export async function qualityReport(ctx: Ctx, input: unknown): Promise<QualityReport> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(qualitySchema, input);
  const { paths, columns, frame, conversion, origins, totalsOnly } = await askPaths(ctx, {
    ...given,
    dimension: "channel",
    segmentId: null,
  });
  const { from, to } = dayRange(given, frame.timezone);
  const total = paths.conversions.reduce((sum, n) => sum + n, 0) + paths.restricted.conversions;
  let unattributed = 0;
  let touched = 0;
  let joined = 0;
  for (let p = 0; p < paths.person.length; p++) {
    if ((paths.conversions[p] ?? 0) === 0) continue;
    if (paths.offsets[p] === paths.offsets[p + 1]) unattributed++;
    else touched++;
  }
  const window = Math.max(conversion.clickDays, conversion.viewDays) * 86_400;
  const { touches } = columns;
  const convertedAt = new Map<number, number>();
  for (let p = 0; p < paths.person.length; p++)
    if ((paths.conversions[p] ?? 0) > 0) convertedAt.set(paths.person[p] ?? 0, paths.at[p] ?? 0);
  const inRange = { touches: 0, direct: 0, unassigned: 0, unnamed: 0, marked: 0 };
  let fragment = 0;
  let person = 0;
  let counted = false;
  const start = from.getTime() / 1_000;
  const end = to.getTime() / 1_000;
  for (let t = 0; t < touches.person.length; t++) {
    const at = touches.at[t] ?? 0;
    const origin = touches.origin[t] ?? 0;
    if (touches.person[t] !== person) {
      person = touches.person[t] ?? 0;
      fragment = 0;
      counted = false;
    }
    const last = convertedAt.get(person);
    if (last !== undefined && at <= last && at >= start - window && !counted) {
      if (fragment !== 0 && fragment !== touches.fragment[t]) {
        joined++;
        counted = true;
      }
      fragment = touches.fragment[t] ?? 0;
    }
    if (at < start || at >= end) continue;
    inRange.touches++;
    const channel = origins.channel[origin];
    if (channel === DIRECT) inRange.direct++;
    else if (channel === UNASSIGNED) inRange.unassigned++;
    if (origins.marked[origin] === true) {
      inRange.marked++;
      if (origins.campaign[origin] === "(none)") inRange.unnamed++;
    }
  }
  const [named] = await ctx.sql<{ unmatched: number; named: number }[]>`
    select count(*) filter (where o.campaign_id is null)::int as unmatched, count(*)::int as named
    from touch_origins o join touchpoints t on t.origin_id = o.id
    where o.campaign <> '' and t.occurred_at >= ${from} and t.occurred_at < ${to}`;
  const [received] = await ctx.sql<{ duplicates: number; rejected: number; whole: number }[]>`
    select coalesce(sum(duplicates), 0)::float8 as duplicates, coalesce(sum(rejected), 0)::float8 as rejected,
      coalesce(sum(accepted + duplicates + rejected), 0)::float8 as whole
    from collect_tallies where at >= ${from} and at < ${to}`;
  const isFew = (n: number, whole: number): boolean => totalsOnly && ((n > 0 && n < SMALL_CELL) || (whole > n && whole - n < SMALL_CELL));
  const figure = (key: QualityFigure["key"], part: number, whole: number): QualityFigure => ({
    key,
    part: isFew(part, whole) ? null : part,
    whole,
  });
  return {
    ...frame,
    figures: [
      figure("unattributed", unattributed, total),
      figure("restricted", paths.restricted.conversions, total),
      figure("cross_device", joined, touched),
      figure("direct", inRange.direct, inRange.touches),
      figure("unassigned", inRange.unassigned, inRange.touches),
      figure("missing_utm", inRange.unnamed, inRange.marked),
      figure("unmatched", named?.unmatched ?? 0, named?.named ?? 0),
      figure("duplicates", received?.duplicates ?? 0, received?.whole ?? 0),
      figure("rejected", received?.rejected ?? 0, received?.whole ?? 0),
    ],
    total: { conversions: total },
  };
}
