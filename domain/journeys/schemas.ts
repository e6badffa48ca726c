import { z } from "zod";
import { JOURNEY_CHANNELS } from "./model";
import type { JourneyChannel, JourneyDefinition, JourneyStatus, RunSummary } from "./model";

/** What the steps of a journey may name. */
export interface JourneyChoices {
  readonly templates: readonly { readonly id: string; readonly name: string; readonly channel: JourneyChannel }[];
  readonly journeys: readonly { readonly id: string; readonly name: string; readonly status: JourneyStatus }[];
  readonly purposes: readonly { readonly id: string; readonly name: string }[];
  readonly lists: readonly { readonly id: string; readonly name: string }[];
  readonly segments: readonly { readonly id: string; readonly name: string }[];
}

/** What publishing the draft would meet: everything unfinished, and who is inside where. */
export interface PublishPreview {
  readonly revision: number;
  readonly problems: readonly { readonly node: string | null; readonly message: string }[];
  /** People inside by version and node (of that version), the newest version first. */
  readonly inside: readonly {
    readonly version: number;
    readonly node: string | null;
    readonly label: string;
    readonly people: number;
    /** The same step of the same kind is reached in the draft: they could move over. */
    readonly movable: boolean;
  }[];
}

/** A published drawing. */
export interface PublishedVersion {
  readonly version: number;
  readonly definition: JourneyDefinition;
}

/** A run of one person, with the journey that it is in. */
export interface PersonRun extends Omit<RunSummary, "name"> {
  readonly journeyId: string;
  readonly journeyName: string;
  /** Name of the step where the person stands. */
  readonly step: string | null;
}

/** Why a person was not let in. */
export interface PersonRefusal {
  readonly journeyId: string;
  readonly journeyName: string;
  readonly reason: string;
  readonly times: number;
  readonly at: Date;
}

export interface PersonJourneys {
  readonly runs: readonly PersonRun[];
  readonly refusals: readonly PersonRefusal[];
}

export const capSchema = z.strictObject({
  /** Null: a new one. */
  id: z.string().max(40).nullable(),
  name: z.string().trim().min(1, "Give the cap a name.").max(80),
  /** Empty: all channels together. */
  channels: z.array(z.enum(JOURNEY_CHANNELS)).max(JOURNEY_CHANNELS.length),
  count: z.number().int("Write a whole number.").min(1, "At least 1.").max(1_000, "At most 1,000."),
  /** Length of the sliding window. */
  hours: z
    .number()
    .int("Write a whole number of hours.")
    .min(1, "At least an hour.")
    .max(24 * 90, "At most 90 days."),
});
export type CapInput = z.infer<typeof capSchema>;

/** At most `count` messages of these channels (none named: of all) to a person in any `hours`. */
export interface FrequencyCap {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly JourneyChannel[];
  readonly count: number;
  readonly hours: number;
}
