CREATE TABLE "computed_due" (
	"trait_id" text NOT NULL,
	"profile_id" integer NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	CONSTRAINT "computed_due_pkey" PRIMARY KEY("trait_id","profile_id")
);
--> statement-breakpoint
CREATE TABLE "computed_trait_references" (
	"trait_id" text NOT NULL,
	"uses_id" text NOT NULL,
	CONSTRAINT "computed_trait_references_pkey" PRIMARY KEY("trait_id","uses_id")
);
--> statement-breakpoint
CREATE TABLE "computed_trait_versions" (
	"trait_id" text NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"sentence" text NOT NULL,
	"note" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "computed_trait_versions_pkey" PRIMARY KEY("trait_id","version")
);
--> statement-breakpoint
CREATE TABLE "computed_traits" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"value_type" text NOT NULL,
	"empty" jsonb,
	"owner_id" text,
	"state" jsonb,
	"computed_at" timestamp with time zone,
	"compute_ms" integer,
	"progress" jsonb,
	"error" text,
	"next_run_at" timestamp with time zone,
	"changed_at" timestamp with time zone,
	"looked" bigint DEFAULT 0 NOT NULL,
	"changed" bigint DEFAULT 0 NOT NULL,
	"spent_us" bigint DEFAULT 0 NOT NULL,
	"stats" jsonb,
	"stats_at" timestamp with time zone,
	"checked_at" timestamp with time zone,
	"check_difference" integer,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "computed_traits_status_check" CHECK ("computed_traits"."status" in ('preparing', 'live', 'paused', 'failed')),
	CONSTRAINT "computed_traits_value_type_check" CHECK ("computed_traits"."value_type" in ('number', 'text', 'date', 'list', 'any'))
);
--> statement-breakpoint
CREATE TABLE "computed_values" (
	"trait_id" text NOT NULL,
	"profile_id" integer NOT NULL,
	"value" jsonb,
	"generation" bigint NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "computed_values_pkey" PRIMARY KEY("trait_id","profile_id")
);
--> statement-breakpoint
CREATE INDEX "computed_due_at_idx" ON "computed_due" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "computed_trait_references_uses_idx" ON "computed_trait_references" USING btree ("uses_id");--> statement-breakpoint
CREATE UNIQUE INDEX "computed_traits_key_key" ON "computed_traits" USING btree ("key");--> statement-breakpoint
CREATE INDEX "computed_traits_next_run_idx" ON "computed_traits" USING btree ("next_run_at") WHERE next_run_at is not null;--> statement-breakpoint
CREATE INDEX "computed_values_profile_idx" ON "computed_values" USING btree ("profile_id");