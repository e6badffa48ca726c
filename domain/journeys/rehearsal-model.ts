import type { JourneyChannel, JourneyDefinition, REHEARSAL_STATUSES } from "./model";

/** What a rehearsal over history counted. Plain numbers: nobody is named in it. */
export interface RehearsalResult {
  /** People who asked to enter, and who did. */
  people: number;
  peopleIn: number;
  entries: number;
  goals: number;
  /** Entries that re-entry rules refused, by reason. */
  refused: Record<string, number>;
  /** How runs stood when the clock stopped: active, completed, failed, or "exited: <reason>". */
  ended: Record<string, number>;
  nodes: Record<string, RehearsedNode>;
  /** Messages that would have been sent, by hour (ISO, UTC) and channel. */
  hours: Record<string, Partial<Record<JourneyChannel, number>>>;
  /** Messages by outcome; "waiting": still to go when the clock stopped. */
  outcomes: Record<string, number>;
  /** Why messages would not have been sent, in words. */
  reasons: Record<string, { outcome: string; because: string; n: number }>;
  /** Other effects by kind. */
  effects: Record<string, number>;
  /** People with more inputs than a rehearsal follows. */
  cut: number;
}

export interface RehearsedNode {
  entered: number;
  people: number;
  /** Who stood here when the clock stopped. */
  here: number;
  branches: Record<string, number>;
  outcomes: Record<string, number>;
}

export const emptyResult = (): RehearsalResult => ({
  people: 0,
  peopleIn: 0,
  entries: 0,
  goals: 0,
  refused: {},
  ended: {},
  nodes: {},
  hours: {},
  outcomes: {},
  reasons: {},
  effects: {},
  cut: 0,
});

export interface RehearsalView {
  readonly id: string;
  readonly status: (typeof REHEARSAL_STATUSES)[number];
  readonly revision: number;
  readonly definition: JourneyDefinition;
  readonly from: Date;
  readonly to: Date;
  /** Share of people looked at, 0 to 1. */
  readonly progress: number;
  readonly result: RehearsalResult;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** A message of a walk as its person would get it, or in `problem` why it would say nothing. */
export interface SaidMessage {
  readonly rendered: {
    readonly language: string;
    readonly subject: string | null;
    readonly preheader: string | null;
    readonly html: string | null;
    readonly text: string;
  } | null;
  readonly problem: string | null;
}

/** One line of a walk. Times in milliseconds. */
export type WalkLine =
  | { readonly kind: "entered_journey"; readonly at: number }
  | { readonly kind: "refused"; readonly at: number; readonly reason: string }
  | { readonly kind: "event"; readonly at: number; readonly name: string }
  | {
      readonly kind: "entered" | "left";
      readonly at: number;
      readonly node: string;
      readonly visit: number;
      readonly branch: string | null;
    }
  | {
      readonly kind: "message";
      readonly at: number;
      readonly node: string;
      readonly channel: JourneyChannel;
      /** What became of it: "sent", "review", "waiting" or the reason's outcome. */
      readonly outcome: string;
      readonly because: string | null;
      /** When it would go out. */
      readonly dueAt: number;
      /** Name of the template; null: none was chosen yet. */
      readonly template: string | null;
      /** What it would say; null: no template was chosen, or the walk has more messages than are rendered. */
      readonly said: SaidMessage | null;
    }
  | { readonly kind: "effect"; readonly at: number; readonly node: string; readonly what: string; readonly detail: string }
  | { readonly kind: "ended"; readonly at: number; readonly status: string; readonly reason: string | null };

export interface Walk {
  readonly lines: readonly WalkLine[];
  readonly zone: string;
  /** Where the person stands when the clock stops; null: the run is over, or never began. */
  readonly standsAt: string | null;
  /** Until when they wait there; null: for something else than time. */
  readonly waitsUntil: number | null;
  readonly until: number;
}

/** Longest span of a rehearsal over history. */
export const REHEARSAL_DAYS = 92;
/** Longest walk. */
export const WALK_DAYS = 730;
