CREATE TABLE "campaign_costs" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"day" date NOT NULL,
	"campaign_id" text NOT NULL,
	"ad_set" text DEFAULT '' NOT NULL,
	"ad" text DEFAULT '' NOT NULL,
	"keyword" text DEFAULT '' NOT NULL,
	"amount" numeric(16, 4) NOT NULL,
	"currency" text NOT NULL,
	"impressions" bigint DEFAULT 0 NOT NULL,
	"clicks" bigint DEFAULT 0 NOT NULL,
	"origin" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"utm_campaign" text,
	"external_id" text,
	"channel" text NOT NULL,
	"source" text DEFAULT '' NOT NULL,
	"medium" text DEFAULT '' NOT NULL,
	"goal" text DEFAULT 'conversion' NOT NULL,
	"owner_id" text,
	"budget" numeric(16, 2),
	"currency" text NOT NULL,
	"starts_on" date,
	"ends_on" date,
	"origin" text DEFAULT 'manual' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "campaigns_goal_check" CHECK ("campaigns"."goal" in ('awareness', 'acquisition', 'conversion', 'retention', 'win_back')),
	CONSTRAINT "campaigns_origin_check" CHECK ("campaigns"."origin" in ('manual', 'import', 'journey', 'broadcast', 'demo'))
);
--> statement-breakpoint
CREATE TABLE "touch_cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"xid" "xid8" DEFAULT '0' NOT NULL,
	"inbox_id" bigint DEFAULT 0 NOT NULL,
	"epoch" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "touch_origins" (
	"id" serial PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"medium" text NOT NULL,
	"campaign" text NOT NULL,
	"campaign_ref" text NOT NULL,
	"content" text NOT NULL,
	"term" text NOT NULL,
	"click_id" text NOT NULL,
	"referrer" text NOT NULL,
	"channel" text NOT NULL,
	"campaign_id" text,
	CONSTRAINT "touch_origins_kind_check" CHECK ("touch_origins"."kind" in ('visit', 'click', 'view'))
);
--> statement-breakpoint
CREATE TABLE "touchpoints" (
	"profile_id" integer NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"event_id" bigint NOT NULL,
	"origin_id" integer NOT NULL,
	CONSTRAINT "touchpoints_pkey" PRIMARY KEY("profile_id","occurred_at","event_id")
);
--> statement-breakpoint
CREATE TABLE "conversion_definitions" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"event" text NOT NULL,
	"where" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"fixed_value" numeric(16, 4),
	"count" text NOT NULL,
	"refund_event" text,
	"click_days" integer NOT NULL,
	"view_days" integer NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "conversion_definitions_count_check" CHECK ("conversion_definitions"."count" in ('every', 'once'))
);
--> statement-breakpoint
ALTER TABLE "campaign_costs" ADD CONSTRAINT "campaign_costs_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_costs_line_key" ON "campaign_costs" USING btree ("day","campaign_id","ad_set","ad","keyword");--> statement-breakpoint
CREATE INDEX "campaign_costs_campaign_id_idx" ON "campaign_costs" USING btree ("campaign_id","day");--> statement-breakpoint
CREATE UNIQUE INDEX "campaigns_utm_campaign_key" ON "campaigns" USING btree ("utm_campaign") WHERE archived_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "campaigns_external_id_key" ON "campaigns" USING btree ("external_id") WHERE archived_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "touch_origins_hash_key" ON "touch_origins" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "touch_origins_campaign_id_idx" ON "touch_origins" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "touchpoints_occurred_at_idx" ON "touchpoints" USING btree ("occurred_at","origin_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversion_definitions_name_key" ON "conversion_definitions" USING btree ("name");