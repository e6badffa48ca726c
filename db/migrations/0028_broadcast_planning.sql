ALTER TABLE "broadcast_people" ADD COLUMN "tested" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "broadcasts" ADD COLUMN "planned_from" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "messages_broadcast_open_idx" ON "messages" USING btree ("broadcast_id") WHERE broadcast_id is not null and state in ('queued', 'review', 'sending');