CREATE SEQUENCE "public"."event_block_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "event_block_columns" (
	"block_id" bigint NOT NULL,
	"name" text NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "event_block_columns_pkey" PRIMARY KEY("block_id","name")
);
--> statement-breakpoint
CREATE TABLE "event_block_dirty" (
	"profile_id" integer PRIMARY KEY NOT NULL,
	"mark" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_block_holes" (
	"id" bigint PRIMARY KEY NOT NULL,
	"event_type" integer NOT NULL,
	"from_ms" bigint NOT NULL,
	"from_id" bigint NOT NULL,
	"to_ms" bigint NOT NULL,
	"to_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_block_types" (
	"event_type" integer PRIMARY KEY NOT NULL,
	"closed_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_block_wants" (
	"event_type" integer NOT NULL,
	"name" text NOT NULL,
	"used_at" timestamp with time zone NOT NULL,
	CONSTRAINT "event_block_wants_pkey" PRIMARY KEY("event_type","name")
);
--> statement-breakpoint
CREATE TABLE "event_blocks" (
	"id" bigint PRIMARY KEY NOT NULL,
	"event_type" integer NOT NULL,
	"rows" integer NOT NULL,
	"from_ms" bigint NOT NULL,
	"from_id" bigint NOT NULL,
	"to_ms" bigint NOT NULL,
	"to_id" bigint NOT NULL,
	"max_profile_id" integer NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "profile_columns" (
	"name" text NOT NULL,
	"chunk" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "profile_columns_pkey" PRIMARY KEY("name","chunk")
);
--> statement-breakpoint
CREATE INDEX "event_blocks_type_idx" ON "event_blocks" USING btree ("event_type","from_ms");--> statement-breakpoint
CREATE INDEX "events_id_idx" ON "events" USING brin ("id") WITH (pages_per_range=32,autosummarize=true);--> statement-breakpoint
-- Packed already: compressing costs time at both ends and saves little.
ALTER TABLE "event_block_columns" ALTER COLUMN "data" SET STORAGE EXTERNAL;--> statement-breakpoint
ALTER TABLE "profile_columns" ALTER COLUMN "data" SET STORAGE EXTERNAL;
