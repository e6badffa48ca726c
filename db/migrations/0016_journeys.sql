CREATE TABLE "frequency_caps" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"channels" text[] DEFAULT '{}' NOT NULL,
	"count" integer NOT NULL,
	"hours" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journey_cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"xid" "xid8" DEFAULT '0' NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journey_exposures" (
	"profile_id" integer NOT NULL,
	"journey_id" text NOT NULL,
	"node" text NOT NULL,
	"arm" text NOT NULL,
	"control" boolean NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "journey_exposures_pkey" PRIMARY KEY("profile_id","journey_id","node")
);
--> statement-breakpoint
CREATE TABLE "journey_moves" (
	"profile_id" integer NOT NULL,
	"id" bigserial NOT NULL,
	"run_id" bigint NOT NULL,
	"journey_id" text NOT NULL,
	"version" integer NOT NULL,
	"node" text NOT NULL,
	"visit" smallint NOT NULL,
	"branch" text,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "journey_moves_pkey" PRIMARY KEY("profile_id","id")
);
--> statement-breakpoint
CREATE TABLE "journey_refusals" (
	"profile_id" integer NOT NULL,
	"journey_id" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"times" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "journey_refusals_pkey" PRIMARY KEY("profile_id","journey_id","reason")
);
--> statement-breakpoint
CREATE TABLE "journey_runs" (
	"profile_id" integer NOT NULL,
	"id" bigserial NOT NULL,
	"journey_id" text NOT NULL,
	"version" integer NOT NULL,
	"entry_key" text DEFAULT '' NOT NULL,
	"entry_ref" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"node" text,
	"state" jsonb NOT NULL,
	"wake_at" timestamp with time zone,
	"entered_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"goal_at" timestamp with time zone,
	CONSTRAINT "journey_runs_pkey" PRIMARY KEY("profile_id","id"),
	CONSTRAINT "journey_runs_status_check" CHECK ("journey_runs"."status" in ('active', 'completed', 'exited', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "journey_versions" (
	"journey_id" text NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"note" text,
	"published_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "journey_versions_pkey" PRIMARY KEY("journey_id","version")
);
--> statement-breakpoint
CREATE TABLE "journeys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"status" text DEFAULT 'draft' NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"draft" jsonb NOT NULL,
	"draft_revision" integer DEFAULT 1 NOT NULL,
	"draft_by" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"owner_id" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "journeys_status_check" CHECK ("journeys"."status" in ('draft', 'live', 'paused', 'draining', 'archived'))
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"profile_id" integer NOT NULL,
	"id" bigserial NOT NULL,
	"idem_key" "bytea" NOT NULL,
	"journey_id" text,
	"version" integer,
	"run_id" bigint,
	"node" text,
	"visit" smallint,
	"broadcast_id" text,
	"channel" text NOT NULL,
	"template_id" text,
	"variant" text,
	"purpose_id" text,
	"topic_id" text,
	"transactional" boolean DEFAULT false NOT NULL,
	"priority" smallint DEFAULT 50 NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text NOT NULL,
	"outcome" text,
	"because" text,
	"due_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone,
	"lease_token" bigint DEFAULT 0 NOT NULL,
	"address" text,
	"provider_id" text,
	"content" jsonb,
	"error" text,
	CONSTRAINT "messages_pkey" PRIMARY KEY("profile_id","id"),
	CONSTRAINT "messages_channel_check" CHECK ("messages"."channel" in ('email', 'sms', 'push', 'web_push', 'in_app', 'webhook', 'slack')),
	CONSTRAINT "messages_state_check" CHECK ("messages"."state" in ('queued', 'review', 'sending', 'sent', 'not_sent'))
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"channel" text NOT NULL,
	"content" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "templates_channel_check" CHECK ("templates"."channel" in ('email', 'sms', 'push', 'web_push', 'in_app', 'webhook', 'slack'))
);
--> statement-breakpoint
CREATE INDEX "journey_exposures_node_idx" ON "journey_exposures" USING btree ("journey_id","node","at");--> statement-breakpoint
CREATE INDEX "journey_moves_run_idx" ON "journey_moves" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "journey_moves_node_idx" ON "journey_moves" USING btree ("journey_id","node","at");--> statement-breakpoint
CREATE UNIQUE INDEX "journey_runs_entry_key" ON "journey_runs" USING btree ("profile_id","journey_id","entry_ref");--> statement-breakpoint
CREATE INDEX "journey_runs_due_idx" ON "journey_runs" USING btree ("wake_at") WHERE status = 'active' and wake_at is not null;--> statement-breakpoint
CREATE INDEX "journey_runs_node_idx" ON "journey_runs" USING btree ("journey_id","node") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "journey_runs_journey_idx" ON "journey_runs" USING btree ("journey_id","entered_at");--> statement-breakpoint
CREATE INDEX "journeys_status_idx" ON "journeys" USING btree ("status");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_idem_key" ON "messages" USING btree ("profile_id","idem_key");--> statement-breakpoint
CREATE INDEX "messages_due_idx" ON "messages" USING btree ("due_at") WHERE state in ('queued', 'sending');--> statement-breakpoint
CREATE INDEX "messages_person_idx" ON "messages" USING btree ("profile_id","sent_at");--> statement-breakpoint
CREATE INDEX "messages_journey_idx" ON "messages" USING btree ("journey_id","node","created_at");--> statement-breakpoint
CREATE INDEX "messages_broadcast_idx" ON "messages" USING btree ("broadcast_id");--> statement-breakpoint
CREATE INDEX "messages_id_idx" ON "messages" USING btree ("id");--> statement-breakpoint
CREATE INDEX "templates_channel_idx" ON "templates" USING btree ("channel");