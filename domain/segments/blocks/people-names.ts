import type { Leaf } from "../model";
import { quoted } from "./copy-out";

export type PersonLeaf = Extract<Leaf, { kind: "trait" | "location" | "known" }>;

/** Everybody, as bits. */
export const BASE = "base";
/** Under this number stand the columns of people among those that are wanted. */
export const PEOPLE_TYPE = 0;
/** Row of `segment_cursors`: up to which change of a person the columns are true. While it is there, changes are noted. */
export const COLUMNS_CURSOR = "columns";

/** The name of the column that a leaf about a person asks. */
export function personColumn(leaf: PersonLeaf): string {
  switch (leaf.kind) {
    case "known":
      return JSON.stringify(["known"]);
    case "location":
      return JSON.stringify(["location", leaf.field]);
    case "trait":
      return JSON.stringify(["trait", ...leaf.path]);
  }
}

const FIELDS = new Set(["country", "city", "timezone"]);

/** SQL (JSON text) of a column over `profiles p`. */
export function columnSql(name: string): string {
  const [kind, ...path] = JSON.parse(name) as string[];
  const [field = ""] = path;
  if (kind === "known") return "to_jsonb(p.known)::text";
  if (kind === "location" && FIELDS.has(field)) return `to_jsonb(p.${field})::text`;
  return `(p.traits #> ${quoted(path)})::text`;
}
