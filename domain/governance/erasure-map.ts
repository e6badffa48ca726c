import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import * as schema from "@/db/schema";

/**
 * What an erasure does with each table. A table of the schema that is missing here does not compile, and a test fails on
 * one of the database: whoever adds a table says here whether it can hold something about a person, and what becomes of it.
 */
export interface ErasureRule {
  /** Columns that hold a profile id (fragment or canonical): rows of the person are deleted. */
  fragments?: readonly string[];
  /** Pairs of columns (type, normalised value): rows that name an identifier of the person are deleted. */
  identifiers?: readonly (readonly [type: string, value: string])[];
  /** Text and JSON columns of tables that are not about people: an identifier of the person in them is replaced. */
  texts?: readonly string[];
  /** Done by a step of its own. Says what becomes of the rows. */
  own?: string;
  /** Holds nothing about people of the customer data. Says why. */
  nothing?: string;
}

type TableKey = { [K in keyof typeof schema]: (typeof schema)[K] extends PgTable ? K : never }[keyof typeof schema];

export const ERASURE_MAP: Record<TableKey, ErasureRule> = {
  // Members of the install
  users: { nothing: "members of the install, whom an admin removes under Members" },
  sessions: { nothing: "sessions of members" },
  userTokens: { nothing: "hashes of one-time links of members" },
  secondFactors: { nothing: "members of the install" },
  recoveryCodes: { nothing: "members of the install" },
  exchangeRates: { nothing: "no person stands in it" },
  apiKeys: { nothing: "hashes of keys" },
  buckets: { nothing: "counters of throttling" },
  settings: { texts: ["value"] },
  savedViews: { texts: ["name", "state"] },
  auditLog: { nothing: "append-only; people appear by profile id, which nothing leads back from after an erasure" },

  auditAnchors: { nothing: "hashes of the audit chain" },
  auditVerifications: { nothing: "results of checks" },

  // Collection
  sources: { texts: ["name", "settings"] },
  sourceKeys: { nothing: "hashes of keys" },
  collectTallies: { nothing: "counts of what was received" },
  refusedRequests: { nothing: "counts of refused requests" },
  rejectedMessages: { own: "samples that name the person are emptied, the row stays as a count" },
  imports: {
    texts: ["file_name", "detected", "mapping", "preview", "result", "error"],
    own: "stored files that name the person are deleted",
  },
  inbox: { own: "messages are emptied; a row keeps its place and source" },
  messageKeys: { own: "the person's keys are deleted" },
  processingCursors: { nothing: "where processing stands" },
  jobs: { texts: ["payload", "progress", "last_error"] },

  // What happened
  eventTypes: { own: "names that nobody else used are deleted" },
  events: { fragments: ["profile_id"], own: "messages of others that name the person: the value is replaced" },
  profileEventStats: { fragments: ["profile_id"] },
  seenProperties: { own: "the person's part is taken out of the counts" },
  dailyEventCounts: { own: "the person's part is taken out of the counts" },

  // Who
  profiles: { fragments: ["id"], own: "others that carried a value of the person are made anew without it" },
  profileTraits: { fragments: ["profile_id"], own: "others' traits with a value of the person are removed" },
  identifiers: { fragments: ["profile_id"] },
  profileAliases: { fragments: ["profile_id", "canonical_id"] },
  merges: { fragments: ["survivor_fragment", "loser_fragment"] },
  neverMerge: { fragments: ["low_id", "high_id"] },
  identityRules: { texts: ["rules", "note"] },
  identityOperations: { own: "deleted; a split keeps the profile id that it took" },
  identityNotes: { fragments: ["profile_id", "other_profile_id"], identifiers: [["type", "value"]] },
  identifierConflicts: {
    identifiers: [
      ["type", "value"],
      ["other_type", "other_value"],
    ],
  },
  blockedHits: { identifiers: [["type", "value"]] },
  accounts: { own: "traits that the person set are made anew from the others' calls; an account without people is deleted" },
  accountLinks: { fragments: ["profile_id"] },
  devices: { fragments: ["profile_id"] },
  profileSearch: { fragments: ["profile_id"] },

  // Segments and computed traits
  segments: { texts: ["name", "description", "error"] },
  segmentVersions: { texts: ["rule", "sentence", "note"] },
  segmentReferences: { nothing: "which segment uses which" },
  segmentMembers: { fragments: ["profile_id"] },
  segmentTransitions: { fragments: ["profile_id"] },
  segmentDue: { fragments: ["profile_id"] },
  segmentCursors: { nothing: "where live membership stands" },
  segmentSizes: { own: "the person is taken out of the sizes of every hour" },
  profileChanges: { own: "the end of the person is noted, so that whoever keeps sets forgets the number; pruned after hours" },
  listMembers: { fragments: ["profile_id"] },
  lists: { texts: ["name", "description"] },
  listUploads: { texts: ["file_name", "unmatched_sample"] },
  sqlLists: { texts: ["sql", "error"] },
  eventBlocks: { nothing: "spans of time and counts of rows" },
  eventBlockColumns: { own: "derived: the person's numbers are marked and count no more; blocks are rewritten without them" },
  eventBlockTypes: { nothing: "which event names have blocks" },
  eventBlockWants: { nothing: "names of properties" },
  eventBlockDirty: { own: "the person's numbers are added, until their blocks are rewritten" },
  eventBlockHoles: { nothing: "spans of time" },
  profileColumns: { own: "derived from profiles: columns in which the person stands are made anew" },
  computedTraits: { texts: ["name", "description", "empty", "state", "error"] },
  computedTraitVersions: { texts: ["definition", "sentence", "note"] },
  computedTraitReferences: { nothing: "which computed trait uses which" },
  computedValues: { fragments: ["profile_id"] },
  computedDue: { fragments: ["profile_id"] },

  // Campaigns and reports
  campaigns: { texts: ["name"] },
  campaignCosts: { nothing: "spend per day and ad" },
  touchOrigins: { texts: ["source", "medium", "campaign", "campaign_ref", "content", "term", "referrer"] },
  touchpoints: { fragments: ["profile_id"] },
  erasedConversions: { nothing: "sums per day of what erased people had converted; no person stands in it" },
  touchCursors: { nothing: "where the derivation of touchpoints stands" },
  conversionDefinitions: { texts: ["name", "where"] },
  experiments: { texts: ["name", "hypothesis", "assignment", "arms"] },

  // Journeys and messages
  journeys: { texts: ["name", "description", "draft"] },
  journeyVersions: { texts: ["definition", "note"] },
  journeyCursors: { nothing: "where feeding journeys stands" },
  journeyStarts: { fragments: ["profile_id"] },
  journeyPlans: { nothing: "up to when dates and schedules have let people in" },
  journeyCalls: { fragments: ["profile_id"] },
  journeyRehearsals: { texts: ["definition"] },
  journeyRuns: { fragments: ["profile_id"] },
  journeyMoves: { fragments: ["profile_id"] },
  journeyRefusals: { fragments: ["profile_id"] },
  journeyExposures: { fragments: ["profile_id"] },
  messages: { fragments: ["profile_id"] },
  messageAttempts: { fragments: ["profile_id"] },
  messageSignals: { fragments: ["profile_id"] },
  inboxItems: { fragments: ["profile_id"] },
  pushSubscriptions: { fragments: ["profile_id"] },
  channelAccounts: { texts: ["name", "settings"] },
  frequencyCaps: { texts: ["name"] },
  templates: { texts: ["name", "description", "content"] },
  templateRevisions: { texts: ["content"] },
  templateUses: { nothing: "which template holds which shared block" },
  broadcasts: { texts: ["name", "definition"] },
  broadcastPeople: { fragments: ["profile_id"] },

  // Consent
  consentPurposes: { nothing: "definitions" },
  consentPurposeVersions: { nothing: "definitions" },
  consentNotices: { nothing: "texts shown to everybody" },
  consentUses: { nothing: "definitions" },
  consentPolicies: { nothing: "definitions" },
  labelPolicies: { nothing: "definitions" },
  consentSets: { own: "numbers in derived sets: the noted end of the person takes theirs out when a set is next brought up to date" },
  consentConfig: { nothing: "version of the definitions" },
  consentLedger: { fragments: ["profile_id"] },
  consentCurrent: { fragments: ["profile_id"] },
  consentChanges: { own: "the end of the person is noted, so that whoever keeps sets forgets the number" },
  consentSuppressions: { identifiers: [["type", "value"]] },

  // Governance
  suppressions: { nothing: "keyed hashes, which are what keeps the person out" },
  dsrRequests: { own: "identifiers and notes of the person's requests are removed; kind, times and outcome stay as proof" },
  dsrActivity: { nothing: "codes and counts" },
  dsrLinks: { nothing: "hashes of one-time links" },
  fieldClasses: { nothing: "names of fields and their classes" },
  retentionRules: { nothing: "days by class of data" },
  erasureCertificates: { nothing: "counts per table; no identifier" },
};

export interface MappedTable {
  /** As PostgreSQL names it. */
  name: string;
  rule: ErasureRule;
}

/** The map by the tables' names in the database. */
export const ERASURE_TABLES: readonly MappedTable[] = Object.entries(schema).flatMap(([key, table]) =>
  is(table, PgTable) ? [{ name: getTableConfig(table).name, rule: ERASURE_MAP[key as TableKey] }] : [],
);
