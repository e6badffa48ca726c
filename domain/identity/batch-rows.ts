import type { InboxMessage, JsonObject } from "@/domain/events/model";
import type { ChangedFacts, TraitMeta } from "@/domain/profiles/model";
import type { MessageIdentity } from "./message-identifiers";
import type { MergeCause, NoteCode } from "./model";
import type { Units } from "./person";
import type { Edge } from "./resolve";
import type { KnownIdentifier } from "./state";

// What a batch gathers in memory, row by row as it is written.

/** An inbox row, parsed and with its identifiers taken out. */
export interface Incoming {
  xid: string;
  id: number;
  sourceId: string;
  /** Milliseconds. */
  receivedAt: number;
  /** Milliseconds; when it happened. */
  at: number;
  message: InboxMessage;
  /** The text of the message. */
  body: string;
  identity: MessageIdentity;
}

export interface EventRow {
  profileId: number;
  type: string;
  row: Incoming;
  value: number | null;
  session: string | null;
}

export interface NewIdentifier {
  /** Remembered after the batch, unlike the message beside it. */
  known: KnownIdentifier;
  raw: string;
  row: Incoming;
}

export interface LedgerRow extends Edge {
  id: string;
  row: Incoming;
  cause: MergeCause;
  rulesVersion: number;
}

export interface NoteRow {
  key: string;
  code: NoteCode;
  type: string | null;
  value: string | null;
  profileId: number | null;
  otherProfileId: number | null;
  detail: Record<string, unknown> | null;
  row: Incoming;
  n: number;
  lastAt: number;
}

export interface StatRow {
  profileId: number;
  type: string;
  n: number;
  sum: Units;
  first: number;
  last: number;
}

export interface DeviceRow {
  profileId: number;
  key: string;
  type: string | null;
  name: string | null;
  os: string | null;
  first: number;
  last: number;
  n: number;
  /** Position of the message that describes it last. */
  row: Incoming;
}

export interface SeenRow {
  kind: "trait" | "event";
  scope: string;
  key: string;
  types: Record<string, number>;
  sources: Set<string>;
  first: number;
  last: number;
  n: number;
}

export interface AccountFact {
  id: string;
  layers: { traits: JsonObject; meta: TraitMeta }[];
  first: number;
  last: number;
}

export interface LinkRow {
  profileId: number;
  accountId: string;
  first: number;
  last: number;
  row: Incoming;
}

/** Why a person has to be looked at again: which facts changed, and the newest message behind it. */
export interface Change {
  eventId: number;
  /** Null: any fact may have changed. */
  facts: ChangedFacts | null;
}
