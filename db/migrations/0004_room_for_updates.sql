-- Rows that messages update again and again keep room on their page, so that an update need not touch the indexes.
ALTER TABLE "identifiers" SET (fillfactor = 85);--> statement-breakpoint
ALTER TABLE "devices" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "account_links" SET (fillfactor = 85);
