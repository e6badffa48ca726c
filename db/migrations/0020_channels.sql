CREATE TABLE "channel_accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"provider" text NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sealed" text,
	"per_minute" integer,
	"next_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"open_until" timestamp with time zone,
	"failing_since" timestamp with time zone,
	"last_error" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "channel_accounts_channel_check" CHECK ("channel_accounts"."channel" in ('email', 'sms', 'push', 'web_push', 'in_app', 'webhook', 'slack')),
	CONSTRAINT "channel_accounts_provider_check" CHECK ("channel_accounts"."provider" in ('smtp', 'ses', 'sendgrid', 'mailgun', 'postmark', 'resend', 'twilio', 'firebase', 'web_push', 'slack', 'webhook', 'inbox')),
	CONSTRAINT "channel_accounts_status_check" CHECK ("channel_accounts"."status" in ('active', 'paused'))
);
--> statement-breakpoint
CREATE TABLE "inbox_items" (
	"profile_id" integer NOT NULL,
	"id" bigserial NOT NULL,
	"message_id" bigint NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"url" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"read_at" timestamp with time zone,
	"archived_at" timestamp with time zone,
	CONSTRAINT "inbox_items_pkey" PRIMARY KEY("profile_id","id")
);
--> statement-breakpoint
CREATE TABLE "message_attempts" (
	"profile_id" integer NOT NULL,
	"message_id" bigint NOT NULL,
	"attempt" smallint NOT NULL,
	"account_id" text,
	"started_at" timestamp with time zone NOT NULL,
	"handed_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"status" integer,
	"result" text,
	"error" text,
	CONSTRAINT "message_attempts_pkey" PRIMARY KEY("profile_id","message_id","attempt")
);
--> statement-breakpoint
CREATE TABLE "message_signals" (
	"profile_id" integer NOT NULL,
	"message_id" bigint NOT NULL,
	"event_id" text NOT NULL,
	"kind" text NOT NULL,
	"account_id" text,
	"machine" boolean DEFAULT false NOT NULL,
	"detail" text,
	"at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "message_signals_pkey" PRIMARY KEY("profile_id","message_id","event_id"),
	CONSTRAINT "message_signals_kind_check" CHECK ("message_signals"."kind" in ('delivered', 'deferred', 'bounced', 'dropped', 'complained', 'unsubscribed', 'opened', 'clicked', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "push_subscriptions" (
	"profile_id" integer NOT NULL,
	"endpoint_hash" text NOT NULL,
	"endpoint" text NOT NULL,
	"p256dh" text NOT NULL,
	"auth" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"gone_at" timestamp with time zone,
	CONSTRAINT "push_subscriptions_pkey" PRIMARY KEY("profile_id","endpoint_hash")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "account_id" text;--> statement-breakpoint
CREATE UNIQUE INDEX "channel_accounts_default_key" ON "channel_accounts" USING btree ("channel") WHERE is_default and archived_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_items_message_key" ON "inbox_items" USING btree ("profile_id","message_id");--> statement-breakpoint
CREATE INDEX "message_attempts_account_idx" ON "message_attempts" USING btree ("account_id","started_at");--> statement-breakpoint
CREATE INDEX "message_signals_message_idx" ON "message_signals" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "push_subscriptions_endpoint_idx" ON "push_subscriptions" USING btree ("endpoint_hash");--> statement-breakpoint
CREATE INDEX "messages_channel_due_idx" ON "messages" USING btree ("channel","due_at") WHERE state in ('queued', 'sending');--> statement-breakpoint
CREATE INDEX "messages_log_idx" ON "messages" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "messages_provider_idx" ON "messages" USING btree ("provider_id") WHERE provider_id is not null;