import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { BROADCAST_STATUSES } from "@/domain/broadcasts/model";
import { TEMPLATE_KINDS } from "@/domain/templates/model";
import {
  JOURNEY_CHANNELS,
  JOURNEY_STATUSES,
  MESSAGE_OUTCOMES,
  MESSAGE_STATES,
  REHEARSAL_STATUSES,
  RUN_STATUSES,
} from "@/domain/journeys/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";
import { xid8 } from "./events";

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** A journey: its draft, and which published version lives. */
export const journeys = pgTable(
  "journeys",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    description: text("description"),
    status: choice("status", JOURNEY_STATUSES).notNull().default("draft"),
    /** Version that people enter; 0: none was published yet. */
    version: integer("version").notNull().default(0),
    /** The drawing in the making. */
    draft: jsonb("draft").notNull(),
    /** Counts up with every saved draft: two editors are told apart by it. */
    draftRevision: integer("draft_revision").notNull().default(1),
    draftBy: text("draft_by"),
    tags: text("tags").array().notNull().default([]),
    ownerId: text("owner_id"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: at("archived_at"),
  },
  (t) => [index("journeys_status_idx").on(t.status), oneOf("journeys_status_check", t.status, JOURNEY_STATUSES)],
);

/** Published drawings. Never changed: each run keeps the one that it entered. */
export const journeyVersions = pgTable(
  "journey_versions",
  {
    journeyId: text("journey_id").notNull(),
    version: integer("version").notNull(),
    definition: jsonb("definition").notNull(),
    note: text("note"),
    publishedBy: text("published_by"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ name: "journey_versions_pkey", columns: [t.journeyId, t.version] })],
);

/** Where feeding journeys stands: rows "messages" (inbox order) and "transitions" (segment_transitions.id). */
export const journeyCursors = pgTable("journey_cursors", {
  name: text("name").primaryKey(),
  xid: xid8("xid").notNull().default("0"),
  position: bigint("position", { mode: "number" }).notNull().default(0),
  updatedAt: updatedAt(),
});

/** Entries asked for by calls, by hand, by schedules and by other journeys, until the worker takes them. */
export const journeyStarts = pgTable(
  "journey_starts",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    journeyId: text("journey_id").notNull(),
    profileId: integer("profile_id").notNull(),
    entryKey: text("entry_key").notNull().default(""),
    entryRef: text("entry_ref").notNull(),
    data: jsonb("data").notNull().default({}),
    dueAt: at("due_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("journey_starts_ref_key").on(t.journeyId, t.profileId, t.entryRef),
    index("journey_starts_due_idx").on(t.dueAt),
    index("journey_starts_profile_idx").on(t.profileId),
  ],
);

/**
 * What live journeys that start by a date or a schedule have let in already. Every occurrence up to `planned_to` stands
 * in journey_starts; `pass` is the part that is being written now, people up to `next_profile` are done.
 */
export const journeyPlans = pgTable(
  "journey_plans",
  {
    journeyId: text("journey_id").primaryKey(),
    plannedTo: at("planned_to").notNull(),
    /** When to look again: no time zone in use has an occurrence before. */
    nextAt: at("next_at").notNull(),
    pass: jsonb("pass"),
    nextProfile: integer("next_profile").notNull().default(0),
  },
  (t) => [index("journey_plans_next_idx").on(t.nextAt)],
);

/** Calls to let somebody enter, by the caller's idempotency key: the same key is the same call for a week. */
export const journeyCalls = pgTable(
  "journey_calls",
  {
    journeyId: text("journey_id").notNull(),
    /** SHA-256 of the caller and its key. */
    keyHash: bytea("key_hash").notNull(),
    /** SHA-256 of what was asked. */
    bodyHash: bytea("body_hash").notNull(),
    profileId: integer("profile_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: "journey_calls_pkey", columns: [t.journeyId, t.keyHash] }),
    index("journey_calls_created_idx").on(t.createdAt),
    index("journey_calls_profile_idx").on(t.profileId),
  ],
);

/** Rehearsals of a drawing over what really happened: made in the background, numbers only. */
export const journeyRehearsals = pgTable(
  "journey_rehearsals",
  {
    id: text("id").primaryKey(),
    journeyId: text("journey_id").notNull(),
    /** Revision of the draft that was rehearsed, and the drawing as it was. */
    revision: integer("revision").notNull(),
    definition: jsonb("definition").notNull(),
    fromAt: at("from_at").notNull(),
    toAt: at("to_at").notNull(),
    status: choice("status", REHEARSAL_STATUSES).notNull().default("running"),
    /** People up to this profile are done. */
    nextProfile: integer("next_profile").notNull().default(0),
    lastProfile: integer("last_profile").notNull(),
    /** What was counted so far (domain/journeys rehearsal-model). */
    result: jsonb("result").notNull(),
    error: text("error"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    finishedAt: at("finished_at"),
  },
  (t) => [
    index("journey_rehearsals_journey_idx").on(t.journeyId, t.createdAt),
    oneOf("journey_rehearsals_status_check", t.status, REHEARSAL_STATUSES),
  ],
);

/** One person's way through a journey, by the fragment that entered. `state` is what `step` goes on from. */
export const journeyRuns = pgTable(
  "journey_runs",
  {
    profileId: integer("profile_id").notNull(),
    id: bigserial("id", { mode: "number" }).notNull(),
    journeyId: text("journey_id").notNull(),
    version: integer("version").notNull(),
    entryKey: text("entry_key").notNull().default(""),
    /** What entered it, once: an event, a transition, a schedule's day, a call. The same never enters twice. */
    entryRef: text("entry_ref").notNull(),
    status: choice("status", RUN_STATUSES).notNull(),
    reason: text("reason"),
    node: text("node"),
    state: jsonb("state").notNull(),
    /** When time moves it; null: only something else does. */
    wakeAt: at("wake_at"),
    enteredAt: at("entered_at").notNull(),
    endedAt: at("ended_at"),
    goalAt: at("goal_at"),
  },
  (t) => [
    primaryKey({ name: "journey_runs_pkey", columns: [t.profileId, t.id] }),
    uniqueIndex("journey_runs_entry_key").on(t.profileId, t.journeyId, t.entryRef),
    index("journey_runs_due_idx")
      .on(t.wakeAt)
      .where(sql`status = 'active' and wake_at is not null`),
    index("journey_runs_node_idx")
      .on(t.journeyId, t.node)
      .where(sql`status = 'active'`),
    index("journey_runs_journey_idx").on(t.journeyId, t.enteredAt),
    oneOf("journey_runs_status_check", t.status, RUN_STATUSES),
  ],
);

/** The trace: nodes entered and left. Append-only. */
export const journeyMoves = pgTable(
  "journey_moves",
  {
    profileId: integer("profile_id").notNull(),
    id: bigserial("id", { mode: "number" }).notNull(),
    runId: bigint("run_id", { mode: "number" }).notNull(),
    journeyId: text("journey_id").notNull(),
    version: integer("version").notNull(),
    node: text("node").notNull(),
    visit: smallint("visit").notNull(),
    /** Null: entered. */
    branch: text("branch"),
    at: at("at").notNull(),
  },
  (t) => [
    primaryKey({ name: "journey_moves_pkey", columns: [t.profileId, t.id] }),
    index("journey_moves_run_idx").on(t.runId),
    index("journey_moves_node_idx").on(t.journeyId, t.node, t.at),
  ],
);

/** Why an entry was not taken: the same person asked again "why is Ann not in it". Newest per person and journey. */
export const journeyRefusals = pgTable(
  "journey_refusals",
  {
    profileId: integer("profile_id").notNull(),
    journeyId: text("journey_id").notNull(),
    reason: text("reason").notNull(),
    at: at("at").notNull(),
    times: integer("times").notNull().default(1),
  },
  (t) => [primaryKey({ name: "journey_refusals_pkey", columns: [t.profileId, t.journeyId, t.reason] })],
);

/**
 * Every message that was meant for somebody, from journeys, broadcasts and tests: the outbox and the ledger of decisions
 * in one. `idem_key` makes a repeated step want the same row.
 */
export const messages = pgTable(
  "messages",
  {
    profileId: integer("profile_id").notNull(),
    id: bigserial("id", { mode: "number" }).notNull(),
    idemKey: bytea("idem_key").notNull(),
    journeyId: text("journey_id"),
    version: integer("version"),
    runId: bigint("run_id", { mode: "number" }),
    node: text("node"),
    visit: smallint("visit"),
    broadcastId: text("broadcast_id"),
    channel: choice("channel", JOURNEY_CHANNELS).notNull(),
    templateId: text("template_id"),
    variant: text("variant"),
    purposeId: text("purpose_id"),
    topicId: text("topic_id"),
    transactional: boolean("transactional").notNull().default(false),
    priority: smallint("priority").notNull().default(50),
    /** Data of the trigger for rendering. */
    data: jsonb("data").notNull().default({}),
    state: choice("state", MESSAGE_STATES).notNull(),
    outcome: choice("outcome", MESSAGE_OUTCOMES),
    /** Rule, cap or winner that decided, in words for people. */
    because: text("because"),
    /** Sent at the earliest. */
    dueAt: at("due_at").notNull(),
    createdAt: createdAt(),
    decidedAt: at("decided_at"),
    sentAt: at("sent_at"),
    attempts: smallint("attempts").notNull().default(0),
    leaseUntil: at("lease_until"),
    leaseToken: bigint("lease_token", { mode: "number" }).notNull().default(0),
    /** By which account of the channel; null: the built-in sink, or not sent. */
    accountId: text("account_id"),
    /** Where it went, masked in lists. */
    address: text("address"),
    providerId: text("provider_id"),
    /** Subject and bodies as sent. */
    content: jsonb("content"),
    error: text("error"),
  },
  (t) => [
    primaryKey({ name: "messages_pkey", columns: [t.profileId, t.id] }),
    uniqueIndex("messages_idem_key").on(t.profileId, t.idemKey),
    index("messages_due_idx")
      .on(t.dueAt)
      .where(sql`state in ('queued', 'sending')`),
    index("messages_channel_due_idx")
      .on(t.channel, t.dueAt)
      .where(sql`state in ('queued', 'sending')`),
    index("messages_log_idx").on(t.createdAt),
    index("messages_review_idx")
      .on(t.id)
      .where(sql`state = 'review'`),
    index("messages_provider_idx")
      .on(t.providerId)
      .where(sql`provider_id is not null`),
    index("messages_person_idx").on(t.profileId, t.sentAt),
    index("messages_journey_idx").on(t.journeyId, t.node, t.createdAt),
    index("messages_broadcast_idx").on(t.broadcastId),
    index("messages_broadcast_open_idx")
      .on(t.broadcastId)
      .where(sql`broadcast_id is not null and state in ('queued', 'review', 'sending')`),
    index("messages_id_idx").on(t.id),
    oneOf("messages_channel_check", t.channel, JOURNEY_CHANNELS),
    oneOf("messages_state_check", t.state, MESSAGE_STATES),
  ],
);

/** Experiments and bandits of journeys: who was shown which arm, once per person and node. */
export const journeyExposures = pgTable(
  "journey_exposures",
  {
    profileId: integer("profile_id").notNull(),
    journeyId: text("journey_id").notNull(),
    node: text("node").notNull(),
    arm: text("arm").notNull(),
    control: boolean("control").notNull(),
    at: at("at").notNull(),
  },
  (t) => [
    primaryKey({ name: "journey_exposures_pkey", columns: [t.profileId, t.journeyId, t.node] }),
    index("journey_exposures_node_idx").on(t.journeyId, t.node, t.at),
  ],
);

/** Caps on how often people hear from us: at most `count` messages of these channels in each `hours`. */
export const frequencyCaps = pgTable("frequency_caps", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** Empty: all channels together. */
  channels: text("channels").array().notNull().default([]),
  count: integer("count").notNull(),
  hours: integer("hours").notNull(),
  createdAt: createdAt(),
});

/** Templates of messages, and blocks that several of them share; messages take the newest content. */
export const templates = pgTable(
  "templates",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    description: text("description"),
    kind: choice("kind", TEMPLATE_KINDS).notNull().default("message"),
    channel: choice("channel", JOURNEY_CHANNELS).notNull(),
    /** Subject, bodies, sender ... by language (domain/templates model). */
    content: jsonb("content").notNull(),
    revision: integer("revision").notNull().default(1),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: at("archived_at"),
  },
  (t) => [
    index("templates_channel_idx").on(t.channel),
    oneOf("templates_channel_check", t.channel, JOURNEY_CHANNELS),
    oneOf("templates_kind_check", t.kind, TEMPLATE_KINDS),
  ],
);

/** Every content that a template had. */
export const templateRevisions = pgTable(
  "template_revisions",
  {
    templateId: text("template_id").notNull(),
    revision: integer("revision").notNull(),
    content: jsonb("content").notNull(),
    createdBy: text("created_by"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ name: "template_revisions_pkey", columns: [t.templateId, t.revision] })],
);

/** Which template holds which shared block. */
export const templateUses = pgTable(
  "template_uses",
  { templateId: text("template_id").notNull(), usesId: text("uses_id").notNull() },
  (t) => [primaryKey({ name: "template_uses_pkey", columns: [t.templateId, t.usesId] }), index("template_uses_uses_idx").on(t.usesId)],
);

/** A message to everybody in an audience, once. */
export const broadcasts = pgTable(
  "broadcasts",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    status: choice("status", BROADCAST_STATUSES).notNull().default("draft"),
    /** Audience, arms, schedule ... (domain/broadcasts model); fixed once it was launched. */
    definition: jsonb("definition").notNull(),
    revision: integer("revision").notNull().default(1),
    /** The campaign under which its links are counted. */
    campaignId: text("campaign_id"),
    /** Messages are due from then on. */
    startsAt: at("starts_at"),
    launchedAt: at("launched_at"),
    launchedBy: text("launched_by"),
    pausedAt: at("paused_at"),
    finishedAt: at("finished_at"),
    /** People in the audience when it was launched; null: not counted yet. */
    audience: integer("audience"),
    /** Places given out since `planned_from`, for the throttle. */
    planned: integer("planned").notNull().default(0),
    plannedFrom: at("planned_from"),
    winner: text("winner"),
    winnerBecause: text("winner_because"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: at("archived_at"),
  },
  (t) => [
    index("broadcasts_open_idx")
      .on(t.startsAt)
      .where(sql`status in ('scheduled', 'sending')`),
    oneOf("broadcasts_status_check", t.status, BROADCAST_STATUSES),
  ],
);

/** The audience as it was at launch, and the arm of each person: planning walks over it, and nobody stands in it twice. */
export const broadcastPeople = pgTable(
  "broadcast_people",
  {
    profileId: integer("profile_id").notNull(),
    broadcastId: text("broadcast_id").notNull(),
    /** Null until the winner is known. */
    arm: text("arm"),
    heldOut: boolean("held_out").notNull().default(false),
    /** False: got the winner, without having been drawn for an arm. */
    tested: boolean("tested").notNull().default(true),
    planned: boolean("planned").notNull().default(false),
  },
  (t) => [
    primaryKey({ name: "broadcast_people_pkey", columns: [t.broadcastId, t.profileId] }),
    index("broadcast_people_profile_idx").on(t.profileId),
    index("broadcast_people_todo_idx")
      .on(t.broadcastId, t.profileId)
      .where(sql`not planned`),
  ],
);
