import { geometricAdstock } from "./adstock";
import { boundedRidge } from "./bounded-ridge";
import type { ColumnRule } from "./bounded-ridge";
import type { ResponseCurve } from "./budget";
import { hill } from "./saturation";

export interface MediaSeries {
  readonly channel: string;
  /** Spend per week, oldest first. */
  readonly spend: readonly number[];
}

export interface MediaMixInput {
  /** Outcome per week (revenue or conversions), oldest first. */
  readonly outcome: readonly number[];
  readonly media: readonly MediaSeries[];
  /** Weeks at the end that the fit does not see. */
  readonly holdout: number;
}

export interface MediaEffect {
  readonly channel: string;
  readonly theta: number;
  readonly slope: number;
  /** Half saturation in units of adstocked spend. */
  readonly halfSaturation: number;
  readonly coefficient: number;
  /** Outcome that the model gives to the channel over all weeks, and that over its spend (null without spend). */
  readonly contribution: number;
  readonly returnOnSpend: number | null;
}

export interface MediaMixFit {
  readonly effects: readonly MediaEffect[];
  readonly baseline: number;
  readonly fitted: readonly number[];
  /** Error on the weeks that the fit did not see: root of the mean square over the outcome's range, and 1 - SSE/SST. */
  readonly holdoutError: { readonly nrmse: number; readonly r2: number } | null;
  readonly trainingR2: number;
  /** Reasons to distrust the result; empty when there are none. */
  readonly warnings: readonly string[];
}

const THETAS = [0, 0.2, 0.4, 0.6, 0.8];
const SLOPES = [0.5, 0.75, 1];
const GAMMAS = [0.2, 0.5, 1];
const LAMBDAS = [0.001, 0.1, 1];
/** Fewer weeks than this per free number of the model are too thin. */
const WEEKS_PER_PARAMETER = 3;
const TURN_MS = 8;

/**
 * A light media mix: baseline, trend, yearly season (two harmonics), and per channel adstock (geometric), saturation
 * (Hill, slope <= 1) and a coefficient that is never negative. Curves are chosen channel by channel in rounds, by the
 * error on the last quarter of the training weeks; coefficients by ridge. Deterministic. It is correlation: where an
 * experiment exists, believe that.
 */
function* fitSteps(input: MediaMixInput): Generator<void, MediaMixFit> {
  const weeks = input.outcome.length;
  const media = input.media.filter((series) => series.spend.some((spend) => spend > 0));
  const trained = weeks - input.holdout;
  const warnings = thinness(trained, media, weeks);
  const choice = media.map(() => ({ theta: 0.4, slope: 1, gamma: 0.5 }));
  let lambda = LAMBDAS[1] ?? 0.1;
  const inner = Math.max(1, Math.floor(trained * 0.75));
  let best = validationError(input.outcome, media, choice, lambda, inner, trained);
  for (let round = 0; round < 3; round++) {
    const before = best;
    for (let m = 0; m < media.length; m++) {
      for (const theta of THETAS) {
        for (const slope of SLOPES) {
          for (const gamma of GAMMAS) {
            const candidate = choice.map((own, i) => (i === m ? { theta, slope, gamma } : own));
            const error = validationError(input.outcome, media, candidate, lambda, inner, trained);
            if (error < best - 1e-12) {
              best = error;
              choice[m] = { theta, slope, gamma };
            }
          }
        }
        yield;
      }
    }
    for (const candidate of LAMBDAS) {
      const error = validationError(input.outcome, media, choice, candidate, inner, trained);
      if (error < best - 1e-12) {
        best = error;
        lambda = candidate;
      }
    }
    if (before - best < 1e-9) break;
  }
  return describeFit(input, media, choice, lambda, trained, warnings);
}

/** The fit in one go: some tenths of a second for two years and seven channels. */
export function fitMediaMix(input: MediaMixInput): MediaMixFit {
  const steps = fitSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in turns of some milliseconds, so that a web process stays responsive meanwhile. */
export async function fitInTurns(input: MediaMixInput): Promise<MediaMixFit> {
  const steps = fitSteps(input);
  let since = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - since < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}

/** Free numbers of the model: baseline, trend, season, and three per channel. */
const parametersOf = (channels: number): number => 6 + 3 * channels;

/** Weeks (without those held out) that a stable answer needs, and the fewest that can be fitted at all. */
export function weeksNeeded(channels: number): number {
  return parametersOf(channels) * WEEKS_PER_PARAMETER;
}

export function fewestWeeks(channels: number): number {
  return parametersOf(channels) + 4;
}

interface CurveChoice {
  readonly theta: number;
  readonly slope: number;
  readonly gamma: number;
}

function thinness(trained: number, media: readonly MediaSeries[], weeks: number): string[] {
  const warnings: string[] = [];
  const needed = weeksNeeded(media.length);
  if (trained < needed) {
    warnings.push(`${trained} weeks are too few for ${media.length} channels: at least ${needed} are needed for a stable answer.`);
  }
  if (weeks < 104) warnings.push("Less than two years of weeks: the season cannot be told from a trend.");
  for (const series of media) {
    const active = series.spend.filter((spend) => spend > 0).length;
    if (active < 10) warnings.push(`${series.channel} spent in ${active} weeks only: its effect is a guess.`);
    const mean = series.spend.reduce((a, b) => a + b, 0) / series.spend.length;
    const deviation = Math.sqrt(series.spend.reduce((sum, x) => sum + (x - mean) ** 2, 0) / series.spend.length);
    if (active >= 10 && deviation < 0.1 * mean)
      warnings.push(`${series.channel} spends nearly the same each week: nothing can be learnt from that.`);
  }
  return warnings;
}

interface Design {
  readonly columns: number[][];
  readonly rules: ColumnRule[];
  readonly halfSaturations: number[];
}

/** Columns over all weeks: intercept, trend, two harmonics of a 52.18-week year, then the media. */
function design(weeks: number, media: readonly MediaSeries[], choice: readonly CurveChoice[], trained: number): Design {
  const year = 365.25 / 7;
  const control = (f: (t: number) => number): number[] => Array.from({ length: weeks }, (_, t) => f(t));
  const columns = [
    control(() => 1),
    control((t) => t / weeks),
    ...[1, 2].flatMap((k) => [
      control((t) => Math.sin((2 * Math.PI * k * t) / year)),
      control((t) => Math.cos((2 * Math.PI * k * t) / year)),
    ]),
  ];
  // The baseline is never negative: spending cannot have brought more than there was, and the rest have paid it back.
  const rules: ColumnRule[] = columns.map((_, i) => ({ nonNegative: i === 0, penalised: false }));
  const halfSaturations: number[] = [];
  media.forEach((series, m) => {
    const own = choice[m] ?? { theta: 0, slope: 1, gamma: 0.5 };
    const carried = geometricAdstock(series.spend, own.theta);
    const half = own.gamma * Math.max(...carried.slice(0, trained), Number.MIN_VALUE);
    halfSaturations.push(half);
    columns.push(carried.map((x) => hill(x, own.slope, half)));
    rules.push({ nonNegative: true, penalised: true });
  });
  return { columns, rules, halfSaturations };
}

function predict(columns: readonly (readonly number[])[], coefficients: readonly number[], t: number): number {
  return columns.reduce((sum, column, j) => sum + (column[t] ?? 0) * (coefficients[j] ?? 0), 0);
}

function validationError(
  outcome: readonly number[],
  media: readonly MediaSeries[],
  choice: readonly CurveChoice[],
  lambda: number,
  inner: number,
  trained: number,
): number {
  const { columns, rules } = design(outcome.length, media, choice, inner);
  const coefficients = boundedRidge(
    columns.map((column) => column.slice(0, inner)),
    outcome.slice(0, inner),
    rules,
    lambda,
  );
  let sum = 0;
  for (let t = 0; t < trained; t++) {
    const error = (outcome[t] ?? 0) - predict(columns, coefficients, t);
    // Weeks seen count too, less: a curve that fits only the tail is chance.
    sum += error * error * (t < inner ? 0.5 : 1);
  }
  return sum;
}

function describeFit(
  input: MediaMixInput,
  media: readonly MediaSeries[],
  choice: readonly CurveChoice[],
  lambda: number,
  trained: number,
  warnings: string[],
): MediaMixFit {
  const weeks = input.outcome.length;
  const { columns, rules, halfSaturations } = design(weeks, media, choice, trained);
  const coefficients = boundedRidge(
    columns.map((column) => column.slice(0, trained)),
    input.outcome.slice(0, trained),
    rules,
    lambda,
  );
  const fitted = Array.from({ length: weeks }, (_, t) => predict(columns, coefficients, t));
  const controls = columns.length - media.length;
  const effects = media.map((series, m) => {
    const coefficient = coefficients[controls + m] ?? 0;
    const contribution = (columns[controls + m] ?? []).reduce((sum, x) => sum + x * coefficient, 0);
    const spend = series.spend.reduce((a, b) => a + b, 0);
    return {
      channel: series.channel,
      theta: choice[m]?.theta ?? 0,
      slope: choice[m]?.slope ?? 1,
      halfSaturation: halfSaturations[m] ?? 0,
      coefficient,
      contribution,
      returnOnSpend: spend > 0 ? contribution / spend : null,
    };
  });
  const holdout = input.holdout > 1 ? errorOf(input.outcome, fitted, trained, weeks) : null;
  if (holdout !== null && holdout.r2 < 0.3) warnings.push("On the weeks it did not see, the model is hardly better than their mean.");
  return {
    effects,
    baseline: weeks > 0 ? fitted.reduce((a, b) => a + b, 0) - effects.reduce((sum, effect) => sum + effect.contribution, 0) : 0,
    fitted,
    holdoutError: holdout,
    trainingR2: errorOf(input.outcome, fitted, 0, trained).r2,
    warnings,
  };
}

function errorOf(outcome: readonly number[], fitted: readonly number[], from: number, to: number): { nrmse: number; r2: number } {
  const seen = outcome.slice(from, to);
  const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
  let squares = 0;
  let total = 0;
  seen.forEach((y, i) => {
    squares += (y - (fitted[from + i] ?? 0)) ** 2;
    total += (y - mean) ** 2;
  });
  const range = Math.max(...seen) - Math.min(...seen);
  return { nrmse: range > 0 ? Math.sqrt(squares / seen.length) / range : 0, r2: total > 0 ? 1 - squares / total : 0 };
}

/**
 * Response to a steady weekly spend: adstock of a constant x settles at x / (1 - theta), so the half saturation in
 * weekly spend is halfSaturation x (1 - theta). For the budget planner.
 */
export function steadyCurve(effect: MediaEffect, bounds: { least: number; most: number }): ResponseCurve {
  return {
    channel: effect.channel,
    coefficient: effect.coefficient,
    slope: effect.slope,
    halfSaturation: effect.halfSaturation * (1 - effect.theta),
    ...bounds,
  };
}
