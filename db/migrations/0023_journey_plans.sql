CREATE TABLE "journey_calls" (
	"journey_id" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"body_hash" "bytea" NOT NULL,
	"profile_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "journey_calls_pkey" PRIMARY KEY("journey_id","key_hash")
);
--> statement-breakpoint
CREATE TABLE "journey_plans" (
	"journey_id" text PRIMARY KEY NOT NULL,
	"planned_to" timestamp with time zone NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"pass" jsonb,
	"next_profile" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journey_rehearsals" (
	"id" text PRIMARY KEY NOT NULL,
	"journey_id" text NOT NULL,
	"revision" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"next_profile" integer DEFAULT 0 NOT NULL,
	"last_profile" integer NOT NULL,
	"result" jsonb NOT NULL,
	"error" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "journey_rehearsals_status_check" CHECK ("journey_rehearsals"."status" in ('running', 'done', 'failed', 'stopped'))
);
--> statement-breakpoint
CREATE INDEX "journey_calls_created_idx" ON "journey_calls" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "journey_calls_profile_idx" ON "journey_calls" USING btree ("profile_id");--> statement-breakpoint
CREATE INDEX "journey_plans_next_idx" ON "journey_plans" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "journey_rehearsals_journey_idx" ON "journey_rehearsals" USING btree ("journey_id","created_at");