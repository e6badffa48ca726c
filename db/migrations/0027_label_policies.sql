CREATE TABLE "label_policies" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"label" text NOT NULL,
	"target_kind" text NOT NULL,
	"target" text NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "label_policies_target_kind_check" CHECK ("label_policies"."target_kind" in ('purpose', 'use'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "label_policies_target_key" ON "label_policies" USING btree ("label","target_kind","target");