CREATE TABLE "broadcast_people" (
	"profile_id" integer NOT NULL,
	"broadcast_id" text NOT NULL,
	"arm" text,
	"held_out" boolean DEFAULT false NOT NULL,
	"planned" boolean DEFAULT false NOT NULL,
	CONSTRAINT "broadcast_people_pkey" PRIMARY KEY("broadcast_id","profile_id")
);
--> statement-breakpoint
CREATE TABLE "broadcasts" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"definition" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"campaign_id" text,
	"starts_at" timestamp with time zone,
	"launched_at" timestamp with time zone,
	"launched_by" text,
	"paused_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"audience" integer,
	"planned" integer DEFAULT 0 NOT NULL,
	"winner" text,
	"winner_because" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "broadcasts_status_check" CHECK ("broadcasts"."status" in ('draft', 'scheduled', 'sending', 'paused', 'done', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "template_revisions" (
	"template_id" text NOT NULL,
	"revision" integer NOT NULL,
	"content" jsonb NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "template_revisions_pkey" PRIMARY KEY("template_id","revision")
);
--> statement-breakpoint
CREATE TABLE "template_uses" (
	"template_id" text NOT NULL,
	"uses_id" text NOT NULL,
	CONSTRAINT "template_uses_pkey" PRIMARY KEY("template_id","uses_id")
);
--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "description" text;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "kind" text DEFAULT 'message' NOT NULL;--> statement-breakpoint
CREATE INDEX "broadcast_people_profile_idx" ON "broadcast_people" USING btree ("profile_id");--> statement-breakpoint
CREATE INDEX "broadcast_people_todo_idx" ON "broadcast_people" USING btree ("broadcast_id","profile_id") WHERE not planned;--> statement-breakpoint
CREATE INDEX "broadcasts_open_idx" ON "broadcasts" USING btree ("starts_at") WHERE status in ('scheduled', 'sending');--> statement-breakpoint
CREATE INDEX "template_uses_uses_idx" ON "template_uses" USING btree ("uses_id");--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_kind_check" CHECK ("templates"."kind" in ('message', 'block'));