import { companySettings, rateTable, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { fromUnits, toUnits } from "@/domain/kernel/money";
import { parseInput } from "@/domain/kernel/parse";
import { hideSmallCells, SMALL_CELL } from "@/domain/kernel/small-cells";
import { askPaths } from "./ask-paths";
import { tableOf } from "./paths";
import { rolesOf } from "./path-shapes";
import { creditsOf } from "./report";
import { bucketAt, bucketsOf, plusDays } from "./report-range";
import { campaignReportSchema } from "./schemas";
import type { AdRow, CampaignReport } from "./schemas";

const CUSTOM = { first: 40, middle: 20, last: 40 };
/** The rest of the world, in a table that tells one campaign's ads apart. */
const ELSEWHERE = "\u0000elsewhere";

/** One campaign: what it cost and was credited with, by ad set and ad. An ad is met by its name in utm_content. */
export async function campaignReport(ctx: Ctx, input: unknown): Promise<CampaignReport> {
  requirePermission(ctx, "campaigns:read");
  requirePermission(ctx, "reports:read");
  const given = parseInput(campaignReportSchema, input);
  const [campaign] = await ctx.sql<CampaignReport["campaign"][]>`
    select id, name, channel, starts_on::text as "startsOn", ends_on::text as "endsOn" from campaigns
    where id = ${given.campaignId} and archived_at is null`;
  if (campaign === undefined) throw new DomainError("NOT_FOUND", "This campaign is not there any more.");
  const { paths, origins, columns, frame, totalsOnly } = await askPaths(ctx, { ...given, dimension: "content", segmentId: null });
  const contentOf = origins.campaign.map((name, id) => (name === campaign.name ? (origins.content[id] ?? "(none)") : ELSEWHERE));
  const names = [...new Set([ELSEWHERE, ...contentOf.filter((name) => name !== undefined)])];
  const numbers = new Map(names.map((name, i) => [name, i]));
  const of = Uint16Array.from({ length: contentOf.length }, (_, id) => numbers.get(contentOf[id] ?? ELSEWHERE) ?? 0);
  const table = tableOf(paths, { names, of });
  // A single path counts a channel once: the direct channel plays no part among a campaign's ads.
  const [credits] = creditsOf(table, { models: [given.model], halfLifeDays: given.halfLifeDays, custom: CUSTOM }, -1);
  const roles = rolesOf(table);
  const buckets = bucketsOf(given, frame.timezone);
  const touchesBy = buckets.map(() => ({ n: 0 }));
  const met = new Map<string, number>();
  const { touches } = columns;
  for (let t = 0; t < touches.person.length; t++) {
    const content = contentOf[touches.origin[t] ?? 0];
    if (content === undefined || content === ELSEWHERE) continue;
    const bucket = touchesBy[bucketAt(buckets, touches.at[t] ?? 0)];
    if (bucket === undefined) continue;
    bucket.n++;
    met.set(content, (met.get(content) ?? 0) + 1);
  }
  const costs = await costLines(ctx, given);
  const rows = new Map<string, AdRow & { n: number }>();
  for (const line of costs.lines) {
    const key = line.ad.toLowerCase();
    const own = rows.get(key);
    rows.set(key, {
      adSet: own === undefined || own.adSet === line.adSet ? line.adSet : "several",
      ad: line.ad,
      spend: (own?.spend ?? 0) + line.spend,
      impressions: (own?.impressions ?? 0) + line.impressions,
      clicks: (own?.clicks ?? 0) + line.clicks,
      touches: 0,
      conversions: 0,
      value: 0,
      n: 0,
    });
  }
  names.forEach((name, i) => {
    if (name === ELSEWHERE) return;
    const key = name === "(none)" ? "" : name.toLowerCase();
    const own = rows.get(key) ?? { adSet: "", ad: name === "(none)" ? "" : name, spend: 0, impressions: 0, clicks: 0 };
    rows.set(key, {
      ...own,
      touches: met.get(name) ?? 0,
      conversions: credits?.conversions[i] ?? 0,
      value: credits?.value[i] ?? 0,
      n: roles[i]?.paths ?? 0,
    });
  });
  const all = [...rows.values()].filter((row) => row.spend > 0 || row.touches > 0 || row.impressions > 0 || row.value > 0);
  const shown = totalsOnly ? hideSmallCells(all).shown : all;
  const took = all.reduce((sum, row) => sum + row.n, 0);
  const fewAtAll = totalsOnly && took > 0 && took < SMALL_CELL;
  const seriesShown = totalsOnly ? new Set(hideSmallCells(touchesBy).shown) : null;
  return {
    ...frame,
    campaign,
    model: given.model,
    spend: all.reduce((sum, { spend }) => sum + spend, 0),
    impressions: all.reduce((sum, { impressions }) => sum + impressions, 0),
    clicks: all.reduce((sum, { clicks }) => sum + clicks, 0),
    credited: fewAtAll
      ? null
      : { conversions: all.reduce((sum, row) => sum + row.conversions, 0), value: all.reduce((sum, row) => sum + row.value, 0) },
    ads: shown
      .toSorted((a, b) => b.value - a.value || b.spend - a.spend || a.ad.localeCompare(b.ad))
      .map(({ adSet, ad, spend, impressions, clicks, touches: n, conversions, value }) => ({
        adSet,
        ad,
        spend,
        impressions,
        clicks,
        touches: n,
        conversions,
        value,
      })),
    hiddenAds: all.length - shown.length,
    series: buckets.map((bucket, i) => {
      const own = touchesBy[i] ?? { n: 0 };
      const next = buckets[i + 1]?.day ?? plusDays(given.to, 1);
      return {
        at: `${bucket.day}T00:00:00.000Z`,
        spend: costs.days.filter(({ day }) => day >= bucket.day && day < next).reduce((sum, { amount }) => sum + amount, 0),
        touches: seriesShown === null || seriesShown.has(own) ? own.n : null,
      };
    }),
    bucket: Math.round((Date.parse(given.to) - Date.parse(given.from)) / 86_400_000) + 1 === buckets.length ? "day" : "month",
    total: { conversions: paths.conversions.reduce((sum, n) => sum + n, 0) + paths.restricted.conversions },
  };
}

interface CostOfAd {
  readonly adSet: string;
  readonly ad: string;
  readonly spend: number;
  readonly impressions: number;
  readonly clicks: number;
}

async function costLines(
  { sql }: Ctx,
  { campaignId, from, to }: { campaignId: string; from: string; to: string },
): Promise<{ lines: CostOfAd[]; days: { day: string; amount: number }[] }> {
  const { currency } = await companySettings(sql);
  const rates = await rateTable(sql, { base: currency });
  const rows = await sql<
    { adSet: string; ad: string; day: string; currency: string; amount: string; impressions: number; clicks: number }[]
  >`
    select ad_set as "adSet", ad, day::text as day, currency, sum(amount)::text as amount, sum(impressions)::float8 as impressions, sum(clicks)::float8 as clicks
    from campaign_costs where campaign_id = ${campaignId} and day between ${from} and ${to} group by 1, 2, 3, 4`;
  const converted = rows.map((row) => ({
    ...row,
    spend: Number(fromUnits(rates.convert(toUnits(row.amount), row.currency, row.day) ?? 0n)),
  }));
  const days = new Map<string, number>();
  for (const { day, spend } of converted) days.set(day, (days.get(day) ?? 0) + spend);
  return { lines: converted, days: [...days].map(([day, amount]) => ({ day, amount })) };
}
