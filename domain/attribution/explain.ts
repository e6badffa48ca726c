import { can, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { hideSmallCells } from "@/domain/kernel/small-cells";
import { maskIdentifier, maskName } from "@/domain/profiles";
import { askPaths } from "./ask-paths";
import type { Asked } from "./ask-paths";
import { bootstrapIntervals, creditsByProfile } from "./bootstrap";
import { markovCredits } from "./markov";
import { REPORT_MODELS } from "./model";
import type { MarkovOrder, PathTable, ReportModel } from "./model";
import { shapesOf, stepsOf } from "./path-shapes";
import { rowOf } from "./paths-report";
import { ruleOf } from "./report";
import { longestPath, weighPath } from "./rule-models";
import { channelSchema, conversionListSchema, intervalsSchema, oneConversionSchema } from "./schemas";
import type { ChannelExplanation, ConversionExplanation, ConversionList, ExplainedTouch, IntervalsReport } from "./schemas";

const DAY = 86_400;
const MOST_SHAPES = 50;
/** Draws are fewer where there are more people than this many weights can be drawn for. */
const MOST_WEIGHTS = 40_000_000;
const CUSTOM = { first: 40, middle: 20, last: 40 };

/** Writes the weight of each touch of a path under a model into `out`; false: the model has no weights of single paths. */
function weigher(
  table: PathTable,
  model: ReportModel,
  halfLifeDays: number,
  direct: number,
): ((p: number, out: Float64Array) => void) | null {
  const rule = ruleOf(model, { halfLifeDays, custom: CUSTOM });
  if (rule !== null) return (p, out) => weighPath(table, p, rule, direct, out);
  if (model !== "shapley") return null;
  return (p, out) => {
    const channels = table.channel.subarray(table.offsets[p] ?? 0, table.offsets[p + 1] ?? 0);
    const distinct = new Set(channels).size;
    // A channel's equal share is split over its touches.
    channels.forEach((channel, i) => (out[i] = 1 / distinct / channels.filter((other) => other === channel).length));
  };
}

/**
 * 95 % intervals of the value credited, by resampling people. Not for Markov models: each draw would be a chain of its own.
 */
export async function creditIntervals(ctx: Ctx, input: unknown): Promise<IntervalsReport> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(intervalsSchema, input);
  const { table, names, direct, paths, totalsOnly } = await askPaths(ctx, given);
  const weigh = weigher(table, given.model, given.halfLifeDays, direct);
  if (weigh === null)
    throw new DomainError(
      "VALIDATION",
      "Intervals are made for rule models and Shapley: a Markov chain would have to be solved anew for every draw. Choose another model.",
      { fields: { model: "has no interval" } },
    );
  const numbers = new Map<number, number>();
  const profileOf = new Uint32Array(table.conversions.length);
  const met = new Map<number, Set<number>>();
  for (let p = 0; p < profileOf.length; p++) {
    if ((table.conversions[p] ?? 0) === 0 || table.offsets[p] === table.offsets[p + 1]) continue;
    const person = paths.person[p] ?? 0;
    const number = numbers.get(person) ?? numbers.size;
    numbers.set(person, number);
    profileOf[p] = number;
    for (const channel of table.channel.subarray(table.offsets[p] ?? 0, table.offsets[p + 1] ?? 0)) {
      const people = met.get(channel) ?? new Set<number>();
      if (people.size < 100) people.add(person);
      met.set(channel, people);
    }
  }
  const credits = creditsByProfile(table, profileOf, numbers.size, "value", weigh, longestPath(table));
  const draws = Math.max(100, Math.min(500, Math.floor(MOST_WEIGHTS / Math.max(1, numbers.size))));
  const intervals = bootstrapIntervals(credits, { draws, seed: given.seed });
  const rows = names.map((name, i) => ({ name, n: met.get(i)?.size ?? 0, low: intervals[i]?.low ?? 0, high: intervals[i]?.high ?? 0 }));
  const shown = totalsOnly ? hideSmallCells(rows).shown : rows;
  return {
    model: given.model,
    draws,
    seed: given.seed,
    rows: shown.filter(({ n }) => n > 0).map(({ name, low, high }) => ({ name, low, high })),
  };
}

/** The paths that give a channel (campaign ...) its credit under a model, those of the most value first. */
export async function explainChannel(ctx: Ctx, input: unknown): Promise<ChannelExplanation> {
  requirePermission(ctx, "reports:read");
  const given = parseInput(channelSchema, input);
  const { table, names, direct, frame, totalsOnly } = await askPaths(ctx, given);
  const channel = names.indexOf(given.name);
  if (channel < 0) throw new DomainError("NOT_FOUND", `"${given.name}" was not met in these days.`);
  const holds = (p: number): boolean => table.channel.subarray(table.offsets[p] ?? 0, table.offsets[p + 1] ?? 0).includes(channel);
  const shapes = shapesOf(table, { repeats: false, keep: holds });
  const markov = given.model.startsWith("markov_") ? markovCredits(table, Number(given.model.slice(-1)) as MarkovOrder) : null;
  const weigh = weigher(table, given.model, given.halfLifeDays, direct);
  const credited = new Map<string, { conversions: number; value: number }>();
  const total = { conversions: 0, value: 0 };
  const weights = new Float64Array(longestPath(table));
  const keyOf = (steps: readonly { channel: number }[]): string => steps.map((step) => step.channel).join(" ");
  for (let p = 0; weigh !== null && p < table.conversions.length; p++) {
    const conversions = table.conversions[p] ?? 0;
    if (conversions === 0 || !holds(p)) continue;
    weigh(p, weights);
    const start = table.offsets[p] ?? 0;
    let weight = 0;
    for (let i = start; i < (table.offsets[p + 1] ?? 0); i++) if (table.channel[i] === channel) weight += weights[i - start] ?? 0;
    const key = keyOf(stepsOf(table, p));
    const own = credited.get(key) ?? { conversions: 0, value: 0 };
    own.conversions += weight * conversions;
    own.value += weight * (table.value[p] ?? 0);
    credited.set(key, own);
    total.conversions += weight * conversions;
    total.value += weight * (table.value[p] ?? 0);
  }
  if (markov !== null) {
    total.conversions = markov.credits.conversions[channel] ?? 0;
    total.value = markov.credits.value[channel] ?? 0;
  }
  const rows = shapes.map((shape) => ({
    n: shape.conversions,
    shape,
    own: credited.get(keyOf(shape.steps)) ?? { conversions: 0, value: 0 },
  }));
  const listed = (totalsOnly ? hideSmallCells(rows).shown : rows)
    .toSorted((a, b) => b.own.value - a.own.value || b.n - a.n)
    .slice(0, MOST_SHAPES);
  const kept = new Set(listed);
  const rest = rows.filter((row) => !kept.has(row));
  return {
    ...frame,
    name: given.name,
    model: given.model,
    paths: listed.map(({ shape, own }) => ({ ...rowOf(shape, names), creditedConversions: own.conversions, creditedValue: own.value })),
    rest: {
      paths: rest.length,
      creditedConversions: rest.reduce((sum, { own }) => sum + own.conversions, 0),
      creditedValue: rest.reduce((sum, { own }) => sum + own.value, 0),
    },
    total,
    removalEffect: markov === null ? null : (markov.removal[channel] ?? 0),
  };
}

/** Single conversions, the newest first, with the person as far as the member may see them. */
export async function listConverted(ctx: Ctx, input: unknown): Promise<ConversionList> {
  requirePermission(ctx, "profiles:read");
  const given = parseInput(conversionListSchema, input);
  const asked = await askPaths(ctx, given);
  const { table, names, paths, frame } = asked;
  const through = given.through === null ? null : names.indexOf(given.through);
  const found: number[] = [];
  for (let p = 0; p < table.conversions.length; p++) {
    if ((paths.event[p] ?? 0) === 0) continue;
    if (through !== null && !table.channel.subarray(table.offsets[p] ?? 0, table.offsets[p + 1] ?? 0).includes(through)) continue;
    found.push(p);
  }
  const shown = found.toSorted((a, b) => (paths.at[b] ?? 0) - (paths.at[a] ?? 0)).slice(0, given.limit);
  const people = await namesOf(
    ctx,
    shown.map((p) => paths.person[p] ?? 0),
  );
  return {
    ...frame,
    total: found.length,
    rows: shown.map((p) => ({
      eventId: paths.event[p] ?? 0,
      at: isoOf(paths.at[p] ?? 0),
      value: table.value[p] ?? 0,
      profileId: paths.person[p] ?? 0,
      person: people.get(paths.person[p] ?? 0) ?? null,
      steps: stepsOf(table, p).map(({ channel, times }) => ({ name: names[channel] ?? "", times })),
    })),
  };
}

/** One conversion: its touches with their weight under every model, and those that do not count with the reason. */
export async function explainConversion(ctx: Ctx, input: unknown): Promise<ConversionExplanation> {
  requirePermission(ctx, "profiles:read");
  const given = parseInput(oneConversionSchema, input);
  const asked = await askPaths(ctx, given);
  const { columns, frame, conversion } = asked;
  const c = columns.conversions.event.indexOf(given.eventId);
  if (c < 0) throw new DomainError("NOT_FOUND", "This conversion is not among those of the report. Widen the days, or reload.");
  const person = columns.conversions.person[c] ?? 0;
  const at = columns.conversions.at[c] ?? 0;
  const earlier = columns.conversions.person[c - 1] === person ? c - 1 : -1;
  const p = asked.paths.event.indexOf(given.eventId);
  const { models, weights } = p < 0 ? { models: [], weights: [] } : weightsOf(asked, p, given.halfLifeDays);
  const touches: ExplainedTouch[] = [];
  let counted = 0;
  const { touches: all } = columns;
  for (let t = all.person.indexOf(person); t >= 0 && all.person[t] === person; t++) {
    const origin = all.origin[t] ?? 0;
    const age = at - (all.at[t] ?? 0);
    const window = (asked.origins.kind[origin] === "view" ? conversion.viewDays : conversion.clickDays) * DAY;
    const isAfter = age < 0 || (age === 0 && (all.event[t] ?? 0) > given.eventId);
    const isSpent = earlier >= 0 && !isBehind(all, t, columns.conversions, earlier);
    const excluded = isAfter ? "after" : isSpent ? "earlier_conversion" : age > window ? "before_window" : null;
    // A person's later visits are many and say nothing here; some show where the path ends.
    if (excluded === "after" && age < -DAY) break;
    touches.push({
      at: isoOf(all.at[t] ?? 0),
      kind: asked.origins.kind[origin] ?? "",
      channel: asked.origins.channel[origin] ?? "",
      campaign: asked.origins.campaign[origin] ?? "",
      source: asked.origins.source[origin] ?? "",
      content: asked.origins.content[origin] ?? "",
      days: age / DAY,
      excluded,
      weights: excluded === null && p >= 0 ? weights.map((own) => own[counted] ?? 0) : [],
    });
    if (excluded === null) counted++;
  }
  const people = await namesOf(ctx, [person]);
  return {
    ...frame,
    at: isoOf(at),
    value: columns.conversions.value[c] ?? 0,
    profileId: person,
    person: people.get(person) ?? null,
    allowed: p >= 0,
    models,
    touches,
  };
}

interface Row {
  readonly at: Float64Array;
  readonly event: Float64Array;
}
/** Whether touch t comes after conversion c. */
function isBehind(touches: Row, t: number, conversions: Row, c: number): boolean {
  const between = (touches.at[t] ?? 0) - (conversions.at[c] ?? 0);
  return between > 0 || (between === 0 && (touches.event[t] ?? 0) > (conversions.event[c] ?? 0));
}

/** Weights of one path. A Markov model has none for a single path: its removal effects are shared out over the path. */
function weightsOf({ table, direct }: Asked, p: number, halfLifeDays: number): { models: ReportModel[]; weights: Float64Array[] } {
  const models = REPORT_MODELS.filter((model) => model !== "custom" && model !== "markov_3" && model !== "markov_4");
  const channels = table.channel.subarray(table.offsets[p] ?? 0, table.offsets[p + 1] ?? 0);
  const weights = models.map((model) => {
    const out = new Float64Array(channels.length);
    const weigh = weigher(table, model, halfLifeDays, direct);
    if (weigh !== null) weigh(p, out);
    else {
      const { removal } = markovCredits(table, Number(model.slice(-1)) as MarkovOrder);
      const share = (channel: number): number => (removal[channel] ?? 0) / channels.filter((other) => other === channel).length;
      const sum = channels.reduce((total, channel) => total + share(channel), 0);
      channels.forEach((channel, i) => (out[i] = sum === 0 ? 1 / channels.length : share(channel) / sum));
    }
    return out;
  });
  return { models, weights };
}

async function namesOf(ctx: Ctx, ids: readonly number[]): Promise<Map<number, string | null>> {
  const rows = await ctx.sql<{ id: number; name: string | null; email: string | null }[]>`
    select id, name, email from profiles where id = any(${[...new Set(ids)]}::int[])`;
  const unmasked = can(ctx, "personal_data:see");
  return new Map(
    rows.map(({ id, name, email }) => [
      id,
      name === null ? (email === null || unmasked ? email : maskIdentifier("email", email)) : unmasked ? name : maskName(name),
    ]),
  );
}

const isoOf = (seconds: number): string => new Date(seconds * 1_000).toISOString();
