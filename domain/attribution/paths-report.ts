import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { hideSmallCells } from "@/domain/kernel/small-cells";
import { askPaths } from "./ask-paths";
import { flowOf, lagCounts, lengthCounts, rolesOf, shapesOf } from "./path-shapes";
import type { Count, Shape } from "./path-shapes";
import { pathsSchema } from "./schemas";
import type { Bin, PathRow, PathsReport } from "./schemas";

/** The ways that led to conversions: the most frequent paths, their lengths and times, and who begins, assists and closes. */
export async function pathsReport(ctx: Ctx, input: unknown): Promise<PathsReport> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(pathsSchema, input);
  const { table, names, paths, frame, totalsOnly } = await askPaths(ctx, given);
  const shapes = shapesOf(table, given);
  // Small numbers are the last ones anyhow: they and what hides them go into the rest.
  const told = totalsOnly
    ? hideSmallCells(shapes.map((shape) => ({ n: shape.conversions, shape }))).shown.map(({ shape }) => shape)
    : shapes;
  const shown = told.slice(0, given.limit);
  const kept = new Set(shown);
  const others = shapes.filter((shape) => !kept.has(shape));
  const roles = rolesOf(table)
    .map((role, i) => ({ n: role.paths, role: { ...role, name: names[i] ?? "" } }))
    .filter(({ n }) => n > 0)
    .toSorted((a, b) => b.n - a.n || a.role.name.localeCompare(b.role.name));
  const rolesShown = totalsOnly ? hideSmallCells(roles).shown : roles;
  const sum = (of: (shape: Shape) => number): number => shapes.reduce((total, shape) => total + of(shape), 0);
  const converted = sum(({ paths: n }) => n);
  const total = { conversions: 0, value: 0 };
  let unattributed = 0;
  for (let p = 0; p < table.conversions.length; p++) {
    total.conversions += table.conversions[p] ?? 0;
    total.value += table.value[p] ?? 0;
    if (table.offsets[p] === table.offsets[p + 1]) unattributed += table.conversions[p] ?? 0;
  }
  return {
    ...frame,
    rows: shown.map((shape) => rowOf(shape, names)),
    rest: {
      paths: others.length,
      conversions: others.reduce((sum, one) => sum + one.conversions, 0),
      value: others.reduce((sum, one) => sum + one.value, 0),
    },
    flow: flowOf(shown.slice(0, given.drawn), names),
    lengths: bins(lengthCounts(table), totalsOnly),
    lags: bins(lagCounts(table), totalsOnly),
    roles: rolesShown.map(({ role }) => role),
    hiddenRoles: roles.length - rolesShown.length,
    total: { conversions: total.conversions + paths.restricted.conversions, value: total.value + paths.restricted.value },
    unattributed,
    meanTouches: converted === 0 ? 0 : sum(({ touches }) => touches) / converted,
    meanDays: converted === 0 ? 0 : sum(({ days }) => days) / converted,
  };
}

export function rowOf(shape: Shape, names: readonly string[]): PathRow {
  return {
    steps: shape.steps.map(({ channel, times }) => ({ name: names[channel] ?? "", times })),
    conversions: shape.conversions,
    value: shape.value,
    days: shape.days / shape.paths,
    touches: shape.touches / shape.paths,
  };
}

function bins(counts: readonly Count[], totalsOnly: boolean): Bin[] {
  if (!totalsOnly) return [...counts];
  const shown = new Set(hideSmallCells(counts.map((count) => ({ n: count.conversions, count }))).shown.map(({ count }) => count));
  return counts.map((count) => (shown.has(count) ? count : { label: count.label, conversions: null, value: null }));
}
