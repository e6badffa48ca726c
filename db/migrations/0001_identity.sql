CREATE TABLE "identifier_conflicts" (
	"type" text NOT NULL,
	"value" text NOT NULL,
	"other_type" text NOT NULL,
	"other_value" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "identifier_conflicts_pkey" PRIMARY KEY("type","value","other_type","other_value")
);
--> statement-breakpoint
ALTER TABLE "identity_notes" ADD COLUMN "last_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "identity_notes" ADD COLUMN "key" text NOT NULL;--> statement-breakpoint
ALTER TABLE "identity_notes" ADD COLUMN "n" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "profiles" ADD COLUMN "seen_active" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "identity_notes_key_key" ON "identity_notes" USING btree ("key");