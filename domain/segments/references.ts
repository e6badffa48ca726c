import type { AnySql } from "@/db/client";
import { DomainError } from "@/domain/kernel/errors";
import { checkLists } from "./list-rows";
import { leavesOf, type Rule, type RuleNode } from "./model";

/** Segments and computed traits that a rule names, in muted rows too: those may be switched on again. */
export function referencesOf(rule: Rule): string[] {
  const out = new Set<string>();
  const walk = (node: RuleNode): void => {
    if (node.kind === "group") node.children.forEach(walk);
    else if (node.kind === "segment") out.add(node.segmentId);
    else if (node.kind === "computed") out.add(node.traitId);
  };
  walk(rule.root);
  return [...out];
}

/** Lists that a rule names, in muted rows too. */
export function listsOf(rule: Rule): string[] {
  const out = new Set<string>();
  const walk = (node: RuleNode): void => {
    if (node.kind === "group") node.children.forEach(walk);
    else if (node.kind === "list") out.add(node.listId);
  };
  walk(rule.root);
  return [...out];
}

/** Names of all segments, lists and computed traits that are not deleted, for sentences and refusals. */
export async function segmentNames(sql: AnySql): Promise<Record<string, string>> {
  const rows = await sql<{ id: string; name: string }[]>`
    select id, name from segments where deleted_at is null union all select id, name from lists where deleted_at is null
    union all select id, name from computed_traits where deleted_at is null`;
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}

/** Refuses a rule that names a segment or list which does not exist, or that would ask itself; the refusal names the way round. */
export async function checkReferences(sql: AnySql, rule: Rule, segmentId: string | undefined): Promise<string[]> {
  await checkLists(sql, listsOf(rule));
  const wanted = referencesOf(rule);
  if (wanted.length === 0) return wanted;
  const names = await segmentNames(sql);
  for (const id of wanted)
    if (names[id] === undefined)
      throw new DomainError(
        "VALIDATION",
        "A row names a segment or computed trait that does not exist any more. Choose another, or take the row out.",
        {
          fields: { rule: "names something that does not exist" },
        },
      );
  if (segmentId === undefined) return wanted;
  const rows = await sql<{ from: string; to: string }[]>`select segment_id as "from", uses_id as "to" from segment_references`;
  const uses = new Map<string, { to: string }[]>();
  for (const row of rows) uses.set(row.from, [...(uses.get(row.from) ?? []), row]);
  const path = wayTo(segmentId, wanted, uses);
  if (path) {
    const round = [segmentId, ...path].map((id) => `"${names[id] ?? id}"`).join(" → ");
    throw new DomainError("VALIDATION", `The segment would ask itself: ${round}. Take one of these references out.`, {
      fields: { rule: "goes round in a circle" },
    });
  }
  return wanted;
}

function wayTo(target: string, from: readonly string[], uses: ReadonlyMap<string, { to: string }[]>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (id: string, path: string[]): string[] | undefined => {
    if (id === target) return [...path, id];
    if (seen.has(id)) return undefined;
    seen.add(id);
    for (const { to } of uses.get(id) ?? []) {
      const found = walk(to, [...path, id]);
      if (found) return found;
    }
    return undefined;
  };
  for (const id of from) {
    const found = walk(id, []);
    if (found) return found;
  }
  return undefined;
}

/** Segments in the order in which they can be evaluated: those that are asked come first. */
export function inOrder<T extends { id: string; rule: Rule }>(segments: readonly T[]): T[] {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const done = new Set<string>();
  const out: T[] = [];
  const visit = (segment: T): void => {
    if (done.has(segment.id)) return;
    done.add(segment.id);
    for (const leaf of leavesOf(segment.rule.root)) {
      const used = leaf.kind === "segment" ? byId.get(leaf.segmentId) : undefined;
      if (used) visit(used);
    }
    out.push(segment);
  };
  segments.forEach(visit);
  return out;
}
