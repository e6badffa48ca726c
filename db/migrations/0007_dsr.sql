CREATE TABLE "dsr_activity" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dsr_activity_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"request_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"code" text NOT NULL,
	"detail" jsonb
);
--> statement-breakpoint
CREATE TABLE "dsr_links" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"request_id" text NOT NULL,
	"kind" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "dsr_links_kind_check" CHECK ("dsr_links"."kind" in ('verify', 'download'))
);
--> statement-breakpoint
CREATE TABLE "dsr_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"regime" text NOT NULL,
	"status" text NOT NULL,
	"channel" text NOT NULL,
	"subject" jsonb,
	"subject_hashes" text[] NOT NULL,
	"profile_id" integer,
	"note" text,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"extended_at" timestamp with time zone,
	"verified_at" timestamp with time zone,
	"verified_by" text,
	"requested_by" text,
	"approvals" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"decided_reason" text,
	"completed_at" timestamp with time zone,
	"batch_id" text,
	"external_id" text,
	"callback_urls" text[] DEFAULT '{}' NOT NULL,
	"work" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dsr_requests_kind_check" CHECK ("dsr_requests"."kind" in ('access', 'portability', 'erasure', 'rectification', 'restriction', 'objection', 'opt_out', 'limit_sensitive', 'suppression', 'unsuppression')),
	CONSTRAINT "dsr_requests_regime_check" CHECK ("dsr_requests"."regime" in ('gdpr', 'ccpa', 'other')),
	CONSTRAINT "dsr_requests_status_check" CHECK ("dsr_requests"."status" in ('unverified', 'open', 'running', 'completed', 'rejected', 'cancelled', 'failed')),
	CONSTRAINT "dsr_requests_channel_check" CHECK ("dsr_requests"."channel" in ('operator', 'opendsr', 'regulation', 'self_service'))
);
--> statement-breakpoint
CREATE TABLE "erasure_certificates" (
	"request_id" text PRIMARY KEY NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"body" jsonb NOT NULL,
	"hash" text NOT NULL,
	"audit_seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"hash" text PRIMARY KEY NOT NULL,
	"tag" integer NOT NULL,
	"type" text NOT NULL,
	"request_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"after_xid" text NOT NULL,
	"after_inbox_id" bigint NOT NULL,
	"hits" bigint DEFAULT 0 NOT NULL,
	"last_hit_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "dsr_activity_request_idx" ON "dsr_activity" USING btree ("request_id","id");--> statement-breakpoint
CREATE INDEX "dsr_links_request_idx" ON "dsr_links" USING btree ("request_id");--> statement-breakpoint
CREATE UNIQUE INDEX "dsr_requests_external_id_key" ON "dsr_requests" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "dsr_requests_status_idx" ON "dsr_requests" USING btree ("status","due_at");--> statement-breakpoint
CREATE INDEX "dsr_requests_batch_idx" ON "dsr_requests" USING btree ("batch_id");--> statement-breakpoint
CREATE INDEX "dsr_requests_profile_idx" ON "dsr_requests" USING btree ("profile_id");--> statement-breakpoint
CREATE INDEX "dsr_requests_hashes_idx" ON "dsr_requests" USING gin ("subject_hashes");--> statement-breakpoint
CREATE INDEX "suppressions_request_id_idx" ON "suppressions" USING btree ("request_id");