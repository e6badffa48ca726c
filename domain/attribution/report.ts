import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { hideSmallCells } from "@/domain/kernel/small-cells";
import { askPaths } from "./ask-paths";
import { erasedIn } from "./erased";
import { markovCredits } from "./markov";
import { INVERSE_J, J_SHAPED, reportSchema, U_SHAPED } from "./model";
import type {
  AttributionReport,
  Credits,
  MarkovOrder,
  PathTable,
  ReportInput,
  ReportModel,
  ReportPart,
  ReportRow,
  RuleModel,
} from "./model";
import { rolesOf } from "./path-shapes";
import { ruleCredits } from "./rule-models";
import { shapleyCredits } from "./shapley";
import { spendBy } from "./spend";

/** Credit of every channel (campaign ...) under each model asked for, over the conversions of a range of days. */
export async function attributionReport(ctx: Ctx, input: unknown): Promise<AttributionReport> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(reportSchema, input);
  const { table, names, direct, paths, frame, totalsOnly } = await askPaths(ctx, given);
  const credits = creditsOf(table, given, direct);
  const spend = await spendBy(ctx, given);
  const touches = new Float64Array(names.length);
  for (const channel of table.channel) touches[channel] = (touches[channel] ?? 0) + 1;
  // What costs but was never met is a row too.
  const spent = [...spend.keys()].filter((name) => !names.includes(name));
  const roles = rolesOf(table);
  const rows = [...names, ...spent].map((name, i) => ({
    n: roles[i]?.paths ?? 0,
    row: {
      name,
      touches: touches[i] ?? 0,
      spend: given.dimension === "channel" || given.dimension === "campaign" ? (spend.get(name) ?? 0) : null,
      credits: credits.map((credit) => ({ conversions: credit.conversions[i] ?? 0, value: credit.value[i] ?? 0 })),
    },
  }));
  const sum = (column: Float64Array): number => column.reduce((a, b) => a + b, 0);
  const parts = {
    unattributed: credits[0]?.unattributed ?? { conversions: 0, value: 0 },
    restricted: paths.restricted,
    erased: given.segmentId === null ? await erasedIn(ctx.sql, given, frame.currency) : { conversions: 0, value: 0 },
  };
  return {
    models: given.models,
    ...(totalsOnly ? foldSmall(rows, parts, given.models.length) : { rows: byCredit(rows.map(({ row }) => row)), ...parts }),
    total: {
      conversions: sum(paths.conversions) + parts.restricted.conversions + parts.erased.conversions,
      value: sum(paths.value) + parts.restricted.value + parts.erased.value,
    },
    paths: paths.person.length,
    ...frame,
  };
}

const byCredit = (rows: readonly ReportRow[]): ReportRow[] =>
  rows.toSorted((a, b) => (b.credits[0]?.value ?? 0) - (a.credits[0]?.value ?? 0) || b.touches - a.touches || a.name.localeCompare(b.name));

/** Rows that few conversions took part in become one, so that no figure stands for a few people. Sums stay. */
function foldSmall(
  rows: readonly { readonly n: number; readonly row: ReportRow }[],
  { unattributed, restricted, erased }: { unattributed: ReportPart; restricted: ReportPart; erased: ReportPart },
  models: number,
): Pick<AttributionReport, "rows" | "unattributed" | "restricted" | "erased"> {
  const same = (part: ReportPart): ReportRow["credits"] => Array.from({ length: models }, () => part);
  const part = (name: string, own: ReportPart) => ({
    n: own.conversions,
    row: { name, touches: 0, spend: null, credits: same(own) },
  });
  const cells = [...rows, part("\u0000unattributed", unattributed), part("\u0000restricted", restricted), part("\u0000erased", erased)];
  const kept = new Set<ReportRow>(hideSmallCells(cells).shown.map(({ row }) => row));
  const folded = cells.filter(({ row }) => !kept.has(row)).map(({ row }) => row);
  const shown = cells.map(({ row }) => row).filter((row) => kept.has(row) && !row.name.startsWith("\u0000"));
  const isHidden = (name: string): boolean => folded.some((row) => row.name === name);
  const total = (of: (row: ReportRow) => number): number => folded.reduce((sum, row) => sum + of(row), 0);
  const small: ReportRow[] =
    folded.length === 0
      ? []
      : [
          {
            name: `Small numbers (${folded.length} rows)`,
            touches: total((row) => row.touches),
            spend: folded.every((row) => row.spend === null) ? null : total((row) => row.spend ?? 0),
            credits: Array.from({ length: models }, (_, m) => ({
              conversions: total((row) => row.credits[m]?.conversions ?? 0),
              value: total((row) => row.credits[m]?.value ?? 0),
            })),
          },
        ];
  const none = { conversions: 0, value: 0, hidden: true };
  return {
    rows: [...byCredit(shown), ...small],
    unattributed: isHidden("\u0000unattributed") ? none : unattributed,
    restricted: isHidden("\u0000restricted") ? none : restricted,
    erased: isHidden("\u0000erased") ? none : erased,
  };
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
