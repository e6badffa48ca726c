import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { ROLES, USER_STATUSES } from "@/domain/access/model";
import { at, choice, createdAt, oneOf, updatedAt } from "./columns";

export { USER_STATUSES };

export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    /** NFKC, lower case: one function writes and looks up. */
    email: text("email").notNull(),
    name: text("name").notNull(),
    passwordHash: text("password_hash"),
    role: choice("role", ROLES).notNull(),
    seesPersonalData: boolean("sees_personal_data").notNull().default(true),
    status: choice("status", USER_STATUSES).notNull(),
    isDemo: boolean("is_demo").notNull().default(false),
    lastSignInAt: at("last_sign_in_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("users_email_key").on(t.email),
    oneOf("users_role_check", t.role, ROLES),
    oneOf("users_status_check", t.status, USER_STATUSES),
  ],
);

export const sessions = pgTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    /** sha256 of the session secret that the cookie's token carries. */
    sidHash: text("sid_hash").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    lastSeenAt: at("last_seen_at").notNull().defaultNow(),
    expiresAt: at("expires_at").notNull(),
    revokedAt: at("revoked_at"),
    /** When the second factor was given (or set up) in this session. */
    secondFactorAt: at("second_factor_at"),
    /** Client address and browser, shown in the list of sessions. */
    address: text("address"),
    userAgent: text("user_agent"),
  },
  (t) => [uniqueIndex("sessions_sid_hash_key").on(t.sidHash), index("sessions_user_id_idx").on(t.userId)],
);

/** Time-based one-time codes (RFC 6238) as second factor of a member. In force once confirmed by a first code. */
export const secondFactors = pgTable("second_factors", {
  userId: text("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  /** The shared secret, sealed with a key of the install's own (AES-256-GCM). */
  sealedSecret: text("sealed_secret").notNull(),
  confirmedAt: at("confirmed_at"),
  /** 30-second step of the newest code that was accepted: no code works twice. */
  lastStep: bigint("last_step", { mode: "number" }).notNull().default(0),
  createdAt: createdAt(),
});

/** One-time codes for whoever has lost the device. Stored as hashes. */
export const recoveryCodes = pgTable(
  "recovery_codes",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    codeHash: text("code_hash").notNull(),
    usedAt: at("used_at"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ name: "recovery_codes_pkey", columns: [t.userId, t.codeHash] })],
);

export const USER_TOKEN_KINDS = ["setup", "invite", "reset"] as const;

/** One-time links: set-up, invitation, password reset. Stored as sha256. */
export const userTokens = pgTable(
  "user_tokens",
  {
    tokenHash: text("token_hash").primaryKey(),
    kind: choice("kind", USER_TOKEN_KINDS).notNull(),
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
  },
  (t) => [index("user_tokens_user_id_idx").on(t.userId), oneOf("user_tokens_kind_check", t.kind, USER_TOKEN_KINDS)],
);

export const apiKeys = pgTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    keyHash: text("key_hash").notNull(),
    /** First characters and last four, for recognising a key. */
    prefix: text("prefix").notNull(),
    last4: text("last4").notNull(),
    scopes: text("scopes").array().notNull(),
    createdBy: text("created_by").references(() => users.id),
    createdAt: createdAt(),
    lastUsedAt: at("last_used_at"),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
  },
  (t) => [uniqueIndex("api_keys_key_hash_key").on(t.keyHash), index("api_keys_created_by_idx").on(t.createdBy)],
);

/** Fixed-window counters for throttling. */
export const buckets = pgTable(
  "buckets",
  { key: text("key").notNull(), windowStart: at("window_start").notNull(), n: integer("n").notNull() },
  (t) => [primaryKey({ name: "buckets_pkey", columns: [t.key, t.windowStart] })],
);

/** Settings of the install, one row a key ("company", "onboarding", "demo"). */
export const settings = pgTable("settings", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
  updatedAt: updatedAt(),
  updatedBy: text("updated_by"),
});

/** Saved views of tables: columns, filters, sort. */
export const savedViews = pgTable(
  "saved_views",
  {
    id: text("id").primaryKey(),
    area: text("area").notNull(),
    name: text("name").notNull(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    shared: boolean("shared").notNull().default(false),
    state: jsonb("state").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex("saved_views_owner_area_name_key").on(t.ownerId, t.area, t.name), index("saved_views_area_idx").on(t.area)],
);
