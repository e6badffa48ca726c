CREATE TABLE "list_uploads" (
	"id" text PRIMARY KEY NOT NULL,
	"list_id" text NOT NULL,
	"file_name" text NOT NULL,
	"mode" text NOT NULL,
	"identifier_type" text NOT NULL,
	"rows" integer NOT NULL,
	"matched" integer NOT NULL,
	"unmatched" integer NOT NULL,
	"invalid" integer NOT NULL,
	"changed" integer NOT NULL,
	"unmatched_sample" jsonb NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "list_uploads_mode_check" CHECK ("list_uploads"."mode" in ('add', 'replace', 'remove'))
);
--> statement-breakpoint
CREATE TABLE "lists" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"origin" text NOT NULL,
	"segment_id" text,
	"segment_version" integer,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "lists_origin_check" CHECK ("lists"."origin" in ('upload', 'snapshot'))
);
--> statement-breakpoint
CREATE TABLE "sql_lists" (
	"id" text PRIMARY KEY NOT NULL,
	"sql" text NOT NULL,
	"size" integer DEFAULT 0 NOT NULL,
	"computed_at" timestamp with time zone,
	"compute_ms" integer,
	"error" text,
	"tried_at" timestamp with time zone,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "segments" ADD COLUMN "check_sample" integer;--> statement-breakpoint
ALTER TABLE "segments" ADD COLUMN "check_people" jsonb;--> statement-breakpoint
CREATE INDEX "list_uploads_list_idx" ON "list_uploads" USING btree ("list_id","created_at");