CREATE TABLE "audit_anchors" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"signature" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_verifications" (
	"name" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"entries" bigint NOT NULL,
	"problem" text,
	"ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "field_classes" (
	"kind" text NOT NULL,
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"found" text NOT NULL,
	"reason" text,
	"confirmed" text,
	"labels" text[] DEFAULT '{}' NOT NULL,
	"confirmed_by" text,
	"confirmed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "field_classes_pkey" PRIMARY KEY("kind","scope","key"),
	CONSTRAINT "field_classes_found_check" CHECK ("field_classes"."found" in ('credential', 'special_category', 'child', 'financial', 'location', 'identifier', 'contact', 'sensitive', 'not_personal')),
	CONSTRAINT "field_classes_confirmed_check" CHECK ("field_classes"."confirmed" in ('credential', 'special_category', 'child', 'financial', 'location', 'identifier', 'contact', 'sensitive', 'not_personal'))
);
--> statement-breakpoint
CREATE TABLE "retention_rules" (
	"data_class" text PRIMARY KEY NOT NULL,
	"days" integer NOT NULL,
	"hold" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_by" text,
	CONSTRAINT "retention_rules_class_check" CHECK ("retention_rules"."data_class" in ('inbox', 'events', 'rejected', 'transitions', 'segment_sizes', 'requests'))
);
