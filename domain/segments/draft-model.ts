import type { Rule } from "./model";

/** What a sentence may speak about: names that were really seen. Pure. */
export interface DraftSchema {
  /** Milliseconds. */
  now: number;
  /** Zone of the company, in which dates lie. */
  zone: string;
  events: readonly string[];
  traits: readonly (readonly string[])[];
  /** Values of the place of people as the data hold them. */
  countries: readonly string[];
  cities: readonly string[];
  segments: readonly { id: string; name: string }[];
}

/** One part of the sentence and what it became. */
export interface UnderstoodPart {
  /** Empty where it is not known which words became the row. */
  text: string;
  nodeId: string;
  /** The row in words. */
  means: string;
}

/** A rule to look at and confirm; never applied unseen. */
export interface Draft {
  rule: Rule;
  by: "grammar" | "model";
  understood: UnderstoodPart[];
  /** Words that became nothing. */
  notUnderstood: string[];
  /** Choices that were made and could have been others. */
  notes: string[];
}
