import type { Json } from "@/domain/events/model";
import type { Phrase } from "../describe";
import type { ComputedStatus, Definition, ValueType } from "./model";

/** What the verbs and reads of computed traits take and give: data only, times as ISO text. Pure: the browser imports it. */
export interface TraitStats {
  /** All people, and those whose value is not the empty one. */
  people: number;
  withValue: number;
  /**
   * Values that are numbers all: ends, mean, median, and people per bar of equal width from `low` to `to`; the last bar
   * holds what is larger, too.
   */
  numbers: { low: number; high: number; to: number; average: number; middle: number; bars: number[] } | null;
  /** The most frequent other values (entries of lists), with people. */
  top: { value: string; n: number }[];
}

export interface TraitRef {
  id: string;
  name: string;
  kind: "segment" | "trait";
}

export interface ComputedTraitSummary {
  id: string;
  key: string;
  name: string;
  description: string | null;
  status: ComputedStatus;
  version: number;
  kind: Definition["kind"];
  valueType: ValueType;
  sentence: string;
  ownerName: string | null;
  /** How many segments and traits ask it. */
  usedBy: number;
  /** When the newest computation over everybody ended, and its milliseconds. */
  computedAt: string | null;
  computeMs: number | null;
  progress: { done: number; total: number } | null;
  error: string | null;
  nextRunAt: string | null;
  /** Newest change of a value. */
  changedAt: string | null;
  /** Microseconds of live work for one person looked at, on average; null before any. */
  usPerPerson: number | null;
  stats: TraitStats | null;
  statsAt: string | null;
  checkedAt: string | null;
  /** Of the checked sample, how many values differed from a fresh computation. */
  checkDifference: number | null;
  createdAt: string;
  updatedAt: string;
}

export interface ComputedTraitVersion {
  version: number;
  definition: Definition;
  sentence: string;
  note: string | null;
  createdByName: string | null;
  createdAt: string;
}

export interface ComputedTraitDetail extends ComputedTraitSummary {
  definition: Definition;
  phrases: Phrase[];
  /** Newest first. */
  versions: ComputedTraitVersion[];
  usedByList: TraitRef[];
  /** Computed traits that the formula asks. */
  uses: TraitRef[];
}

/** A row that made a value. */
export interface TraitRow {
  id: number;
  name: string;
  at: string;
  /** The property that was read, where one was. */
  value: Json | null;
}

/** One computed trait of one person, with where it comes from. */
export interface PersonTrait {
  id: string;
  key: string;
  name: string;
  status: ComputedStatus;
  valueType: ValueType;
  value: Json;
  sentence: string;
  /** When this value came about; null: never another than the empty one. */
  changedAt: string | null;
}

export interface PersonTraitLineage extends PersonTrait {
  definition: Definition;
  phrases: Phrase[];
  version: number;
  /** The instant at which time alone changes it next, at the earliest. */
  nextChangeAt: string | null;
  /** The newest rows first, at most 20. */
  rows: TraitRow[];
  rowsTotal: number;
  /** Values that a formula was made of. */
  inputs: { name: string; value: Json }[];
  asOf: string;
}

export interface SampleValue {
  profileId: number;
  name: string | null;
  email: string | null;
  known: boolean;
  lastSeenAt: string;
  value: Json;
  rowsTotal: number;
}

/** What a draft would give. */
export interface TraitPreview {
  asOf: string;
  sentence: string;
  phrases: Phrase[];
  valueType: ValueType;
  sample: SampleValue[];
  /** Over everybody, where SQL can say it in time; null for formulas and beyond the time limit. */
  stats: TraitStats | null;
  took: number;
}

export interface CreateTraitInput {
  name: string;
  description?: string | null | undefined;
  definition: Definition;
}
export interface UpdateTraitInput {
  id: string;
  basedOn: number;
  definition: Definition;
  note?: string | null | undefined;
}
