import type { Json } from "@/domain/events/model";
import type { Channel } from "@/domain/consent/model";
import type { Phrase } from "./describe";
import type { LIST_ORIGINS, LIST_UPLOAD_MODES, Rule, RuleNode, SEGMENT_KINDS, SEGMENT_STATUSES, TRANSITION_CAUSES } from "./model";

/** What the verbs and reads of segments take and give, times as ISO text. Pure: the browser imports it. */
export type SegmentKind = (typeof SEGMENT_KINDS)[number];
export type SegmentStatus = (typeof SEGMENT_STATUSES)[number];
export type TransitionCause = (typeof TRANSITION_CAUSES)[number];

/** What decided a leaf: the very rows and numbers. Events are the newest first, at most `EVIDENCE`. */
export interface Evidence {
  /** The value that was tested (trait, place, account trait), `undefined` where there is none. */
  value?: Json | undefined;
  /** The number that was compared (count, sum, days), `undefined` where there is none. */
  number?: number | undefined;
  events?: { id: number; name: string; at: number }[];
  /** How many events matched, where the list is cut. */
  eventsTotal?: number;
  state?: string | undefined;
}

export interface Explained {
  id: string;
  kind: RuleNode["kind"];
  /** Whether the person meets this node, its own negation included. */
  met: boolean;
  /** Muted nodes are shown and take no part. */
  muted: boolean;
  /** In a group that holds or fails because of this child: the deciding row. */
  decisive: boolean;
  evidence?: Evidence;
  children?: Explained[];
}

export interface NodeCount {
  /** People who meet this row or group by itself, its own negation included. */
  alone: number;
  /** People left after this row, within its `all of` group in order (the funnel). Absent elsewhere and for muted rows. */
  after?: number;
}

/** By what a row was computed (`blocks`: events as columns in memory) and in how many milliseconds. */
export interface RowCost {
  by: "blocks" | "database";
  ms: number;
}

/** Exact counts of a draft rule. */
export interface Estimate {
  /** The instant at which the counts are exact. */
  asOf: string;
  /** All people. */
  base: number;
  total: number;
  /** By node id; muted nodes are counted alone too. */
  nodes: Record<string, NodeCount>;
  /** Milliseconds. */
  took: number;
  /** Leaves that were really computed, by id, with their cost; the rest were kept from before. */
  computed: Record<string, RowCost>;
}

/** A person as lists show one; masked for actors without `personal_data:see`. */
export interface SegmentPerson {
  profileId: number;
  known: boolean;
  name: string | null;
  email: string | null;
  country: string | null;
  city: string | null;
  lastSeenAt: string;
}

export interface SampleMember extends SegmentPerson {
  explained: Explained;
}

/** One person against a rule: in or out, and the rows that decided it. */
export interface TestedPerson {
  person: SegmentPerson;
  met: boolean;
  explained: Explained;
}

export interface SegmentProgress {
  done: number;
  total: number;
}

export interface SegmentSummary {
  id: string;
  key: string;
  name: string;
  description: string | null;
  kind: SegmentKind;
  status: SegmentStatus;
  version: number;
  folder: string | null;
  tags: string[];
  ownerId: string | null;
  ownerName: string | null;
  /** Members, exact as of `sizeAt`. */
  size: number;
  sizeAt: string | null;
  sentence: string;
  /** How many segments refer to it. */
  usedBy: number;
  error: string | null;
  progress: SegmentProgress | null;
  /** People who were in, or out, wrongly at the newest background check; null before the first. Not 0 is an alarm. */
  checkDifference: number | null;
  createdAt: string;
  updatedAt: string;
}

export interface SegmentRef {
  id: string;
  name: string;
}

export interface SegmentVersion {
  version: number;
  rule: Rule;
  sentence: string;
  note: string | null;
  createdBy: string | null;
  createdByName: string | null;
  createdAt: string;
}

export interface SegmentDetail extends SegmentSummary {
  rule: Rule;
  /** The sentence with the operands marked. */
  phrases: Phrase[];
  /** Names of the segments and lists that its versions name, by id. */
  names: Record<string, string>;
  /** Newest first. */
  versions: SegmentVersion[];
  /** Segments that refer to this one. */
  usedByList: SegmentRef[];
  /** Segments and computed traits that this one refers to. */
  uses: SegmentRef[];
  computeMs: number | null;
  checkedAt: string | null;
  /** People compared by the newest check, and up to five of those who differed. */
  checkSample: number | null;
  checkPeople: number[];
  /** People whom time alone may move, and when the next of them is looked at. */
  duePeople: number;
  dueNext: string | null;
  /** For rules with SQL: the oldest result behind it, and what failed; null for rules without. */
  sqlFreshness: { asOf: string | null; error: string | null } | null;
}

export interface SegmentMember extends SegmentPerson {
  enteredAt: string;
}

/** Keyset pages: pass `next` as `cursor`. */
export interface Page<T> {
  rows: T[];
  next: string | null;
}

/** The message behind an entry or exit: the name of its event (calls begin with `$`) and when it happened. */
export interface TransitionMessage {
  event: string;
  at: string;
}

export interface Transition {
  id: number;
  person: SegmentPerson;
  version: number;
  entered: boolean;
  at: string;
  cause: TransitionCause;
  /** Null where no message is behind it, or where it is not kept any more. */
  message: TransitionMessage | null;
}

const CAUSES: Record<TransitionCause, string> = {
  event: "an event, trait or list changed",
  time: "time passed",
  edit: "the rule was changed",
  merge: "people were merged or parted",
  first: "first computation",
  import: "an import",
};
const CALLS: Record<string, string> = { $identify: "identify call", $group: "group call", $alias: "alias call" };

/** What caused an entry or exit, in words: the message by the name of its event, else the kind of cause. */
export function causeWords({ cause, message }: Pick<Transition, "cause" | "message">): string {
  if (!message) return CAUSES[cause];
  const name = CALLS[message.event] ?? message.event;
  return cause === "merge" ? `${CAUSES.merge} by “${name}”` : name;
}

/** The segments of one person, and how they came there. */
export interface PersonSegments {
  /** Newest entry first. */
  member: { id: string; name: string; since: string }[];
  /** Newest first. */
  moves: (Pick<Transition, "id" | "entered" | "at" | "cause" | "message"> & { segmentId: string; segment: string })[];
}

export interface SizePoint {
  hour: string;
  size: number;
  entered: number;
  left: number;
}

/** People who are in exactly these segments of an overlap and in none of its others. */
export interface Combination {
  ids: string[];
  size: number;
}

/** Sizes of segments, of what each pair shares, and of every combination. */
export interface Overlap {
  /** Members as kept live at this instant. */
  asOf: string;
  /** All people. */
  base: number;
  segments: { id: string; name: string; size: number; sizeAt: string | null }[];
  /** a before b in the order of `segments`. */
  pairs: { a: string; b: string; both: number }[];
  /** The largest first, at most `COMBINATIONS_SHOWN`; empty ones are left out. */
  combinations: Combination[];
  /** How many further combinations there are, and the people in them. */
  rest: { combinations: number; size: number };
}

export type ListOrigin = (typeof LIST_ORIGINS)[number];
export type ListUploadMode = (typeof LIST_UPLOAD_MODES)[number];

/** A fixed list of people. */
export interface ListSummary {
  id: string;
  name: string;
  description: string | null;
  origin: ListOrigin;
  /** Of a snapshot: the segment (name null when it is deleted) and its version then. */
  segmentId: string | null;
  segmentName: string | null;
  segmentVersion: number | null;
  /** People on it now: two who were merged since count once. */
  size: number;
  /** How many segments name it. */
  usedBy: number;
  createdByName: string | null;
  createdAt: string;
  updatedAt: string;
}

/** What an upload did. */
export interface ListUpload {
  id: string;
  fileName: string;
  mode: ListUploadMode;
  /** Type of the identifiers. */
  type: string;
  rows: number;
  /** Rows that name a person; several may name the same one. */
  matched: number;
  /** Rows that name nobody here. */
  unmatched: number;
  /** Rows that are empty or no such identifier. */
  invalid: number;
  /** People who came onto the list or went off it. */
  changed: number;
  /** People on the list afterwards; known right after the upload only. */
  size?: number;
  /** The first rows that named nobody, masked, with their lines. */
  sample: { line: number; value: string; reason: "nobody" | "invalid" }[];
  createdByName: string | null;
  createdAt: string;
}

export interface ListDetail extends ListSummary {
  /** Newest first, at most 50. */
  uploads: ListUpload[];
  usedByList: SegmentRef[];
}

/** A segment's definition as a file. */
export interface SegmentFile {
  format: string;
  formatVersion: number;
  key: string;
  name: string;
  description: string | null;
  folder: string | null;
  tags: string[];
  rule: Rule;
  /** What the rule names. */
  references: { kind: "segment" | "list"; id: string; key: string | null; name: string }[];
  exportedAt: string;
}

/** A file as a draft to look at. */
export interface SegmentFileDraft {
  name: string;
  description: string | null;
  folder: string | null;
  tags: string[];
  rule: Rule;
  /** What it names and is not here; rows with it are muted. */
  missing: string[];
}

/** How many people hold an identifier of each type; a person may hold several. */
export interface Coverage {
  asOf: string;
  total: number;
  /** The commonest first. */
  types: { type: string; people: number }[];
  /** People without any identifier. */
  none: number;
  /** Whom a message or ad for a purpose may reach now; empty for actors who may not see consent. */
  reach: ChannelReach[];
}

export interface ChannelReach {
  purposeId: string;
  purpose: string;
  channel: Channel;
  /** May be used for the purpose on the channel. */
  allowed: number;
  /** Of those, hold an address of the channel. */
  reachable: number;
}

export interface EstimateInput {
  rule: Rule;
  /** The segment that is edited: for "since entered" and against cycles. */
  segmentId?: string | undefined;
}
export interface SampleInput extends EstimateInput {
  /** At most 50; default 10. */
  limit?: number | undefined;
}
export interface TestPersonInput extends EstimateInput {
  /** Profile id, `<type>:<value>`, or a bare identifier. */
  query: string;
}

export interface CreateSegmentInput {
  name: string;
  rule: Rule;
  description?: string | null | undefined;
  folder?: string | null | undefined;
  tags?: string[] | undefined;
}
export interface UpdateSegmentInput {
  id: string;
  /** The version that was edited; refused with CONFLICT when somebody saved another meanwhile. */
  basedOn: number;
  rule: Rule;
  note?: string | null | undefined;
}
export interface ChangeSegmentInput {
  id: string;
  name?: string | undefined;
  description?: string | null | undefined;
  folder?: string | null | undefined;
  tags?: string[] | undefined;
}

/*
Verbs and reads (door: domain/segments), all `(ctx, input)`:
  estimateRule(ctx, EstimateInput, signal?) -> Estimate          sampleMembers(ctx, SampleInput) -> SampleMember[]
  testPerson(ctx, TestPersonInput) -> TestedPerson               segmentOverlap(ctx, {ids}) -> Overlap
  createSegment(ctx, CreateSegmentInput) -> {id, key, version}   updateSegment(ctx, UpdateSegmentInput) -> {version}
  changeSegment(ctx, ChangeSegmentInput) -> void                 duplicateSegment(ctx, {id, name?}) -> {id, key, version}
  deleteSegment(ctx, {id}) -> void                               recomputeSegment(ctx, {id}) -> void
  listSegments(ctx) -> SegmentSummary[]                          getSegment(ctx, {id}) -> SegmentDetail (id or key)
  segmentMembersPage(ctx, {id, cursor?, limit?}) -> Page<SegmentMember>
  segmentTransitionsPage(ctx, {id, cursor?, limit?}) -> Page<Transition>
  segmentSizes(ctx, {id, hours?}) -> SizePoint[]
*/
