CREATE TABLE "consent_changes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"profile_id" integer NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "consent_config" (
	"name" text PRIMARY KEY NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	"blocked_xid" text,
	"blocked_inbox_id" bigint,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "consent_current" (
	"profile_id" integer NOT NULL,
	"key" text NOT NULL,
	"channel" text DEFAULT '' NOT NULL,
	"stream" text NOT NULL,
	"state" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"confirmed" boolean DEFAULT false NOT NULL,
	"inbox_id" bigint,
	"tcf_bits" integer,
	"tcf_vendors" integer[],
	"tcf_restricted" integer[],
	"fingerprint" text DEFAULT '' NOT NULL,
	"ledger_id" bigint NOT NULL,
	CONSTRAINT "consent_current_pkey" PRIMARY KEY("profile_id","key","channel","stream"),
	CONSTRAINT "consent_current_stream_check" CHECK ("consent_current"."stream" in ('explicit', 'signal')),
	CONSTRAINT "consent_current_state_check" CHECK ("consent_current"."state" in ('granted', 'denied', 'withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "consent_ledger" (
	"id" bigserial NOT NULL,
	"profile_id" integer NOT NULL,
	"key" text NOT NULL,
	"channel" text DEFAULT '' NOT NULL,
	"stream" text NOT NULL,
	"state" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"confirmed" boolean DEFAULT false NOT NULL,
	"inbox_id" bigint,
	"tcf_bits" integer,
	"tcf_vendors" integer[],
	"tcf_restricted" integer[],
	"fingerprint" text DEFAULT '' NOT NULL,
	"origin" text NOT NULL,
	"source_id" text,
	"message_id" text NOT NULL,
	"actor_id" text,
	"notice_hash" text,
	"locale" text,
	"proof" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "consent_ledger_pkey" PRIMARY KEY("profile_id","id"),
	CONSTRAINT "consent_ledger_stream_check" CHECK ("consent_ledger"."stream" in ('explicit', 'signal')),
	CONSTRAINT "consent_ledger_state_check" CHECK ("consent_ledger"."state" in ('granted', 'denied', 'withdrawn')),
	CONSTRAINT "consent_ledger_origin_check" CHECK ("consent_ledger"."origin" in ('consent_object', 'consent_event', 'tcf', 'gpp', 'gpc', 'subscription', 'import', 'form', 'banner', 'preference_centre', 'one_click', 'operator'))
);
--> statement-breakpoint
CREATE TABLE "consent_notices" (
	"purpose_id" text NOT NULL,
	"version" integer NOT NULL,
	"locale" text NOT NULL,
	"title" text NOT NULL,
	"text" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "consent_notices_pkey" PRIMARY KEY("purpose_id","version","locale")
);
--> statement-breakpoint
CREATE TABLE "consent_policies" (
	"purpose_id" text NOT NULL,
	"use_id" text NOT NULL,
	"rule" text NOT NULL,
	CONSTRAINT "consent_policies_pkey" PRIMARY KEY("purpose_id","use_id"),
	CONSTRAINT "consent_policies_rule_check" CHECK ("consent_policies"."rule" in ('basis', 'consent', 'block'))
);
--> statement-breakpoint
CREATE TABLE "consent_purpose_versions" (
	"purpose_id" text NOT NULL,
	"version" integer NOT NULL,
	"legal_basis" text NOT NULL,
	"channels" text[] NOT NULL,
	"regions" text[] DEFAULT '{}' NOT NULL,
	"categories" text[] DEFAULT '{}' NOT NULL,
	"tcf_purposes" integer[] DEFAULT '{}' NOT NULL,
	"us_opt_out" boolean DEFAULT false NOT NULL,
	"double_opt_in" boolean DEFAULT false NOT NULL,
	"valid_days" integer,
	"note" text,
	"published_at" timestamp with time zone,
	"published_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_purpose_versions_pkey" PRIMARY KEY("purpose_id","version"),
	CONSTRAINT "consent_purpose_versions_basis_check" CHECK ("consent_purpose_versions"."legal_basis" in ('consent', 'legitimate_interest', 'contract', 'legal_obligation'))
);
--> statement-breakpoint
CREATE TABLE "consent_purposes" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"status" text NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"listed" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_purposes_status_check" CHECK ("consent_purposes"."status" in ('draft', 'published', 'archived'))
);
--> statement-breakpoint
CREATE TABLE "consent_suppressions" (
	"type" text NOT NULL,
	"value" text NOT NULL,
	"channel" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"source_id" text,
	"actor_id" text,
	CONSTRAINT "consent_suppressions_pkey" PRIMARY KEY("type","value","channel"),
	CONSTRAINT "consent_suppressions_reason_check" CHECK ("consent_suppressions"."reason" in ('unsubscribed', 'complaint', 'bounced', 'manual'))
);
--> statement-breakpoint
CREATE TABLE "consent_uses" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"purpose_id" text,
	"tcf_vendor" integer,
	"position" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_uses_kind_check" CHECK ("consent_uses"."kind" in ('use', 'destination'))
);
--> statement-breakpoint
ALTER TABLE "consent_policies" ADD CONSTRAINT "consent_policies_purpose_id_consent_purposes_id_fk" FOREIGN KEY ("purpose_id") REFERENCES "public"."consent_purposes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consent_policies" ADD CONSTRAINT "consent_policies_use_id_consent_uses_id_fk" FOREIGN KEY ("use_id") REFERENCES "public"."consent_uses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consent_purpose_versions" ADD CONSTRAINT "consent_purpose_versions_purpose_id_consent_purposes_id_fk" FOREIGN KEY ("purpose_id") REFERENCES "public"."consent_purposes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consent_uses" ADD CONSTRAINT "consent_uses_purpose_id_consent_purposes_id_fk" FOREIGN KEY ("purpose_id") REFERENCES "public"."consent_purposes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "consent_changes_xid_idx" ON "consent_changes" USING btree ("xid");--> statement-breakpoint
CREATE INDEX "consent_changes_at_idx" ON "consent_changes" USING btree ("at");--> statement-breakpoint
CREATE INDEX "consent_current_key_idx" ON "consent_current" USING btree ("key","at");--> statement-breakpoint
CREATE INDEX "consent_current_expires_idx" ON "consent_current" USING btree ("expires_at") WHERE expires_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "consent_ledger_message_key" ON "consent_ledger" USING btree ("profile_id","message_id","key","channel","stream");--> statement-breakpoint
CREATE INDEX "consent_ledger_recorded_idx" ON "consent_ledger" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "consent_ledger_id_idx" ON "consent_ledger" USING btree ("id");--> statement-breakpoint
CREATE INDEX "consent_notices_hash_idx" ON "consent_notices" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "consent_policies_use_idx" ON "consent_policies" USING btree ("use_id");--> statement-breakpoint
CREATE INDEX "consent_uses_purpose_idx" ON "consent_uses" USING btree ("purpose_id");--> statement-breakpoint
-- Everything below is written by hand: what the schema files cannot say, and the purposes a new install begins with.
ALTER TABLE "consent_current" SET (fillfactor = 85);--> statement-breakpoint
-- The ledger can only grow. Erasure and the removal of demo data say so for their transaction.
CREATE FUNCTION "consent_ledger_refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('tributary.consent_erasure', true) = 'on' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'consent_ledger is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;--> statement-breakpoint
CREATE TRIGGER "consent_ledger_append_only" BEFORE UPDATE OR DELETE ON "consent_ledger" FOR EACH ROW EXECUTE FUNCTION "consent_ledger_refuse_change"();--> statement-breakpoint
INSERT INTO "consent_config" ("name") VALUES ('main');--> statement-breakpoint
INSERT INTO "consent_purposes" ("id", "name", "description", "status", "version", "position", "listed") VALUES
  ('service', 'Service and support', 'Doing what the person asked for: orders, deliveries, accounts, answers.', 'published', 1, 1, false),
  ('email_marketing', 'E-mail marketing', 'News and offers by e-mail.', 'published', 1, 2, true),
  ('sms_marketing', 'SMS marketing', 'News and offers by SMS.', 'published', 1, 3, true),
  ('push_marketing', 'Push messages', 'News and offers as push messages.', 'published', 1, 4, true),
  ('analytics', 'Analytics', 'Learning how the website, the apps and the shop are used.', 'published', 1, 5, true),
  ('personalisation', 'Personalisation and profiling', 'Showing content and offers that fit the person.', 'published', 1, 6, true),
  ('advertising', 'Advertising', 'Showing ads that fit the person on other websites and apps, and audiences for them.', 'published', 1, 7, true),
  ('ad_measurement', 'Measurement of advertising', 'Finding out which ads led to a purchase.', 'published', 1, 8, true),
  ('sale_or_sharing', 'Sale or sharing', 'Passing data on to others in the sense of US state laws.', 'published', 1, 9, true);--> statement-breakpoint
INSERT INTO "consent_purpose_versions" ("purpose_id", "version", "legal_basis", "channels", "categories", "tcf_purposes", "us_opt_out", "published_at") VALUES
  ('service', 1, 'contract', '{email,sms,push,whatsapp,web,mail,phone}', '{}', '{}', false, now()),
  ('email_marketing', 1, 'consent', '{email}', '{subscription:email}', '{}', false, now()),
  ('sms_marketing', 1, 'consent', '{sms}', '{subscription:sms}', '{}', false, now()),
  ('push_marketing', 1, 'consent', '{push}', '{}', '{}', false, now()),
  ('analytics', 1, 'consent', '{web}', '{analytics}', '{8,9}', false, now()),
  ('personalisation', 1, 'consent', '{web}', '{personalisation,personalization}', '{5,6}', false, now()),
  ('advertising', 1, 'consent', '{web}', '{advertising,marketing}', '{1,3,4}', true, now()),
  ('ad_measurement', 1, 'consent', '{web}', '{advertising,marketing}', '{1,7}', true, now()),
  ('sale_or_sharing', 1, 'legitimate_interest', '{web}', '{datasharing,data_sharing}', '{}', true, now());--> statement-breakpoint
INSERT INTO "consent_notices" ("purpose_id", "version", "locale", "title", "text", "hash")
  SELECT "id", 1, 'en', "name", "description", encode(sha256(convert_to("name" || E'\n' || "description", 'UTF8')), 'hex') FROM "consent_purposes";--> statement-breakpoint
INSERT INTO "consent_uses" ("id", "name", "kind", "purpose_id", "position") VALUES
  ('messages', 'Messages to people', 'use', NULL, 1),
  ('export', 'Lists of people as files', 'use', 'service', 2),
  ('segment_export', 'Members of a segment as a file', 'use', 'service', 3),
  ('profile_api', 'Profile API', 'use', 'service', 4),
  ('destinations', 'Destinations in general', 'use', NULL, 5),
  ('audiences', 'Ad audiences', 'use', 'advertising', 6),
  ('personalisation', 'Personalisation on site', 'use', 'personalisation', 7),
  ('id_sync', 'Exchange of ids with partners', 'use', 'advertising', 8),
  ('training', 'Training of models', 'use', 'analytics', 9),
  ('reports', 'Reports that list people', 'use', 'service', 10);
