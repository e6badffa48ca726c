ALTER TABLE "profile_changes" ADD COLUMN "event_id" bigint;--> statement-breakpoint
ALTER TABLE "profile_changes" ADD COLUMN "facts" jsonb;--> statement-breakpoint
CREATE INDEX "segment_due_profile_idx" ON "segment_due" USING btree ("profile_id");