import { can, companySettings, requirePermission } from "@/domain/access";
import { DIRECT } from "@/domain/campaigns";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { conversionOf } from "./conversions";
import { currenciesWithoutRate } from "./load-columns";
import type { Conversion, PathTable, ReportDimension } from "./model";
import { loadPaths } from "./path-cache";
import type { Loaded, Origins } from "./path-cache";
import { tableOf } from "./paths";
import { dayRange } from "./report-range";
import type { ReportFrame } from "./schemas";

export interface Question {
  readonly conversionId: string;
  readonly from: string;
  readonly to: string;
  readonly dimension: ReportDimension;
  readonly segmentId: string | null;
}

export interface Asked extends Loaded {
  readonly table: PathTable;
  readonly names: readonly string[];
  /** Number of the direct channel among the names, -1: there is none. */
  readonly direct: number;
  readonly conversion: Conversion;
  readonly frame: ReportFrame;
  /** Whoever sees totals only sees no number that stands for a few people. */
  readonly totalsOnly: boolean;
}

/** The paths that a report is about, counted by its dimension, with what stands on each of its figures. */
export async function askPaths(ctx: Ctx, question: Question): Promise<Asked> {
  requirePermission(ctx, "reports:read");
  const { currency, timezone } = await companySettings(ctx.sql);
  const conversion = await conversionOf(ctx, question.conversionId);
  const segment = question.segmentId === null ? null : await segmentName(ctx, question.segmentId);
  const { from, to } = dayRange(question, timezone);
  const loaded = await loadPaths(ctx, conversion, { from, to, segmentId: question.segmentId });
  const { names, of } = dimensionOf(loaded.origins, question.dimension);
  return {
    ...loaded,
    table: tableOf(loaded.paths, { names, of }),
    names,
    direct: names.indexOf(DIRECT),
    conversion,
    totalsOnly: !can(ctx, "profiles:read"),
    frame: {
      from: question.from,
      to: question.to,
      currency,
      timezone,
      asOf: loaded.asOf,
      conversion: { id: conversion.id, name: conversion.name, clickDays: conversion.clickDays, viewDays: conversion.viewDays },
      dimension: question.dimension,
      segment,
      withoutRate: await currenciesWithoutRate(ctx.sql, conversion.event, { from, to, days: question, base: currency }),
    },
  };
}

/** Reports about one segment are for whoever may see segments: a segment may be one person. */
async function segmentName(ctx: Ctx, id: string): Promise<string> {
  requirePermission(ctx, "segments:read");
  const [row] = await ctx.sql<{ name: string }[]>`select name from segments where id = ${id} and deleted_at is null`;
  if (row === undefined) throw new DomainError("NOT_FOUND", "This segment is not there any more. Choose another.");
  return row.name;
}

/** Names of a dimension and, by origin number, which of them. */
export function dimensionOf(origins: Origins, dimension: ReportDimension): { names: string[]; of: Uint16Array } {
  const texts = origins[dimension];
  const names = [...new Set(texts.filter((name) => name !== undefined))];
  const numbers = new Map(names.map((name, i) => [name, i]));
  return { names, of: Uint16Array.from({ length: texts.length }, (_, id) => numbers.get(texts[id] ?? "") ?? 0) };
}
