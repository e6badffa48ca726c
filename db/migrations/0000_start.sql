CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE SEQUENCE "public"."inbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"key_hash" text NOT NULL,
	"prefix" text NOT NULL,
	"last4" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "buckets" (
	"key" text NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"n" integer NOT NULL,
	CONSTRAINT "buckets_pkey" PRIMARY KEY("key","window_start")
);
--> statement-breakpoint
CREATE TABLE "saved_views" (
	"id" text PRIMARY KEY NOT NULL,
	"area" text NOT NULL,
	"name" text NOT NULL,
	"owner_id" text NOT NULL,
	"shared" boolean DEFAULT false NOT NULL,
	"state" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"sid_hash" text NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"address" text,
	"user_agent" text
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_by" text
);
--> statement-breakpoint
CREATE TABLE "user_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"user_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "user_tokens_kind_check" CHECK ("user_tokens"."kind" in ('setup', 'invite', 'reset'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"role" text NOT NULL,
	"sees_personal_data" boolean DEFAULT true NOT NULL,
	"status" text NOT NULL,
	"is_demo" boolean DEFAULT false NOT NULL,
	"last_sign_in_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_role_check" CHECK ("users"."role" in ('admin', 'marketer', 'manager')),
	CONSTRAINT "users_status_check" CHECK ("users"."status" in ('active', 'invited', 'disabled'))
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"action" text NOT NULL,
	"object_type" text NOT NULL,
	"object_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"detail" jsonb,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "daily_event_counts" (
	"day" timestamp with time zone NOT NULL,
	"source_id" text NOT NULL,
	"event_type" integer NOT NULL,
	"n" bigint NOT NULL,
	"value_sum" numeric(20, 4) NOT NULL,
	CONSTRAINT "daily_event_counts_pkey" PRIMARY KEY("day","source_id","event_type")
);
--> statement-breakpoint
CREATE TABLE "event_types" (
	"id" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"profile_id" integer NOT NULL,
	"event_type" integer NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"value" numeric(16, 4),
	"id" bigint NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"source_id" text NOT NULL,
	"message_id" text NOT NULL,
	"session_id" text,
	"properties" jsonb NOT NULL,
	"context" jsonb NOT NULL,
	CONSTRAINT "events_pkey" PRIMARY KEY("profile_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "inbox" (
	"id" bigint DEFAULT nextval('inbox_id_seq') NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"source_id" text NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "inbox_pkey" PRIMARY KEY("id","received_at")
) PARTITION BY RANGE ("received_at");
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "jobs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"fair_key" text DEFAULT '' NOT NULL,
	"key" text,
	"payload" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"run_at" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer DEFAULT 12 NOT NULL,
	"status" text DEFAULT 'ready' NOT NULL,
	"lease_until" timestamp with time zone,
	"lease_owner" text,
	"lease_token" bigint DEFAULT 0 NOT NULL,
	"progress" jsonb,
	"last_error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"hidden" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "message_keys" (
	"h" uuid PRIMARY KEY NOT NULL,
	"body_hash" bigint NOT NULL,
	"received_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "processing_cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"xid" "xid8" NOT NULL,
	"inbox_id" bigint NOT NULL,
	"epoch" bigint DEFAULT 0 NOT NULL,
	"next_profile_id" integer DEFAULT 1 NOT NULL,
	"processed" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "profile_event_stats" (
	"profile_id" integer NOT NULL,
	"event_type" integer NOT NULL,
	"count" bigint NOT NULL,
	"value_sum" numeric(20, 4) NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "profile_event_stats_pkey" PRIMARY KEY("profile_id","event_type")
);
--> statement-breakpoint
CREATE TABLE "seen_properties" (
	"kind" text NOT NULL,
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"types" jsonb NOT NULL,
	"source_ids" text[] NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "seen_properties_pkey" PRIMARY KEY("kind","scope","key")
);
--> statement-breakpoint
CREATE TABLE "account_links" (
	"profile_id" integer NOT NULL,
	"account_id" text NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"source_id" text NOT NULL,
	"message_id" text NOT NULL,
	CONSTRAINT "account_links_pkey" PRIMARY KEY("profile_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"traits" jsonb NOT NULL,
	"meta" jsonb NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "blocked_hits" (
	"type" text NOT NULL,
	"value" text NOT NULL,
	"day" timestamp with time zone NOT NULL,
	"n" integer NOT NULL,
	CONSTRAINT "blocked_hits_pkey" PRIMARY KEY("type","value","day")
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"profile_id" integer NOT NULL,
	"device_key" text NOT NULL,
	"type" text,
	"name" text,
	"os" text,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"event_count" bigint NOT NULL,
	CONSTRAINT "devices_pkey" PRIMARY KEY("profile_id","device_key")
);
--> statement-breakpoint
CREATE TABLE "identifiers" (
	"type" text NOT NULL,
	"value" text NOT NULL,
	"profile_id" integer NOT NULL,
	"raw" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"source_id" text NOT NULL,
	"message_id" text NOT NULL,
	"event_id" bigint NOT NULL,
	CONSTRAINT "identifiers_pkey" PRIMARY KEY("type","value"),
	CONSTRAINT "identifiers_status_check" CHECK ("identifiers"."status" in ('active', 'shared', 'no_merge', 'quarantined'))
);
--> statement-breakpoint
CREATE TABLE "identity_notes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "identity_notes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"code" text NOT NULL,
	"type" text,
	"value" text,
	"profile_id" integer,
	"other_profile_id" integer,
	"event_id" bigint,
	"source_id" text,
	"message_id" text,
	"detail" jsonb
);
--> statement-breakpoint
CREATE TABLE "identity_operations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "identity_operations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"after_xid" text NOT NULL,
	"after_inbox_id" bigint NOT NULL,
	"operation" jsonb NOT NULL,
	"actor_id" text
);
--> statement-breakpoint
CREATE TABLE "identity_rules" (
	"version" integer PRIMARY KEY NOT NULL,
	"rules" jsonb NOT NULL,
	"note" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text
);
--> statement-breakpoint
CREATE TABLE "merges" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"survivor_id" integer NOT NULL,
	"loser_id" integer NOT NULL,
	"survivor_fragment" integer NOT NULL,
	"loser_fragment" integer NOT NULL,
	"cause" text NOT NULL,
	"event_id" bigint,
	"message_id" text,
	"source_id" text,
	"evidence" jsonb NOT NULL,
	"rules_version" integer NOT NULL,
	"actor_id" text,
	"undone_at" timestamp with time zone,
	"undone_by" text,
	"undone_reason" text,
	CONSTRAINT "merges_cause_check" CHECK ("merges"."cause" in ('event', 'alias', 'operator'))
);
--> statement-breakpoint
CREATE TABLE "never_merge" (
	"low_id" integer NOT NULL,
	"high_id" integer NOT NULL,
	"merge_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text,
	CONSTRAINT "never_merge_pkey" PRIMARY KEY("low_id","high_id")
);
--> statement-breakpoint
CREATE TABLE "profile_aliases" (
	"profile_id" integer PRIMARY KEY NOT NULL,
	"canonical_id" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "profile_search" (
	"profile_id" integer PRIMARY KEY NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "profile_traits" (
	"profile_id" integer PRIMARY KEY NOT NULL,
	"traits" jsonb NOT NULL,
	"meta" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "profiles" (
	"id" integer PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"merged_into" integer,
	"known" boolean DEFAULT false NOT NULL,
	"name" text,
	"email" text,
	"phone" text,
	"country" text,
	"city" text,
	"timezone" text,
	"traits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"event_count" bigint DEFAULT 0 NOT NULL,
	"order_count" integer DEFAULT 0 NOT NULL,
	"revenue" numeric(20, 4) DEFAULT '0' NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "collect_tallies" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"source_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"accepted" integer NOT NULL,
	"duplicates" integer NOT NULL,
	"rejected" integer NOT NULL,
	"conflicts" integer DEFAULT 0 NOT NULL,
	"warnings" integer DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" text PRIMARY KEY NOT NULL,
	"source_id" text NOT NULL,
	"file_name" text NOT NULL,
	"file_bytes" bigint DEFAULT 0 NOT NULL,
	"kind" text,
	"status" text NOT NULL,
	"detected" jsonb,
	"mapping" jsonb,
	"preview" jsonb,
	"result" jsonb,
	"bytes_done" bigint DEFAULT 0 NOT NULL,
	"rows_done" bigint DEFAULT 0 NOT NULL,
	"rows_rejected" bigint DEFAULT 0 NOT NULL,
	"error" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"lease_until" timestamp with time zone,
	CONSTRAINT "imports_status_check" CHECK ("imports"."status" in ('uploading', 'ready', 'checking', 'checked', 'running', 'done', 'failed', 'cancelled')),
	CONSTRAINT "imports_kind_check" CHECK ("imports"."kind" in ('people', 'events', 'transactions'))
);
--> statement-breakpoint
CREATE TABLE "refused_requests" (
	"source_id" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"code" text NOT NULL,
	"n" integer NOT NULL,
	CONSTRAINT "refused_requests_pkey" PRIMARY KEY("source_id","hour","code")
);
--> statement-breakpoint
CREATE TABLE "rejected_messages" (
	"id" text PRIMARY KEY NOT NULL,
	"source_id" text NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"stage" text NOT NULL,
	"code" text NOT NULL,
	"field" text,
	"message" text NOT NULL,
	"message_id" text,
	"sample" text NOT NULL,
	"sample_cut" boolean DEFAULT false NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"status_reason" text,
	"status_at" timestamp with time zone,
	CONSTRAINT "rejected_messages_stage_check" CHECK ("rejected_messages"."stage" in ('collect', 'process', 'import')),
	CONSTRAINT "rejected_messages_code_check" CHECK ("rejected_messages"."code" in ('no_user_anon_id', 'missing_event', 'unknown_type', 'invalid_field', 'event_too_large', 'message_id_too_long', 'too_deep', 'too_many_keys', 'suppressed', 'blocked_by_plan', 'unprocessable')),
	CONSTRAINT "rejected_messages_status_check" CHECK ("rejected_messages"."status" in ('open', 'replayed', 'discarded'))
);
--> statement-breakpoint
CREATE TABLE "source_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"source_id" text NOT NULL,
	"key_hash" text NOT NULL,
	"prefix" text NOT NULL,
	"last4" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"status" text DEFAULT 'enabled' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"is_demo" boolean DEFAULT false NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sources_type_check" CHECK ("sources"."type" in ('website', 'mobile', 'server', 'crm', 'email', 'pos', 'support', 'iot', 'csv')),
	CONSTRAINT "sources_status_check" CHECK ("sources"."status" in ('enabled', 'disabled'))
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_tokens" ADD CONSTRAINT "user_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_keys" ADD CONSTRAINT "source_keys_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "api_keys_created_by_idx" ON "api_keys" USING btree ("created_by");--> statement-breakpoint
CREATE UNIQUE INDEX "saved_views_owner_area_name_key" ON "saved_views" USING btree ("owner_id","area","name");--> statement-breakpoint
CREATE INDEX "saved_views_area_idx" ON "saved_views" USING btree ("area");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_sid_hash_key" ON "sessions" USING btree ("sid_hash");--> statement-breakpoint
CREATE INDEX "sessions_user_id_idx" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "user_tokens_user_id_idx" ON "user_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_log_id_key" ON "audit_log" USING btree ("id");--> statement-breakpoint
CREATE INDEX "audit_log_object_idx" ON "audit_log" USING btree ("object_type","object_id","seq");--> statement-breakpoint
CREATE INDEX "audit_log_actor_idx" ON "audit_log" USING btree ("actor_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "event_types_name_key" ON "event_types" USING btree ("name");--> statement-breakpoint
CREATE INDEX "events_type_time_idx" ON "events" USING btree ("event_type","occurred_at") INCLUDE ("profile_id","value");--> statement-breakpoint
CREATE INDEX "inbox_xid_id_idx" ON "inbox" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "jobs_ready_idx" ON "jobs" USING btree ("priority","run_at","id") WHERE status = 'ready';--> statement-breakpoint
CREATE INDEX "jobs_leased_idx" ON "jobs" USING btree ("lease_until") WHERE status = 'leased';--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_singleton_key" ON "jobs" USING btree ("kind","key") WHERE status in ('ready', 'leased') and key is not null;--> statement-breakpoint
CREATE INDEX "message_keys_received_at_idx" ON "message_keys" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "account_links_account_idx" ON "account_links" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "identifiers_profile_idx" ON "identifiers" USING btree ("profile_id","type");--> statement-breakpoint
CREATE INDEX "identity_notes_code_at_idx" ON "identity_notes" USING btree ("code","at");--> statement-breakpoint
CREATE INDEX "identity_notes_profile_idx" ON "identity_notes" USING btree ("profile_id");--> statement-breakpoint
CREATE INDEX "identity_operations_position_idx" ON "identity_operations" USING btree ("after_inbox_id");--> statement-breakpoint
CREATE INDEX "merges_survivor_idx" ON "merges" USING btree ("survivor_fragment");--> statement-breakpoint
CREATE INDEX "merges_loser_idx" ON "merges" USING btree ("loser_fragment");--> statement-breakpoint
CREATE INDEX "merges_at_idx" ON "merges" USING btree ("at");--> statement-breakpoint
CREATE INDEX "never_merge_high_idx" ON "never_merge" USING btree ("high_id");--> statement-breakpoint
CREATE INDEX "profile_aliases_canonical_idx" ON "profile_aliases" USING btree ("canonical_id");--> statement-breakpoint
CREATE INDEX "profile_search_text_idx" ON "profile_search" USING gin ("text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "profiles_merged_into_idx" ON "profiles" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "profiles_last_seen_idx" ON "profiles" USING btree ("last_seen_at" DESC NULLS LAST,"id" DESC NULLS LAST) WHERE merged_into is null;--> statement-breakpoint
CREATE INDEX "profiles_revenue_idx" ON "profiles" USING btree ("revenue" DESC NULLS LAST,"id" DESC NULLS LAST) WHERE merged_into is null;--> statement-breakpoint
CREATE INDEX "collect_tallies_source_at_idx" ON "collect_tallies" USING btree ("source_id","at");--> statement-breakpoint
CREATE INDEX "imports_source_id_idx" ON "imports" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "imports_status_idx" ON "imports" USING btree ("status");--> statement-breakpoint
CREATE INDEX "rejected_messages_source_idx" ON "rejected_messages" USING btree ("source_id","status","received_at");--> statement-breakpoint
CREATE INDEX "rejected_messages_received_idx" ON "rejected_messages" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "source_keys_key_hash_key" ON "source_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "source_keys_source_id_idx" ON "source_keys" USING btree ("source_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sources_name_key" ON "sources" USING btree ("name");--> statement-breakpoint
CREATE INDEX "sources_created_by_idx" ON "sources" USING btree ("created_by");--> statement-breakpoint
-- Everything below is written by hand: what the schema files cannot say.
-- Partitions are added by domain/events/partitions.ts (inbox by day, events by month); these two catch the rest.
CREATE TABLE "inbox_default" PARTITION OF "inbox" DEFAULT;--> statement-breakpoint
CREATE TABLE "events_before_2005" PARTITION OF "events" FOR VALUES FROM (MINVALUE) TO ('2005-01-01 00:00:00+00');--> statement-breakpoint
ALTER TABLE "profiles" SET (fillfactor = 85);--> statement-breakpoint
ALTER TABLE "profile_event_stats" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "jobs" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);--> statement-breakpoint
INSERT INTO "processing_cursors" ("name", "xid", "inbox_id") VALUES ('main', '0', 0);--> statement-breakpoint
-- The audit log can only grow.
CREATE FUNCTION "audit_log_refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;--> statement-breakpoint
CREATE TRIGGER "audit_log_append_only" BEFORE UPDATE OR DELETE ON "audit_log" FOR EACH ROW EXECUTE FUNCTION "audit_log_refuse_change"();--> statement-breakpoint
CREATE TRIGGER "audit_log_no_truncate" BEFORE TRUNCATE ON "audit_log" FOR EACH STATEMENT EXECUTE FUNCTION "audit_log_refuse_change"();
