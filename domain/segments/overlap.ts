import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import type { IdSet } from "@/domain/kernel/sets/id-set";
import type { Combination, Overlap } from "./contracts";
import { engineOf } from "./engine";
import { memberSets } from "./members";
import type { Rule } from "./model";
import { segmentZone } from "./reads";

export const OVERLAP_MAX = 12;
const COMBINATIONS_SHOWN = 40;

const EVERYBODY: Rule = { version: 1, root: { kind: "group", id: "everybody", match: "all", children: [] } };

const overlapSchema = z.strictObject({
  ids: z.array(z.string().min(1).max(40)).min(1, "Choose a segment.").max(OVERLAP_MAX, `Compare at most ${OVERLAP_MAX} segments at once.`),
});

/** How many people segments share: pair by pair, and for every combination who is in exactly those. */
export async function segmentOverlap(ctx: Ctx, input: unknown): Promise<Overlap> {
  requirePermission(ctx, "segments:read");
  const { ids } = parseInput(overlapSchema, input);
  const wanted = [...new Set(ids)];
  const rows = await ctx.sql<{ id: string; name: string; sizeAt: Date | null }[]>`
    select id, name, size_at as "sizeAt" from segments where id = any(${wanted}::text[]) and deleted_at is null`;
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const id of wanted) if (!found.has(id)) throw notFound("A segment of this overlap");
  const asOf = ctx.clock.now().toISOString();
  const [{ base }, sets] = await Promise.all([
    engineOf(ctx.root).ask(EVERYBODY, { zone: await segmentZone(ctx) }),
    memberSets(ctx.root, wanted),
  ]);
  const pairs: Overlap["pairs"] = [];
  for (const [i, a] of wanted.entries())
    for (const [j, b] of wanted.entries()) if (i < j) pairs.push({ a, b, both: (sets[i] as IdSet).andSize(sets[j] as IdSet) });
  const all = combinationsOf(wanted, sets);
  const rest = all.slice(COMBINATIONS_SHOWN);
  return {
    asOf,
    base: base.size,
    segments: wanted.map((id, i) => ({
      id,
      name: found.get(id)?.name ?? id,
      size: (sets[i] as IdSet).size,
      sizeAt: found.get(id)?.sizeAt?.toISOString() ?? null,
    })),
    pairs,
    combinations: all.slice(0, COMBINATIONS_SHOWN),
    rest: { combinations: rest.length, size: rest.reduce((sum, { size }) => sum + size, 0) },
  };
}

/**
 * Every combination of the sets that somebody is in exactly, the largest first. The union is parted by one set after the
 * other and empty parts are dropped, so the work follows the combinations that exist and not the 2^n that might.
 */
export function combinationsOf(ids: readonly string[], sets: readonly IdSet[]): Combination[] {
  const [first, ...others] = sets;
  if (!first) return [];
  let parts: { ids: string[]; set: IdSet }[] = [{ ids: [], set: others.reduce((union, set) => union.or(set), first) }];
  for (const [i, set] of sets.entries()) {
    const id = ids[i] as string;
    parts = parts.flatMap((part) => {
      const inside = part.set.and(set);
      const outside = inside.isEmpty ? part.set : part.set.andNot(set);
      return [
        ...(inside.isEmpty ? [] : [{ ids: [...part.ids, id], set: inside }]),
        ...(outside.isEmpty ? [] : [{ ids: part.ids, set: outside }]),
      ];
    });
  }
  return parts
    .map((part) => ({ ids: part.ids, size: part.set.size }))
    .toSorted((a, b) => b.size - a.size || a.ids.length - b.ids.length || a.ids.join().localeCompare(b.ids.join()));
}
