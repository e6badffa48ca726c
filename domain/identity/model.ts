import { PLACEHOLDER_WORDS } from "@/domain/events/model";
/** Limits and defaults of identity resolution (reference: Segment Unify's flat matching with merge protection). */
export const LIMIT_PERIODS = ["ever", "annually", "monthly", "weekly", "daily"] as const;
export type LimitPeriod = (typeof LIMIT_PERIODS)[number];

/** Sliding windows in days; `ever` has none. */
export const PERIOD_DAYS: Record<LimitPeriod, number | null> = { ever: null, annually: 365, monthly: 30, weekly: 7, daily: 1 };

export interface IdentifierRule {
  /** `user_id`, `email`, `anonymous_id`, `ios.id`, or a custom type. */
  type: string;
  /** How many values of this type one person may hold inside the period. */
  limit: number;
  period: LimitPeriod;
  /** Whether a shared value may join two people. */
  merges: boolean;
  /** False: seen for the first time and not yet accepted by an admin (see `holdNewTypes`). */
  reviewed: boolean;
}

export interface BlockedValue {
  /** Identifier type, or "*" for all. */
  type: string;
  match: "exact" | "pattern";
  /** Exact values compare case-insensitively after trim; patterns are RE2, on the trimmed value. */
  value: string;
  /** `block`: never an identifier. `no_merge`: kept as contact point, joins nobody. */
  action: "block" | "no_merge";
}

export const TRAIT_RULES = ["last_updated", "first", "source_priority"] as const;
export type TraitRule = (typeof TRAIT_RULES)[number];

export interface OwnTraitRule {
  key: string;
  rule: TraitRule;
  /** As in IdentityRules. */
  sourcePriority: string[];
}

export interface IdentityRules {
  /** Highest priority first. */
  identifiers: IdentifierRule[];
  blocked: BlockedValue[];
  /** New identifier types wait for an admin before they join people. */
  holdNewTypes: boolean;
  /** Treat plus tags and Gmail dots as the same mailbox. Off by default. */
  foldEmailAliases: boolean;
  /** Merges a profile may go through, and identifiers it may hold, before protection stops both. */
  maxMerges: number;
  maxIdentifiers: number;
  /** An anonymous id seen with this many user ids is a shared device: it attaches to nobody any more. */
  sharedDeviceThreshold: number;
  /** Collapse alarm: a value named by messages of more than this many other people on one day is quarantined. */
  collapsePerDay: number;
  /** Collapse alarm: values of one type that one person may gather within a year. */
  collapsePerType: number;
  /** How one person's trait is chosen out of several fragments' values. */
  traitRule: TraitRule;
  /** Source ids, most trusted first (for `source_priority`); sources that are not listed come last, the newest value first. */
  sourcePriority: string[];
  /** Traits that are chosen by a rule of their own. */
  traitRules: OwnTraitRule[];
  ignoreEmptyTraits: boolean;
}

const rule = (type: string, limit: number, period: LimitPeriod = "ever"): IdentifierRule => ({
  type,
  limit,
  period,
  merges: true,
  reviewed: true,
});

const exact = (value: string): BlockedValue => ({ type: "*", match: "exact", value, action: "block" });
const pattern = (value: string, type = "*", action: BlockedValue["action"] = "block"): BlockedValue => ({
  type,
  match: "pattern",
  value,
  action,
});

export const DEFAULT_IDENTITY_RULES: IdentityRules = {
  identifiers: [
    rule("user_id", 1),
    rule("email", 5, "annually"),
    rule("phone", 5, "annually"),
    rule("android.id", 5, "annually"),
    rule("android.idfa", 5),
    rule("android.push_token", 5),
    rule("anonymous_id", 5, "weekly"),
    rule("cross_domain_id", 5, "monthly"),
    rule("ga_client_id", 5, "monthly"),
    rule("ios.id", 5, "annually"),
    rule("ios.idfa", 5),
    rule("ios.push_token", 5),
  ],
  blocked: [
    pattern("^[0-]*$"),
    ...PLACEHOLDER_WORDS.map(exact),
    pattern("^0{8}-?0{4}-?0{4}-?0{4}-?0{12}$"),
    pattern("(?i)^f{8}-?f{4}-?f{4}-?f{4}-?f{12}$"),
    pattern("^(\\{\\{.*\\}\\}|\\$\\{.*\\}|%[A-Za-z_]+%)$"),
    exact("d41d8cd98f00b204e9800998ecf8427e"),
    exact("da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    exact("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    pattern("(?i)^(noreply|no-reply|donotreply|info|test)@", "email", "no_merge"),
  ],
  holdNewTypes: true,
  foldEmailAliases: false,
  maxMerges: 100,
  maxIdentifiers: 1000,
  sharedDeviceThreshold: 3,
  collapsePerDay: 20,
  collapsePerType: 50,
  traitRule: "last_updated",
  sourcePriority: [],
  traitRules: [],
  ignoreEmptyTraits: true,
};

export const MERGE_CAUSES = ["event", "alias", "operator"] as const;
export type MergeCause = (typeof MERGE_CAUSES)[number];

/** `signed_out`: its person signed out with it; the next message that carries it decides anew whose it is. */
export const IDENTIFIER_STATUSES = ["active", "shared", "no_merge", "quarantined", "signed_out"] as const;
export type IdentifierStatus = (typeof IDENTIFIER_STATUSES)[number];

/** Fragment of events whose message names nobody (every identifier blocked or unusable). No profile stands behind it. */
export const UNRESOLVED = 0;

/** Longest identifier value in characters; longer ones are not identifiers. */
export const MAX_IDENTIFIER_LENGTH = 500;

/** Types that name a device or browser, not a person: these may turn out to be shared. */
export const DEVICE_TYPES: readonly string[] = [
  "anonymous_id",
  "ga_client_id",
  "android.id",
  "android.idfa",
  "android.push_token",
  "ios.id",
  "ios.idfa",
  "ios.push_token",
];

/** Types read from fixed places of a message; every other type is searched by its name in traits and properties. */
export const BUILT_IN_TYPES: readonly string[] = ["user_id", "email", "phone", ...DEVICE_TYPES];

/** The track call that ends the attachment of a browser or device to the person who signs out (B2B vocabulary). */
export const SIGNED_OUT_EVENT = "Signed Out";

/** Types that make somebody a known person. */
export const KNOWN_TYPES: readonly string[] = ["user_id", "email", "phone"];

/** What identity resolution noticed; the sentence is shown in the review list. */
export const NOTE_CODES = {
  limit: "A limit kept an identifier from joining this person",
  merge_refused: "Merge protection kept two people apart",
  never_merge: "Two people stay apart because somebody took them apart",
  too_many_identifiers: "This person holds as many identifiers as protection allows",
  shared_device: "A device used by several people: it attaches to nobody any more",
  collapse_value: "One value named very many people on one day: it is quarantined",
  collapse_profile: "One person gathered very many values of one type: the newest was not attached",
  new_type: "An identifier type that nobody has reviewed yet",
  unreviewed_type: "An unreviewed type would have joined two people",
  external_id_invalid: "An external id without all of id, type, collection and encoding",
  alias_refused: "An alias call that the rules did not allow",
  alias_placeholder: "An alias call with a placeholder instead of an id",
  user_id_is_anonymous_id: "identify was called with the anonymous id as user id",
  unresolved: "A message without any usable identifier",
  operation_not_repeated: "A change made by hand found nothing to change when history was replayed",
} as const;
export type NoteCode = keyof typeof NOTE_CODES;

export interface IdentifierRef {
  type: string;
  value: string;
}

/** Changes of identity that no message made. Repeated at their place in the inbox by a rebuild. */
export type IdentityOperation =
  | { kind: "rules"; version: number; history?: true }
  | { kind: "unmerge"; mergeId: string; neverMerge: boolean; survivor: IdentifierRef[]; loser: IdentifierRef[]; reason: string | null }
  | { kind: "merge"; survivor: IdentifierRef[]; loser: IdentifierRef[]; survivorId: number; loserId: number; reason: string | null }
  | { kind: "split"; identifiers: IdentifierRef[]; reason: string | null }
  /** A split whose person was erased: takes a profile id, and nothing else. */
  | { kind: "erased" };

export interface PreviewExample {
  /** A person of today (split) or of after the change (merge, by its people of today). */
  people: number[];
  identifiers: { type: string; value: string; profileId: number }[];
}

/** What history would look like under other rules. */
export interface RulesPreview {
  messages: number;
  peopleBefore: number;
  peopleAfter: number;
  /** People of today whose identifiers would belong to several people. */
  split: number;
  /** People that would join several people of today. */
  merged: number;
  /** Identifiers that would no longer be attached to anybody, and those that would be new. */
  identifiersLost: number;
  identifiersGained: number;
  splitExamples: PreviewExample[];
  mergedExamples: PreviewExample[];
  /**
   * Traits of today's people that another choice among their fragments changes at once, without a replay of history.
   * Null when traits are chosen as before.
   */
  traits: TraitsPreview | null;
}

export interface TraitsPreview {
  people: number;
  /** The 50 traits that change most. */
  keys: { key: string; people: number; examples: number[] }[];
}

export type PreviewState =
  | { status: "done"; preview: RulesPreview }
  | { status: "running"; jobId: number; done: number; total: number }
  | { status: "failed"; code: string };

export interface RulesVersion {
  version: number;
  note: string | null;
  createdAt: string | null;
  createdBy: string | null;
  current: boolean;
}

export interface IdentityRulesView {
  version: number;
  rules: IdentityRules;
  versions: RulesVersion[];
  /** Identifier types that messages brought and nobody has reviewed. */
  unreviewed: string[];
  /** What an order of trust may name, and the traits seen so far (the 500 most frequent). */
  sources: { id: string; name: string }[];
  traitKeys: string[];
}

/** Names of mentioned sources; a deleted one is absent. */
export type NamedSources = Record<string, { name: string; type: string }>;

export interface MergeView {
  id: string;
  at: string;
  cause: MergeCause;
  /** People at the time of the merge, and the person that is read today. */
  survivorId: number;
  loserId: number;
  profileId: number;
  evidence: { type: string; value: string; profileId: number }[];
  sourceId: string | null;
  actor: string | null;
  rulesVersion: number;
  undoneAt: string | null;
  undoneBy: string | null;
  undoneReason: string | null;
}

export interface MergePage {
  rows: MergeView[];
  next: string | null;
  sources: NamedSources;
}

export interface ReviewNote {
  id: number;
  code: NoteCode;
  /** What it means, in one sentence. */
  says: string;
  at: string;
  lastAt: string;
  n: number;
  type: string | null;
  value: string | null;
  profileId: number | null;
  otherProfileId: number | null;
  sourceId: string | null;
}

export interface IdentityReview {
  counts: { code: NoteCode; says: string; facts: number; n: number }[];
  rows: ReviewNote[];
  /** Hits on the list of blocked values in the last 30 days. */
  blocked: { type: string; value: string; n: number }[];
  sources: NamedSources;
}
