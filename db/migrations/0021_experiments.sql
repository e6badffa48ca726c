CREATE TABLE "experiments" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"hypothesis" text DEFAULT '' NOT NULL,
	"assignment" jsonb NOT NULL,
	"arms" jsonb NOT NULL,
	"metric" jsonb NOT NULL,
	"window_days" integer NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date,
	"planned_people" integer NOT NULL,
	"exposure_event" text,
	"covers" jsonb,
	"origin" text DEFAULT 'manual' NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "experiments_origin_check" CHECK ("experiments"."origin" in ('manual', 'demo'))
);
--> statement-breakpoint
CREATE INDEX "experiments_starts_on_idx" ON "experiments" USING btree ("starts_on");