import type { ConversionColumns } from "@/domain/attribution";
import type { CovariateArm } from "@/domain/kernel/statistics";
import type { Measure } from "./model";

/** Who is in which arm since when, as columns in the order of person numbers. Times in seconds. */
export interface ExperimentPeople {
  readonly person: Int32Array;
  readonly arm: Uint8Array;
  readonly at: Float64Array;
}

/** People with their outcomes inside the window, and the same measures before the assignment. Row i is person i. */
export interface Measured {
  readonly people: ExperimentPeople;
  readonly did: Float64Array;
  readonly value: Float64Array;
  readonly didBefore: Float64Array;
  readonly valueBefore: Float64Array;
  /** Single outcomes in the window: row of the person, time, value; within a person in time order. */
  readonly steps: { readonly row: Int32Array; readonly at: Float64Array; readonly value: Float64Array };
}

/**
 * Joins people and outcomes, both in the order of person numbers. An outcome counts from the moment of assignment (that
 * moment included) for `window` seconds; before it, `before` seconds are read. One pass.
 */
export function measurePeople(
  people: ExperimentPeople,
  outcomes: Pick<ConversionColumns, "person" | "at" | "value">,
  { window, before }: { readonly window: number; readonly before: number },
): Measured {
  const n = people.person.length;
  const column = (): Float64Array => new Float64Array(n);
  const [did, value, didBefore, valueBefore] = [column(), column(), column(), column()];
  const rows: number[] = [];
  const times: number[] = [];
  const values: number[] = [];
  let o = 0;
  for (let i = 0; i < n; i++) {
    const person = people.person[i] ?? 0;
    const at = people.at[i] ?? 0;
    while (o < outcomes.person.length && (outcomes.person[o] ?? 0) < person) o++;
    for (; o < outcomes.person.length && outcomes.person[o] === person; o++) {
      const when = outcomes.at[o] ?? 0;
      const worth = outcomes.value[o] ?? 0;
      if (when >= at && when < at + window) {
        did[i] = 1;
        value[i] = (value[i] ?? 0) + worth;
        rows.push(i);
        times.push(when);
        values.push(worth);
      } else if (when < at && when >= at - before) {
        didBefore[i] = 1;
        valueBefore[i] = (valueBefore[i] ?? 0) + worth;
      }
    }
  }
  return {
    people,
    did,
    value,
    didBefore,
    valueBefore,
    steps: { row: Int32Array.from(rows), at: Float64Array.from(times), value: Float64Array.from(values) },
  };
}

export function outcomeOf(measured: Measured, measure: Measure): { y: Float64Array; x: Float64Array } {
  return measure === "rate" ? { y: measured.did, x: measured.didBefore } : { y: measured.value, x: measured.valueBefore };
}

/** Sums per arm (0 to arms - 1) of the people that `keep` lets through. */
export function armSums(measured: Measured, measure: Measure, arms: number, keep?: (row: number) => boolean): CovariateArm[] {
  const { y, x } = outcomeOf(measured, measure);
  const sums = Array.from({ length: arms }, () => ({ n: 0, sum: 0, sumOfSquares: 0, sumX: 0, sumOfSquaresX: 0, sumXY: 0 }));
  for (let i = 0; i < y.length; i++) {
    if (keep !== undefined && !keep(i)) continue;
    const own = sums[measured.people.arm[i] ?? 0];
    if (own === undefined) continue;
    const yi = y[i] ?? 0;
    const xi = x[i] ?? 0;
    own.n += 1;
    own.sum += yi;
    own.sumOfSquares += yi * yi;
    own.sumX += xi;
    own.sumOfSquaresX += xi * xi;
    own.sumXY += xi * yi;
  }
  return sums;
}
