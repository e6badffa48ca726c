import { z } from "zod";
import type { Json } from "@/domain/events/model";
import type { MoneyTotal } from "@/domain/kernel/money";
import type { IdentifierStatus } from "@/domain/identity/model";

/** Shapes that screens and APIs see of a person. Money is decimal text, times are ISO text. */

export interface PersonSummary {
  /** Canonical profile id. */
  id: number;
  known: boolean;
  name: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  city: string | null;
  firstSeenAt: string;
  lastSeenAt: string;
  addedAt: string;
  eventCount: number;
  orderCount: number;
  revenue: string;
}

export interface PersonRow extends PersonSummary {
  /** Orders less refunds, by currency and in the company's own; empty without orders. */
  value: MoneyTotal;
  userId: string | null;
  /** Only the traits that were asked for as columns. */
  traits: Record<string, Json>;
  /** Computed traits that were asked for as columns, by key. */
  computed: Record<string, Json>;
}

export interface PeoplePage {
  rows: PersonRow[];
  /** Give it back as `cursor` for the following page; null at the end. */
  next: string | null;
}

export const SEARCH_MATCHES = ["identifier", "order", "prefix", "text"] as const;
export interface SearchHit extends PersonSummary {
  /** How it was found. `identifier` and `order` are exact. */
  match: (typeof SEARCH_MATCHES)[number];
  matchedType: string | null;
  matchedValue: string | null;
}

export interface SearchResult {
  hits: SearchHit[];
  /** Set when the text names exactly one person: the box goes there on Enter. */
  exact: number | null;
  /** The actor may not see personal data: only whole identifiers were searched. */
  exactOnly: boolean;
}

export interface IdentifierView {
  type: string;
  value: string;
  status: IdentifierStatus;
  profileId: number;
  firstSeenAt: string;
  lastSeenAt: string;
  sourceId: string;
  messageId: string;
}

export interface TraitView {
  key: string;
  value: Json;
  at: string | null;
  sourceId: string | null;
  messageId: string | null;
  profileId: number | null;
  /** Other fragments hold another value: how many. */
  otherValues: number;
  masked: boolean;
}

/** A computed trait of a person. */
export interface ComputedTraitView {
  id: string;
  key: string;
  name: string;
  status: string;
  /** null: none. */
  value: Json;
  /** When this value came about; null: it was never another than the empty one. */
  changedAt: string | null;
}

export interface DeviceView {
  key: string;
  type: string | null;
  name: string | null;
  os: string | null;
  firstSeenAt: string;
  lastSeenAt: string;
  eventCount: number;
}

export interface AccountView {
  id: string;
  name: string | null;
  traits: Record<string, Json>;
  firstSeenAt: string;
  lastSeenAt: string;
}

export interface EventStat {
  event: string;
  count: number;
  valueSum: string;
  firstAt: string;
  lastAt: string;
}

export interface ProfileView extends PersonSummary {
  /** False: identifiers and personal traits are masked. */
  unmasked: boolean;
  timezone: string | null;
  /** Orders less refunds, by currency and in the company's own; empty without orders. */
  value: MoneyTotal;
  fragments: number[];
  identifiers: IdentifierView[];
  traits: TraitView[];
  devices: DeviceView[];
  accounts: AccountView[];
  stats: EventStat[];
  /** Names of the sources that are mentioned above. */
  sources: Record<string, { name: string; type: string }>;
}

export interface TimelineEvent {
  /** Inbox id, unique. */
  id: number;
  profileId: number;
  event: string;
  occurredAt: string;
  receivedAt: string;
  sourceId: string;
  messageId: string;
  sessionId: string | null;
  value: string | null;
  currency: string | null;
  /** What happened in a few words: page, products, order, subject. */
  summary: string;
}

export interface TimelinePage {
  events: TimelineEvent[];
  next: string | null;
  sources: Record<string, { name: string; type: string }>;
}

export interface EventDetail extends TimelineEvent {
  properties: Json;
  context: Json;
}

export interface TraitChange {
  at: string;
  value: Json;
  sourceId: string;
  messageId: string;
  profileId: number;
}

export interface OrderView {
  id: number;
  orderId: string | null;
  occurredAt: string;
  sourceId: string;
  currency: string | null;
  /** What the order brought in; null when the event has no amount. */
  value: string | null;
  refunded: string;
  coupon: string | null;
  items: { name: string; quantity: number; price: string | null }[];
}

export interface OrdersPage {
  orders: OrderView[];
  next: string | null;
  totals: { currency: string | null; orders: number; gross: string; refunds: string; net: string }[];
}

export interface IdentityNoteView {
  id: number;
  at: string;
  code: string;
  type: string | null;
  value: string | null;
  profileId: number | null;
  otherProfileId: number | null;
  sourceId: string | null;
  messageId: string | null;
  detail: Json;
}

export const TRAIT_OPERATORS = ["equals", "not_equals", "contains", "exists", "not_exists"] as const;
export const PEOPLE_SORTS = ["lastSeen", "value", "added"] as const;
export type PeopleSort = (typeof PEOPLE_SORTS)[number];

const text = z.string().trim().min(1).max(500);
const time = z.iso.datetime({ offset: true });

/** What the people table is narrowed by; all of it together (and). */
export const peopleFilterSchema = z.strictObject({
  /** Part of a name or e-mail. */
  q: text.optional(),
  kind: z.enum(["known", "anonymous"]).optional(),
  countries: z.array(text).max(50).optional(),
  lastSeenFrom: time.optional(),
  lastSeenTo: time.optional(),
  /** Brought in at least one identifier. */
  source: text.optional(),
  /** Name of an event that they did at least once. */
  event: text.optional(),
  valueFrom: z.number().min(-1e12).max(1e12).optional(),
  valueTo: z.number().min(-1e12).max(1e12).optional(),
  traits: z
    .array(z.strictObject({ key: text, op: z.enum(TRAIT_OPERATORS), value: z.string().max(1000).optional() }))
    .max(10)
    .optional(),
});
export type PeopleFilter = z.output<typeof peopleFilterSchema>;

export const peopleQuerySchema = z.strictObject({
  filter: peopleFilterSchema.default({}),
  sort: z.enum(PEOPLE_SORTS).default("lastSeen"),
  order: z.enum(["asc", "desc"]).default("desc"),
  cursor: z.string().max(500).optional(),
  limit: z.number().int().min(1).max(500).default(100),
  /** Trait keys to return. */
  traits: z.array(text).max(40).default([]),
  /** Keys of computed traits to return. */
  computed: z.array(text).max(40).default([]),
});

export const timelineQuerySchema = z.strictObject({
  cursor: z.string().max(500).optional(),
  events: z.array(text).max(50).optional(),
  sources: z.array(text).max(50).optional(),
  from: time.optional(),
  to: time.optional(),
  limit: z.number().int().min(1).max(500).default(100),
});

export const savedViewSchema = z.strictObject({
  id: z.string().max(40).optional(),
  name: z.string().trim().min(1, "Give the view a name").max(80),
  shared: z.boolean().default(false),
  state: z.record(z.string(), z.unknown()).refine((state) => JSON.stringify(state).length <= 10_000, "The view is too large"),
});

export interface SavedView {
  id: string;
  name: string;
  shared: boolean;
  own: boolean;
  ownerName: string;
  state: Record<string, unknown>;
}

export interface GraphFragment {
  id: number;
  firstSeenAt: string;
  lastSeenAt: string;
  /** Events that lie with this fragment. */
  events: number;
}

export interface GraphMerge {
  id: string;
  at: string;
  survivorFragment: number;
  loserFragment: number;
  cause: "event" | "alias" | "operator";
  evidence: { type: string; value: string; profileId: number }[];
  rulesVersion: number;
  sourceId: string | null;
  messageId: string | null;
  actor: string | null;
  undone: { at: string; by: string | null; reason: string | null } | null;
}

/** A person as a graph: fragments, what they hold, and the merges between them (the ledger, newest first). */
export interface ProfileGraph {
  id: number;
  fragments: GraphFragment[];
  identifiers: IdentifierView[];
  merges: GraphMerge[];
  /** Fragments that the ledger names but that are another person today: fragment to canonical id. */
  elsewhere: Record<number, number>;
  sources: Record<string, { name: string; type: string }>;
  notes: IdentityNoteView[];
}

export interface MergeSide {
  id: number;
  known: boolean;
  name: string | null;
  email: string | null;
  fragments: number;
  /** The newest 50. */
  identifiers: { type: string; value: string; status: IdentifierStatus }[];
  identifierCount: number;
  traitCount: number;
  eventCount: number;
  orderCount: number;
  firstSeenAt: string;
  lastSeenAt: string;
}

/** Two people, and what they would be as one. */
export interface MergePreview {
  sides: [MergeSide, MergeSide];
  /** Traits that both have with different values; `wins` is the id of the person whose value stays. */
  traits: { key: string; values: [Json, Json]; wins: number }[];
  /** Of the one person. */
  identifiers: number;
  traitCount: number;
  /** Somebody took these two apart before. */
  takenApart: boolean;
  /** Identifier types of which the one person would hold more than the rules allow a message to bring together. */
  limits: { type: string; count: number; limit: number }[];
  unmasked: boolean;
}

export interface SharedEvents {
  /** The newest 50, newest first. */
  events: {
    id: number;
    event: string;
    at: string;
    source: string | null;
    side: "survivor" | "loser";
    identifiers: { type: string; value: string; side: "survivor" | "loser" }[];
  }[];
  total: number;
  /** How many of the person's events since the merge were read; `complete` when these are all. */
  examined: number;
  complete: boolean;
}
