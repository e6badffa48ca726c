CREATE TABLE "consent_sets" (
	"key" text PRIMARY KEY NOT NULL,
	"below" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"set" "bytea" NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL
);
