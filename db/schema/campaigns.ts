import { sql } from "drizzle-orm";
import { bigint, bigserial, date, index, integer, numeric, pgTable, primaryKey, serial, text, uniqueIndex } from "drizzle-orm/pg-core";
import { CAMPAIGN_GOALS, CAMPAIGN_ORIGINS, TOUCH_KINDS } from "@/domain/campaigns/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";
import { xid8 } from "./events";

/** The registry of campaigns: what touches and costs are counted under. */
export const campaigns = pgTable(
  "campaigns",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    /** utm_campaign in lower case: touches that carry it belong here. */
    utmCampaign: text("utm_campaign"),
    /** Id on the ad platform, or utm_id. */
    externalId: text("external_id"),
    channel: text("channel").notNull(),
    source: text("source").notNull().default(""),
    medium: text("medium").notNull().default(""),
    goal: choice("goal", CAMPAIGN_GOALS).notNull().default("conversion"),
    ownerId: text("owner_id"),
    budget: numeric("budget", { precision: 16, scale: 2 }),
    currency: text("currency").notNull(),
    startsOn: date("starts_on"),
    endsOn: date("ends_on"),
    origin: choice("origin", CAMPAIGN_ORIGINS).notNull().default("manual"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: at("archived_at"),
  },
  (t) => [
    uniqueIndex("campaigns_utm_campaign_key")
      .on(t.utmCampaign)
      .where(sql`archived_at is null`),
    uniqueIndex("campaigns_external_id_key")
      .on(t.externalId)
      .where(sql`archived_at is null`),
    oneOf("campaigns_goal_check", t.goal, CAMPAIGN_GOALS),
    oneOf("campaigns_origin_check", t.origin, CAMPAIGN_ORIGINS),
  ],
);

/**
 * Dictionary of where touches came from; many touches share one. `channel` and `campaign_id` follow from the texts by
 * rules and registry, and are written anew when those change. Small beside the touches.
 */
export const touchOrigins = pgTable(
  "touch_origins",
  {
    id: serial("id").primaryKey(),
    /** sha256 of the texts: they are too long together for an index entry. */
    hash: text("hash").notNull(),
    kind: choice("kind", TOUCH_KINDS).notNull(),
    source: text("source").notNull(),
    medium: text("medium").notNull(),
    campaign: text("campaign").notNull(),
    campaignRef: text("campaign_ref").notNull(),
    content: text("content").notNull(),
    term: text("term").notNull(),
    clickId: text("click_id").notNull(),
    referrer: text("referrer").notNull(),
    channel: text("channel").notNull(),
    campaignId: text("campaign_id"),
  },
  (t) => [
    uniqueIndex("touch_origins_hash_key").on(t.hash),
    index("touch_origins_campaign_id_idx").on(t.campaignId),
    oneOf("touch_origins_kind_check", t.kind, TOUCH_KINDS),
  ],
);

/** Touchpoints: derived from events, by the fragment that the event belongs to. Can be thrown away and made again. */
export const touchpoints = pgTable(
  "touchpoints",
  {
    profileId: integer("profile_id").notNull(),
    occurredAt: at("occurred_at").notNull(),
    eventId: bigint("event_id", { mode: "number" }).notNull(),
    originId: integer("origin_id").notNull(),
  },
  (t) => [
    primaryKey({ name: "touchpoints_pkey", columns: [t.profileId, t.occurredAt, t.eventId] }),
    index("touchpoints_occurred_at_idx").on(t.occurredAt, t.originId),
  ],
);

/** Up to which message touchpoints were derived: one row ("main"). */
export const touchCursors = pgTable("touch_cursors", {
  name: text("name").primaryKey(),
  xid: xid8("xid").notNull().default("0"),
  inboxId: bigint("inbox_id", { mode: "number" }).notNull().default(0),
  /** Epoch of the processing cursor that was last seen: another one means that identity was changed by hand. */
  epoch: bigint("epoch", { mode: "number" }).notNull().default(0),
  updatedAt: updatedAt(),
});

/** What campaigns cost, per day and as deep as the platform's report goes. Empty text: the report does not say. */
export const campaignCosts = pgTable(
  "campaign_costs",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    day: date("day").notNull(),
    campaignId: text("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    adSet: text("ad_set").notNull().default(""),
    ad: text("ad").notNull().default(""),
    keyword: text("keyword").notNull().default(""),
    amount: numeric("amount", { precision: 16, scale: 4 }).notNull(),
    currency: text("currency").notNull(),
    impressions: bigint("impressions", { mode: "number" }).notNull().default(0),
    clicks: bigint("clicks", { mode: "number" }).notNull().default(0),
    /** Who said so: a preset of an ad platform's export, "manual", "api" or "demo". */
    origin: text("origin").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("campaign_costs_line_key").on(t.day, t.campaignId, t.adSet, t.ad, t.keyword),
    index("campaign_costs_campaign_id_idx").on(t.campaignId, t.day),
  ],
);
