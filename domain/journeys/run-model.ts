import type { Json, JsonObject } from "@/domain/events/model";
import type { Filter, Group } from "@/domain/segments/model";
import type { JourneyChannel } from "./model";

/** State of one person's way through one version of a journey: all that `step` needs to go on. Stored as JSON. */
export interface RunState {
  readonly status: "active" | "completed" | "exited" | "failed";
  /** Why it exited or failed. */
  readonly reason: string | null;
  /** Node at which it waits; null when it does not wait any more. */
  readonly node: string | null;
  readonly wait: Wait | null;
  /** How often each node was entered. */
  readonly visits: Readonly<Record<string, number>>;
  /** Data of the entry under "entry", of events waited for under the branch's id, of arms under the node's id. */
  readonly context: Readonly<Record<string, Json>>;
  /** Value that tells parallel runs apart; empty: there is one. */
  readonly entryKey: string;
  readonly enteredAt: number;
  /** When the goal was reached (milliseconds). */
  readonly goalAt: number | null;
}

export type Wait =
  /** Goes on to `next` at `at` (milliseconds). */
  | { readonly kind: "time"; readonly at: number; readonly next: string | null; readonly branch: string }
  /** For an event strictly after `since`, up to `at`. */
  | { readonly kind: "event"; readonly at: number; readonly since: number }
  | { readonly kind: "condition"; readonly at: number }
  | { readonly kind: "place" }
  /** For what became of a message, where that decides the way. */
  | { readonly kind: "outcome"; readonly visit: number };

export interface StepEvent {
  readonly id: string;
  readonly name: string;
  /** Milliseconds. */
  readonly at: number;
  readonly properties: JsonObject;
  readonly context: JsonObject;
}

export type StepInput =
  | { readonly kind: "start" }
  /** The clock reached the wait's time. */
  | { readonly kind: "time" }
  | { readonly kind: "event"; readonly event: StepEvent }
  /** Something about the person changed: look at conditions again. */
  | { readonly kind: "changed" }
  | { readonly kind: "place" }
  | { readonly kind: "outcome"; readonly node: string; readonly visit: number; readonly sent: boolean; readonly outcome: string }
  | { readonly kind: "exit"; readonly reason: string };

/** What `step` may ask about the person and the world; answers must be fixed for the step. */
export interface StepEnv {
  /** Milliseconds. */
  readonly now: number;
  /** IANA zone of the person, or the company's. */
  readonly zone: string;
  holds(condition: Group): boolean;
  matches(where: readonly Filter[], event: StepEvent): boolean;
  trait(path: readonly string[]): Json | undefined;
  /** Number in [0, 1) that is the same for this person and salt for ever. */
  share(salt: string): number;
  /** Present shares of a bandit's arms by arm id; null: none learnt yet, the drawn ones hold. */
  armShares(node: string): Readonly<Record<string, number>> | null;
}

/** What a step wants done. Keys are made of run, node and visit, so a repeated step wants the same thing. */
export type Effect =
  | {
      readonly kind: "message";
      readonly node: string;
      readonly visit: number;
      readonly channel: JourneyChannel;
      readonly templateId: string;
      readonly transactional: boolean;
      readonly topicId: string | null;
    }
  | { readonly kind: "set_trait"; readonly node: string; readonly visit: number; readonly trait: string; readonly value: string }
  | { readonly kind: "list"; readonly node: string; readonly visit: number; readonly action: "add" | "remove"; readonly listId: string }
  | {
      readonly kind: "send_event";
      readonly node: string;
      readonly visit: number;
      readonly event: string;
      readonly properties: readonly { name: string; value: string }[];
    }
  | { readonly kind: "destination"; readonly node: string; readonly visit: number; readonly destinationId: string }
  | { readonly kind: "start_journey"; readonly node: string; readonly visit: number; readonly journeyId: string }
  | { readonly kind: "exposure"; readonly node: string; readonly visit: number; readonly arm: string; readonly control: boolean }
  | { readonly kind: "goal"; readonly node: string; readonly visit: number };

/** One line of a person's trace: a node was entered, or left by a branch. */
export interface Move {
  readonly node: string;
  readonly visit: number;
  readonly at: number;
  readonly what: "entered" | "left";
  /** Branch id, arm id, "next", "timeout", "skip", "not_sent", or the reason of an exit. */
  readonly branch: string | null;
}

export interface StepResult {
  readonly state: RunState;
  readonly effects: readonly Effect[];
  readonly moves: readonly Move[];
}
