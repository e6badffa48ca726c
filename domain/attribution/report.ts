import { companySettings, requirePermission } from "@/domain/access";
import { DIRECT } from "@/domain/campaigns";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { conversionOf } from "./conversions";
import { currenciesWithoutRate } from "./load-columns";
import { markovCredits } from "./markov";
import { INVERSE_J, J_SHAPED, reportSchema, U_SHAPED } from "./model";
import type { AttributionReport, Credits, MarkovOrder, PathTable, ReportDimension, ReportInput, ReportModel, RuleModel } from "./model";
import { loadPaths } from "./path-cache";
import type { Origins } from "./path-cache";
import { tableOf } from "./paths";
import { dayRange } from "./report-range";
import { ruleCredits } from "./rule-models";
import { shapleyCredits } from "./shapley";
import { spendBy } from "./spend";

/** Credit of every channel (campaign ...) under each model asked for, over the conversions of a range of days. */
export async function attributionReport(ctx: Ctx, input: unknown): Promise<AttributionReport> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(reportSchema, input);
  const { currency, timezone } = await companySettings(ctx.sql);
  const conversion = await conversionOf(ctx, given.conversionId);
  const { from, to } = dayRange(given, timezone);
  const { paths, origins, asOf } = await loadPaths(ctx, conversion, from, to);
  const { names, of } = dimensionOf(origins, given.dimension);
  const table = tableOf(paths, { names, of });
  const credits = creditsOf(table, given, names.indexOf(DIRECT));
  const spend = await spendBy(ctx, given);
  const withoutRate = await currenciesWithoutRate(ctx.sql, conversion.event, { from, to, days: given, base: currency });
  const touches = new Float64Array(names.length);
  for (const channel of table.channel) touches[channel] = (touches[channel] ?? 0) + 1;
  // What costs but was never met is a row too.
  const spent = [...spend.keys()].filter((name) => !names.includes(name));
  const rows = [...names, ...spent].map((name, i) => ({
    name,
    touches: touches[i] ?? 0,
    spend: given.dimension === "channel" || given.dimension === "campaign" ? (spend.get(name) ?? 0) : null,
    credits: credits.map((credit) => ({ conversions: credit.conversions[i] ?? 0, value: credit.value[i] ?? 0 })),
  }));
  const [first] = credits;
  const unattributed = first?.unattributed ?? { conversions: 0, value: 0 };
  const sum = (column: Float64Array): number => column.reduce((a, b) => a + b, 0);
  return {
    models: given.models,
    rows: rows.toSorted(
      (a, b) => (b.credits[0]?.value ?? 0) - (a.credits[0]?.value ?? 0) || b.touches - a.touches || a.name.localeCompare(b.name),
    ),
    unattributed,
    restricted: paths.restricted,
    total: { conversions: sum(paths.conversions) + paths.restricted.conversions, value: sum(paths.value) + paths.restricted.value },
    paths: paths.person.length,
    currency,
    withoutRate,
    timezone,
    asOf,
    conversion: { id: conversion.id, name: conversion.name, clickDays: conversion.clickDays, viewDays: conversion.viewDays },
  };
}

/** Names of a dimension and, by origin number, which of them. */
export function dimensionOf(origins: Origins, dimension: ReportDimension): { names: string[]; of: Uint16Array } {
  const texts = origins[dimension];
  const names = [...new Set(texts.filter((name) => name !== undefined))];
  const numbers = new Map(names.map((name, i) => [name, i]));
  return { names, of: Uint16Array.from({ length: texts.length }, (_, id) => numbers.get(texts[id] ?? "") ?? 0) };
}

/** Credits in the order of the models. Rule models share one pass. */
export function creditsOf(table: PathTable, given: Pick<ReportInput, "models" | "halfLifeDays" | "custom">, direct: number): Credits[] {
  const rules = given.models.map((model) => ruleOf(model, given));
  const byRule = ruleCredits(
    table,
    rules.filter((rule) => rule !== null),
    direct,
  );
  let at = 0;
  return given.models.map((model, i) => {
    if (rules[i] !== null) return byRule[at++] ?? shapleyCredits(table);
    return model === "shapley" ? shapleyCredits(table) : markovCredits(table, Number(model.slice(-1)) as MarkovOrder).credits;
  });
}

export function ruleOf(model: ReportModel, { halfLifeDays, custom }: Pick<ReportInput, "halfLifeDays" | "custom">): RuleModel | null {
  switch (model) {
    case "position":
      return U_SHAPED;
    case "j_shaped":
      return J_SHAPED;
    case "inverse_j":
      return INVERSE_J;
    case "custom":
      return { kind: "position", ...custom };
    case "time_decay":
      return { kind: "time_decay", halfLife: halfLifeDays * 86_400 };
    case "markov_1":
    case "markov_2":
    case "markov_3":
    case "markov_4":
    case "shapley":
      return null;
    default:
      return { kind: model };
  }
}
