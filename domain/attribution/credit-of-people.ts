import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { askPaths, dimensionOf } from "./ask-paths";
import { reportSchema } from "./model";
import { selectPaths, tableOf } from "./paths";
import { creditsOf } from "./report";

/**
 * Value that each model asked for credits one row with, of the conversions that `keep` lets through (by person and
 * second): for other rooms that compare credit with something measured on the same people. Data-driven models are fitted
 * to all paths of the range, as in the report, only where all are kept; otherwise to those kept.
 */
export async function creditOfPeople(
  ctx: Ctx,
  input: unknown,
  row: string,
  keep: (person: number, at: number) => boolean,
): Promise<number[]> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(reportSchema, input);
  const { paths, origins, names, direct } = await askPaths(ctx, given);
  const kept = selectPaths(paths, (path) => keep(paths.person[path] ?? 0, paths.at[path] ?? 0));
  const table = tableOf(kept, { names, of: dimensionOf(origins, given.dimension).of });
  const at = names.indexOf(row);
  return creditsOf(table, given, direct).map((credit) => (at < 0 ? 0 : (credit.value[at] ?? 0)));
}
