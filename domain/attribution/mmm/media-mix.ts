import type { Database } from "@/db/client";
import { can, companySettings, rateTable, requirePermission } from "@/domain/access";
import { instantOf } from "@/domain/kernel";
import type { Ctx } from "@/domain/kernel/context";
import { fromUnits, toUnits } from "@/domain/kernel/money";
import { parseInput } from "@/domain/kernel/parse";
import { SMALL_CELL } from "@/domain/kernel/small-cells";
import { conversionColumns } from "../conversion-columns";
import { conversionOf } from "../conversions";
import { fewestWeeks, fitInTurns, steadyCurve, weeksNeeded } from "./fit-media-mix";
import type { MediaMixFit, MediaMixInput, MediaSeries } from "./fit-media-mix";
import { mixSchema } from "./model";
import type { MediaMix, MixChannel } from "./model";

const DAY_MS = 86_400_000;
const OTHER = "Other channels";
/** Channels that stand alone at most, and the share of spend that each of them has at least. */
const MOST_CHANNELS = 6;
const LEAST_SHARE = 0.03;
/** Weeks kept back: a sixth, twelve at most. */
const MOST_HELD_OUT = 12;
const RECENT_WEEKS = 12;
const BOUNDS = { least: 0.5, most: 1.5 };
const MOST_KEPT = 8;

/** Fits by their input: the same weeks give the same answer. */
const fits = new WeakMap<Database, Map<string, Promise<MediaMixFit>>>();

/**
 * The media mix over weekly spend and outcome, fitted in turns of some milliseconds. Cost: the conversions of the weeks
 * (events_type_time_idx), the costs of the weeks (one row per day, campaign and ad), and the fit: below a second for
 * three years and seven channels; fits are kept by what went into them.
 */
export async function mediaMix(ctx: Ctx, input: unknown): Promise<MediaMix> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(mixSchema, input);
  const conversion = await conversionOf(ctx, given.conversionId);
  const { timezone, currency } = await companySettings(ctx.sql);
  const mondays = mondaysBefore(ctx.clock.now(), timezone, given.weeks);
  const all = await weeklySpend(ctx, mondays, currency);
  // Weeks before the first cost say nothing about spending.
  const first = mondays.findIndex((_, w) => [...all.values()].some((spend) => (spend[w] ?? 0) > 0));
  const weeks = first < 0 ? [] : mondays.slice(first);
  const spend = new Map([...all].map(([name, series]) => [name, first < 0 ? [] : series.slice(first)]));
  const { media, merged } = grouped(spend);
  const heldOut = Math.min(MOST_HELD_OUT, Math.floor(weeks.length / 6));
  const base = {
    measure: given.measure,
    currency,
    weeks: weeks.length,
    heldOut,
    needed: weeksNeeded(Math.max(1, media.length)),
    merged,
    conversion: conversion.name,
    timezone,
    asOf: ctx.clock.now().toISOString(),
  };
  if (media.length === 0) return { ...base, fit: null, warnings: ["No campaign has costs in these weeks."] };
  if (weeks.length - heldOut < fewestWeeks(media.length)) {
    return { ...base, fit: null, warnings: [`${weeks.length} weeks with costs cannot carry ${media.length} channels at all.`] };
  }
  const outcome = await weeklyOutcome(ctx, given.conversionId, weeks, timezone);
  const fit = await fitOf(ctx, { outcome: outcome[given.measure], media, holdout: heldOut });
  const hideSmall = !can(ctx, "profiles:read");
  return {
    ...base,
    warnings: fit.warnings,
    fit: {
      channels: fit.effects.map((effect): MixChannel => {
        const series = media.find(({ channel }) => channel === effect.channel)?.spend ?? [];
        const recent = series.slice(-RECENT_WEEKS);
        const weekly = recent.reduce((a, b) => a + b, 0) / Math.max(1, recent.length);
        return {
          name: effect.channel,
          weekly,
          largest: Math.max(0, ...series),
          spend: series.reduce((a, b) => a + b, 0),
          contribution: effect.contribution,
          returnOnSpend: effect.returnOnSpend,
          carryOver: effect.theta,
          curve: steadyCurve(effect, { least: weekly * BOUNDS.least, most: weekly * BOUNDS.most }),
        };
      }),
      series: weeks.map((monday, w) => {
        const n = outcome.conversions[w] ?? 0;
        const hidden = hideSmall && n > 0 && n < SMALL_CELL;
        return {
          week: monday,
          outcome: hidden ? null : (outcome[given.measure][w] ?? 0),
          fitted: hidden ? null : (fit.fitted[w] ?? 0),
          heldOut: w >= weeks.length - heldOut,
        };
      }),
      holdoutError: fit.holdoutError,
      trainingR2: fit.trainingR2,
      baseline: fit.baseline,
    },
  };
}

async function fitOf(ctx: Ctx, input: MediaMixInput): Promise<MediaMixFit> {
  const kept = fits.get(ctx.root) ?? new Map<string, Promise<MediaMixFit>>();
  fits.set(ctx.root, kept);
  const key = JSON.stringify(input);
  const found = kept.get(key);
  if (found !== undefined) return found;
  const fit = fitInTurns(input);
  kept.set(key, fit);
  fit.catch(() => kept.delete(key));
  for (const old of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(old);
  }
  return fit;
}

/** Mondays (YYYY-MM-DD) of whole weeks that are over in a zone, the oldest first. */
export function mondaysBefore(now: Date, timezone: string, weeks: number): string[] {
  const today = Date.parse(
    new Intl.DateTimeFormat("en-CA", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now),
  );
  const sinceMonday = (new Date(today).getUTCDay() + 6) % 7;
  const monday = today - sinceMonday * DAY_MS;
  return Array.from({ length: weeks }, (_, i) => new Date(monday - (weeks - i) * 7 * DAY_MS).toISOString().slice(0, 10));
}

/** Spend per channel and week in the company's currency, at the rate of each day; amounts without a rate are left out. */
async function weeklySpend({ sql }: Ctx, mondays: readonly string[], base: string): Promise<Map<string, number[]>> {
  const from = mondays[0] ?? "";
  const rates = await rateTable(sql, { base });
  const rows = await sql<{ channel: string; currency: string; day: string; amount: string }[]>`
    select c.channel, k.currency, k.day::text as day, sum(k.amount)::text as amount from campaign_costs k join campaigns c on c.id = k.campaign_id
    where k.day >= ${from}::date and k.day < ${from}::date + ${mondays.length * 7}::int group by 1, 2, 3`;
  const spend = new Map<string, number[]>();
  for (const { channel, currency, day, amount } of rows) {
    const series = spend.get(channel) ?? mondays.map(() => 0);
    const week = Math.floor((Date.parse(day) - Date.parse(from)) / (7 * DAY_MS));
    series[week] = (series[week] ?? 0) + Number(fromUnits(rates.convert(toUnits(amount), currency, day) ?? 0n));
    spend.set(channel, series);
  }
  return spend;
}

/** The largest channels alone, the rest together. */
function grouped(spend: ReadonlyMap<string, readonly number[]>): { media: MediaSeries[]; merged: string[] } {
  const total = (series: readonly number[]): number => series.reduce((a, b) => a + b, 0);
  const ranked = [...spend]
    .filter(([, series]) => total(series) > 0)
    .toSorted((a, b) => total(b[1]) - total(a[1]) || a[0].localeCompare(b[0]));
  const everything = ranked.reduce((sum, [, series]) => sum + total(series), 0);
  const small = ranked.filter(([, series], i) => i >= MOST_CHANNELS || total(series) < LEAST_SHARE * everything);
  const alone = ranked.filter((one) => small.length < 2 || !small.includes(one));
  const media: MediaSeries[] = alone.map(([channel, series]) => ({ channel, spend: series }));
  if (small.length >= 2) {
    media.push({
      channel: OTHER,
      spend: (small[0]?.[1] ?? []).map((_, w) => small.reduce((sum, [, series]) => sum + (series[w] ?? 0), 0)),
    });
  }
  return { media, merged: small.length >= 2 ? small.map(([name]) => name) : [] };
}

/** Value and number of conversions per week, whoever's they are: no person is looked at. */
async function weeklyOutcome(
  ctx: Ctx,
  conversionId: string,
  weeks: readonly string[],
  timezone: string,
): Promise<{ value: number[]; conversions: number[] }> {
  const starts = weeks.map((monday) => midnight(monday, 0, timezone));
  const end = midnight(weeks.at(-1) ?? "", 7, timezone);
  const columns = await conversionColumns(
    ctx,
    { kind: "conversion", conversionId },
    { from: new Date((starts[0] ?? 0) * 1_000), to: new Date(end * 1_000) },
  );
  const value = weeks.map(() => 0);
  const conversions = weeks.map(() => 0);
  for (let i = 0; i < columns.at.length; i++) {
    const week = lastAtOrBefore(starts, columns.at[i] ?? 0);
    if (week < 0) continue;
    value[week] = (value[week] ?? 0) + (columns.value[i] ?? 0);
    conversions[week] = (conversions[week] ?? 0) + 1;
  }
  return { value, conversions };
}

/** Second of the midnight that begins a day. */
function midnight(day: string, plus: number, timezone: string): number {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return instantOf({ year, month, day: date + plus }, 0, timezone) / 1_000;
}

function lastAtOrBefore(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
