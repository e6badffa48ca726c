-- What SQL conditions of segments may read: people (canonical), what happened to them, and nothing else. No identifier
-- values, no names of members. docs/segments.md describes the columns.
CREATE SCHEMA IF NOT EXISTS "segment_sql";
--> statement-breakpoint
CREATE OR REPLACE VIEW "segment_sql"."people" AS
SELECT "id" AS "profile_id", "known", "country", "city", "timezone", "traits", "first_seen_at", "last_seen_at", "event_count", "order_count", "revenue"
FROM "public"."profiles" WHERE "merged_into" IS NULL;
--> statement-breakpoint
CREATE OR REPLACE VIEW "segment_sql"."events" AS
SELECT coalesce(a."canonical_id", e."profile_id") AS "profile_id", t."name" AS "event", e."occurred_at", e."value", e."properties", e."context"
FROM "public"."events" e JOIN "public"."event_types" t ON t."id" = e."event_type"
LEFT JOIN "public"."profile_aliases" a ON a."profile_id" = e."profile_id" WHERE e."profile_id" > 0;
--> statement-breakpoint
CREATE OR REPLACE VIEW "segment_sql"."event_totals" AS
SELECT coalesce(a."canonical_id", s."profile_id") AS "profile_id", t."name" AS "event", s."count", s."value_sum", s."first_at", s."last_at"
FROM "public"."profile_event_stats" s JOIN "public"."event_types" t ON t."id" = s."event_type"
LEFT JOIN "public"."profile_aliases" a ON a."profile_id" = s."profile_id" WHERE s."profile_id" > 0;
--> statement-breakpoint
CREATE OR REPLACE VIEW "segment_sql"."identifiers" AS
SELECT coalesce(a."canonical_id", i."profile_id") AS "profile_id", i."type", i."first_seen_at", i."last_seen_at"
FROM "public"."identifiers" i LEFT JOIN "public"."profile_aliases" a ON a."profile_id" = i."profile_id";
--> statement-breakpoint
CREATE OR REPLACE VIEW "segment_sql"."accounts" AS
SELECT coalesce(a."canonical_id", l."profile_id") AS "profile_id", c."id" AS "account_id", c."name", c."traits"
FROM "public"."account_links" l JOIN "public"."accounts" c ON c."id" = l."account_id"
LEFT JOIN "public"."profile_aliases" a ON a."profile_id" = l."profile_id";
--> statement-breakpoint
CREATE OR REPLACE VIEW "segment_sql"."devices" AS
SELECT coalesce(a."canonical_id", d."profile_id") AS "profile_id", d."type", d."os", d."first_seen_at", d."last_seen_at"
FROM "public"."devices" d LEFT JOIN "public"."profile_aliases" a ON a."profile_id" = d."profile_id";
--> statement-breakpoint
CREATE OR REPLACE VIEW "segment_sql"."segment_members" AS
SELECT m."profile_id", s."key" AS "segment", m."entered_at"
FROM "public"."segment_members" m JOIN "public"."segments" s ON s."id" = m."segment_id" WHERE s."deleted_at" IS NULL;
