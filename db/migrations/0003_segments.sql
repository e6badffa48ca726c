CREATE TABLE "list_members" (
	"list_id" text NOT NULL,
	"profile_id" integer NOT NULL,
	"added_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "list_members_pkey" PRIMARY KEY("list_id","profile_id")
);
--> statement-breakpoint
CREATE TABLE "segment_due" (
	"segment_id" text NOT NULL,
	"profile_id" integer NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	CONSTRAINT "segment_due_pkey" PRIMARY KEY("segment_id","profile_id")
);
--> statement-breakpoint
CREATE TABLE "segment_members" (
	"segment_id" text NOT NULL,
	"profile_id" integer NOT NULL,
	"entered_at" timestamp with time zone NOT NULL,
	CONSTRAINT "segment_members_pkey" PRIMARY KEY("segment_id","profile_id")
);
--> statement-breakpoint
CREATE TABLE "segment_references" (
	"segment_id" text NOT NULL,
	"uses_id" text NOT NULL,
	CONSTRAINT "segment_references_pkey" PRIMARY KEY("segment_id","uses_id")
);
--> statement-breakpoint
CREATE TABLE "segment_sizes" (
	"segment_id" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"size" integer NOT NULL,
	"entered" integer NOT NULL,
	"left" integer NOT NULL,
	CONSTRAINT "segment_sizes_pkey" PRIMARY KEY("segment_id","hour")
);
--> statement-breakpoint
CREATE TABLE "segment_transitions" (
	"id" bigserial NOT NULL,
	"profile_id" integer NOT NULL,
	"segment_id" text NOT NULL,
	"version" integer NOT NULL,
	"entered" boolean NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"cause" text NOT NULL,
	"event_id" bigint,
	CONSTRAINT "segment_transitions_pkey" PRIMARY KEY("profile_id","id"),
	CONSTRAINT "segment_transitions_cause_check" CHECK ("segment_transitions"."cause" in ('event', 'time', 'edit', 'merge', 'first', 'import'))
);
--> statement-breakpoint
CREATE TABLE "segment_versions" (
	"segment_id" text NOT NULL,
	"version" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"sentence" text NOT NULL,
	"note" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "segment_versions_pkey" PRIMARY KEY("segment_id","version")
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"folder" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"owner_id" text,
	"size" integer DEFAULT 0 NOT NULL,
	"size_at" timestamp with time zone,
	"compute_ms" integer,
	"progress" jsonb,
	"error" text,
	"checked_at" timestamp with time zone,
	"check_difference" integer,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "segments_kind_check" CHECK ("segments"."kind" in ('dynamic', 'static')),
	CONSTRAINT "segments_status_check" CHECK ("segments"."status" in ('draft', 'preparing', 'live', 'failed', 'disabled'))
);
--> statement-breakpoint
CREATE INDEX "list_members_profile_idx" ON "list_members" USING btree ("profile_id");--> statement-breakpoint
CREATE INDEX "segment_due_at_idx" ON "segment_due" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "segment_members_profile_idx" ON "segment_members" USING btree ("profile_id");--> statement-breakpoint
CREATE INDEX "segment_references_uses_idx" ON "segment_references" USING btree ("uses_id");--> statement-breakpoint
CREATE INDEX "segment_transitions_segment_idx" ON "segment_transitions" USING btree ("segment_id","at");--> statement-breakpoint
CREATE INDEX "segment_transitions_id_idx" ON "segment_transitions" USING btree ("id");--> statement-breakpoint
CREATE UNIQUE INDEX "segments_key_key" ON "segments" USING btree ("key");--> statement-breakpoint
CREATE INDEX "segments_status_idx" ON "segments" USING btree ("status");