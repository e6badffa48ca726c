import { pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { choice, createdAt, oneOf } from "./columns";

const TARGETS = ["purpose", "use"] as const;

/** What a label keeps from what: fields with it, and everything made from them, are not used for the purpose or by the use. */
export const labelPolicies = pgTable(
  "label_policies",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    label: text("label").notNull(),
    targetKind: choice("target_kind", TARGETS).notNull(),
    target: text("target").notNull(),
    createdBy: text("created_by"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("label_policies_target_key").on(t.label, t.targetKind, t.target),
    oneOf("label_policies_target_kind_check", t.targetKind, TARGETS),
  ],
);
