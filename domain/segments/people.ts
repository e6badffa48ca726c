import type { AnySql } from "@/db/client";
import { can } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import type { Json } from "@/domain/events/model";
import { isPersonalTrait, maskIdentifier, maskName, maskText, maskTraits } from "@/domain/profiles";
import type { Explained, SegmentPerson } from "./contracts";
import { leavesOf, type Rule, type RuleNode } from "./model";
import { at } from "./values";

/** People as lists of segments show them, by canonical id; masked unless `unmasked`. */
export async function segmentPeople(sql: AnySql, ids: readonly number[], unmasked: boolean): Promise<Map<number, SegmentPerson>> {
  const rows = await sql<(Omit<SegmentPerson, "profileId" | "lastSeenAt"> & { id: number; seen: Date })[]>`
    select id, known, name, email, country, city, last_seen_at as seen from profiles where id = any(${`{${ids.join(",")}}`}::text::int[])`;
  return new Map(
    rows.map(({ id, seen, name, email, ...row }) => [
      id,
      {
        ...row,
        profileId: id,
        name: name === null || unmasked ? name : maskName(name),
        email: email === null || unmasked ? email : maskIdentifier("email", email),
        lastSeenAt: seen.toISOString(),
      },
    ]),
  );
}

/** Somebody who is not there any more. */
export const gone = (profileId: number): SegmentPerson => ({
  profileId,
  known: false,
  name: null,
  email: null,
  country: null,
  city: null,
  lastSeenAt: new Date(0).toISOString(),
});

/** Tests that would let somebody who may not see a value spell it out, one count after the other. */
const SPELLS = new Set(["text", "text_list", "pattern", "number", "number_list", "number_range", "date", "date_range", "list"]);

/** Refuses rows that compare personal traits, for actors who may not see them. Presence and anniversaries stay. */
export function refusePersonal(ctx: Ctx, rule: Rule): void {
  if (can(ctx, "personal_data:see")) return;
  const walk = (node: RuleNode): void => {
    if (node.kind === "group") return node.children.forEach(walk);
    if (node.kind !== "trait" || !SPELLS.has(node.test.type)) return;
    const key = node.path.find(isPersonalTrait);
    if (key !== undefined)
      throw new DomainError(
        "FORBIDDEN",
        `The trait "${key}" is personal: comparing its value needs the right to see personal data. Ask whether it is there instead.`,
        {
          fields: { rule: "compares a personal trait" },
        },
      );
  };
  walk(rule.root);
}

/** The same for rows over computed traits that are made of personal data. */
export async function refusePersonalTraits(ctx: Ctx, rule: Rule): Promise<void> {
  if (can(ctx, "personal_data:see")) return;
  const asked = [...leavesOf(rule.root)].flatMap((leaf) => (leaf.kind === "computed" && SPELLS.has(leaf.test.type) ? [leaf.traitId] : []));
  if (asked.length === 0) return;
  const [trait] = await ctx.sql<{ name: string }[]>`select name from computed_traits where id = any(${asked}::text[]) and personal limit 1`;
  if (trait)
    throw new DomainError(
      "FORBIDDEN",
      `The computed trait "${trait.name}" is made of personal data: comparing its value needs the right to see such. Ask whether it is there instead.`,
      { fields: { rule: "compares a personal trait" } },
    );
}

const DOTS = "•••";

/** The value at a path as a profile would show it to somebody who may not see personal data. */
function maskAt(path: readonly string[], value: Json): Json {
  const nested = path.toReversed().reduce<Json>((inner, key) => Object.fromEntries([[key, inner]]), value);
  return at(maskTraits(nested as Record<string, Json>) as Json, path) ?? DOTS;
}

/** Evidence without personal data. */
export function maskExplained(explained: Explained, rule: Rule): Explained {
  const nodes = new Map<string, RuleNode>();
  const walk = (node: RuleNode): void => {
    nodes.set(node.id, node);
    if (node.kind === "group") node.children.forEach(walk);
  };
  walk(rule.root);
  const mask = (one: Explained): Explained => {
    const out = { ...one, ...(one.children ? { children: one.children.map(mask) } : {}) };
    const value = one.evidence?.value;
    const node = nodes.get(one.id);
    if (value === undefined || value === null || !node) return out;
    return { ...out, evidence: { ...one.evidence, value: maskValue(node, value) } };
  };
  return mask(explained);
}

function maskValue(node: RuleNode, value: Json): Json {
  if (node.kind === "trait") return maskAt(node.path, value);
  // Whether the trait is made of personal data is not known here: numbers stay, texts do not.
  if (node.kind === "computed") return typeof value === "number" ? value : DOTS;
  if (node.kind === "account") {
    const { path } = node;
    return path && Array.isArray(value) ? value.map((item) => (item === null ? null : maskAt(path, item))) : DOTS;
  }
  // A device is often named after its owner.
  if (node.kind === "device" && node.field === "name" && Array.isArray(value)) return value.map((item) => (item === null ? null : DOTS));
  return typeof value === "string" ? maskText(value) : value;
}
