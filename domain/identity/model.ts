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
  /** How one person's trait is chosen out of several fragments' values. */
  traitRule: "last_updated" | "first" | "source_priority";
  /** Source ids, most trusted first (for `source_priority`). */
  sourcePriority: string[];
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
    ...[
      "-1",
      "null",
      "anonymous",
      "undefined",
      "nil",
      "none",
      "(null)",
      "nan",
      "true",
      "false",
      "unknown",
      "guest",
      "n/a",
      "test",
      "void",
      "[object object]",
    ].map(exact),
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
  traitRule: "last_updated",
  sourcePriority: [],
  ignoreEmptyTraits: true,
};

export const MERGE_CAUSES = ["event", "alias", "operator"] as const;
export type MergeCause = (typeof MERGE_CAUSES)[number];

export const IDENTIFIER_STATUSES = ["active", "shared", "no_merge", "quarantined"] as const;
export type IdentifierStatus = (typeof IDENTIFIER_STATUSES)[number];
