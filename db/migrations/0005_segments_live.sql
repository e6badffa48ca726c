CREATE TABLE "profile_changes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"profile_id" integer NOT NULL,
	"merged" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "segment_cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"change_id" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "segment_due" ADD COLUMN "cause" text DEFAULT 'time' NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_due" ADD CONSTRAINT "segment_due_cause_check" CHECK ("segment_due"."cause" in ('event', 'time', 'edit', 'merge', 'first', 'import'));