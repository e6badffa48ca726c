import { can, companySettings, requirePermission } from "@/domain/access";
import { localMoment } from "@/domain/kernel";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { hideSmallCells, SMALL_CELL } from "@/domain/kernel/small-cells";
import { askPaths } from "./ask-paths";
import { conversionOf } from "./conversions";
import { cohortsOf, paybackMonths, takenBy, takenIn } from "./customers";
import { erasedByDay } from "./erased";
import type { AttributionReport } from "./model";
import { allConversions } from "./path-cache";
import type { ConversionColumns } from "./paths";
import { attributionReport } from "./report";
import { bucketsOf, dayRange, plusDays, rangeBefore } from "./report-range";
import type { Bucket } from "./report-range";
import { reportSettings } from "./report-settings";
import { cohortsSchema, performanceSchema } from "./schemas";
import type { CohortsReport, PerformanceReport, PeriodFigures, ReportSettings } from "./schemas";
import { dailySpend } from "./spend";

/** Mean days of a month, for fixed costs of part of one. */
const DAYS_OF_MONTH = 30.4375;
const PAYBACK_MONTHS = 12;

/** What was spent and what came back, against the period before: for managers, on one page. */
export async function performanceReport(ctx: Ctx, input: unknown): Promise<PerformanceReport> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(performanceSchema, input);
  const { timezone } = await companySettings(ctx.sql);
  const settings = await reportSettings(ctx.sql);
  const conversion = await conversionOf(ctx, given.conversionId);
  const before = rangeBefore(given);
  const { conversionId, from, to, halfLifeDays } = given;
  const asked = { conversionId, from, to, halfLifeDays, models: [given.model] };
  // The earlier range first: its touches hold those of the later one.
  const previousReport = await attributionReport(ctx, { ...asked, ...before, dimension: "channel" });
  const channels = await attributionReport(ctx, { ...asked, dimension: "channel" });
  const campaigns = await attributionReport(ctx, { ...asked, dimension: "campaign" });
  const { frame } = await askPaths(ctx, { ...given, dimension: "channel", segmentId: null });
  const columns = await allConversions(ctx, conversion);
  const totalsOnly = !can(ctx, "profiles:read");
  const once = conversion.count === "once";
  const erased = await erasedByDay(ctx.sql, { conversionId: conversion.id, from: before.from, to: given.to }, frame.currency);
  const gone = (range: { from: string; to: string }, key: "n" | "value"): number =>
    erased.filter(({ day }) => day >= range.from && day <= range.to).reduce((sum, row) => sum + row[key], 0);
  const figures = (range: { from: string; to: string }, report: AttributionReport): PeriodFigures => {
    const span = dayRange(range, timezone);
    const living = takenIn(columns, span.from.getTime() / 1_000, span.to.getTime() / 1_000, once);
    const taken = { ...living, conversions: living.conversions + gone(range, "n"), value: living.value + gone(range, "value") };
    return figuresOf({ range, report, taken, settings, totalsOnly });
  };
  const buckets = bucketsOf(given, timezone);
  const spent = await dailySpend(ctx, given);
  const taken = takenBy(columns, buckets, once).map((living, i) => {
    const days = { from: buckets[i]?.day ?? "", to: plusDays(buckets[i + 1]?.day ?? plusDays(given.to, 1), -1) };
    return { n: living.n + gone(days, "n"), value: living.value + gone(days, "value") };
  });
  const shown = totalsOnly ? new Set(hideSmallCells(taken).shown) : null;
  const current = figures(given, channels);
  return {
    ...frame,
    model: given.model,
    current,
    previous: figures(before, previousReport),
    series: buckets.map((bucket, i) => {
      const own = taken[i] ?? { n: 0, value: 0 };
      const next = buckets[i + 1]?.day ?? plusDays(given.to, 1);
      return {
        at: `${bucket.day}T00:00:00.000Z`,
        spend: spent.filter(({ day }) => day >= bucket.day && day < next).reduce((sum, { amount }) => sum + amount, 0),
        revenue: shown === null || shown.has(own) ? own.value : null,
      };
    }),
    bucket: Math.round((Date.parse(given.to) - Date.parse(given.from)) / 86_400_000) + 1 === buckets.length ? "day" : "month",
    paybackMonths:
      current.acquisitionCost === null
        ? null
        : payback(columns, { timezone, now: ctx.clock.now().getTime(), cost: current.acquisitionCost, settings }),
    channels: channels.rows,
    campaigns: campaigns.rows,
    settings,
    total: { conversions: channels.total.conversions },
  };
}

function figuresOf(given: {
  range: { from: string; to: string };
  report: AttributionReport;
  taken: { conversions: number; value: number; newCustomers: number };
  settings: ReportSettings;
  totalsOnly: boolean;
}): PeriodFigures {
  const { range, report, taken, settings, totalsOnly } = given;
  const isFew = (n: number): boolean => totalsOnly && n > 0 && n < SMALL_CELL;
  const spend = report.rows.reduce((sum, row) => sum + (row.spend ?? 0), 0);
  const credited = report.rows.reduce((sum, row) => sum + ((row.spend ?? 0) > 0 ? (row.credits[0]?.value ?? 0) : 0), 0);
  const few = isFew(taken.conversions);
  const fewNew = isFew(taken.newCustomers) || isFew(taken.conversions - taken.newCustomers);
  const days = Math.round((Date.parse(range.to) - Date.parse(range.from)) / 86_400_000) + 1;
  return {
    from: range.from,
    to: range.to,
    spend,
    revenue: few ? null : taken.value,
    conversions: few ? null : taken.conversions,
    credited: few ? null : credited,
    returnOnSpend: few || spend === 0 ? null : taken.value / spend,
    creditedReturn: few || spend === 0 ? null : credited / spend,
    newCustomers: fewNew ? null : taken.newCustomers,
    acquisitionCost: fewNew || spend === 0 || taken.newCustomers === 0 ? null : spend / taken.newCustomers,
    profit: few ? null : (taken.value * settings.marginPercent) / 100 - spend - (settings.fixedCosts * days) / DAYS_OF_MONTH,
  };
}

function payback(
  columns: ConversionColumns,
  { timezone, now, cost, settings }: { timezone: string; now: number; cost: number; settings: ReportSettings },
): number | null {
  const months = monthsUpTo(now, PAYBACK_MONTHS + 1, timezone);
  // The month that runs is not over.
  return paybackMonths(cohortsOf(columns, months), cost, settings.marginPercent / 100, months.length - 1);
}

/** Calendar months in the company's zone, the last one running. */
function monthsUpTo(now: number, n: number, timezone: string): Bucket[] {
  const { year, month } = localMoment(now, timezone);
  const first = new Date(Date.UTC(year, month - n, 1)).toISOString().slice(0, 10);
  const last = plusDays(new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10), -1);
  return bucketsOf({ from: first, to: last }, timezone, 0);
}

/** People by the month of their first conversion: who came again, and what each cohort has brought so far. */
export async function cohortsReport(ctx: Ctx, input: unknown): Promise<CohortsReport> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(cohortsSchema, input);
  const { timezone } = await companySettings(ctx.sql);
  const conversion = await conversionOf(ctx, given.conversionId);
  const months = monthsUpTo(ctx.clock.now().getTime(), given.months, timezone);
  const range = { from: months[0]?.day ?? "", to: plusDays(months.at(-1)?.day ?? "", 27) };
  const { frame } = await askPaths(ctx, { ...range, conversionId: given.conversionId, dimension: "channel", segmentId: null });
  const columns = await allConversions(ctx, conversion);
  const totalsOnly = !can(ctx, "profiles:read");
  const isFew = (n: number): boolean => totalsOnly && n > 0 && n < SMALL_CELL;
  let hidden = 0;
  const rows = cohortsOf(columns, months).map((cohort, i) => {
    const few = isFew(cohort.people);
    let sum = 0;
    // From the first small month on nothing of the value is shown: the difference of two sums would say what it hides.
    let stopped = few;
    const cells = cohort.months.map(({ people, value }) => {
      sum += value;
      stopped ||= isFew(people);
      if (stopped) hidden++;
      return stopped ? null : { people, value: sum };
    });
    return { month: (months[i]?.day ?? "").slice(0, 7), people: few ? null : cohort.people, cells };
  });
  return { ...frame, rows, hidden, total: { conversions: columns.person.length } };
}
