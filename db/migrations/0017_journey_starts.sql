CREATE TABLE "journey_starts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"journey_id" text NOT NULL,
	"profile_id" integer NOT NULL,
	"entry_key" text DEFAULT '' NOT NULL,
	"entry_ref" text NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "journey_starts_ref_key" ON "journey_starts" USING btree ("journey_id","profile_id","entry_ref");--> statement-breakpoint
CREATE INDEX "journey_starts_due_idx" ON "journey_starts" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "journey_starts_profile_idx" ON "journey_starts" USING btree ("profile_id");