import { measurePeople } from "../measure-people";
import type { Measured } from "../measure-people";
import type { ArmPlan } from "../model";

/** A person of a made-up experiment: arm, second of assignment, outcomes as (second, value). */
export interface MadePerson {
  readonly arm: number;
  readonly at?: number;
  readonly outcomes?: readonly (readonly [at: number, value: number])[];
}

/** Person numbers are places in the list, from 1. */
export function madeExperiment(people: readonly MadePerson[], options: { window: number; before: number }): Measured {
  const outcomes = people.flatMap(({ outcomes: own = [] }, i) =>
    own.toSorted((a, b) => a[0] - b[0]).map(([at, value]) => ({ person: i + 1, at, value })),
  );
  return measurePeople(
    {
      person: Int32Array.from(people, (_, i) => i + 1),
      arm: Uint8Array.from(people, ({ arm }) => arm),
      at: Float64Array.from(people, ({ at = 0 }) => at),
    },
    {
      person: Int32Array.from(outcomes, ({ person }) => person),
      at: Float64Array.from(outcomes, ({ at }) => at),
      value: Float64Array.from(outcomes, ({ value }) => value),
    },
    options,
  );
}

export const arm = (id: string, control = false, share = 1): ArmPlan => ({ id, name: id, control, share, group: null });
