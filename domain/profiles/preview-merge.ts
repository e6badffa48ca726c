import { can, requirePermission } from "@/domain/access";
import { readCursor, reconcile, rulesAt } from "@/domain/identity";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { z } from "zod";
import { getProfile, openProfile } from "./get-profile";
import type { Traits, TraitsMeta } from "./model";
import type { MergePreview, MergeSide, ProfileView } from "./schemas";

const schema = z.object({ profileId: z.coerce.number().int().positive(), otherId: z.coerce.number().int().positive() });

/**
 * What two people would be as one, before somebody merges them by hand: both sides, the traits in which they differ with
 * the value that wins by the rules in force, and what speaks against it. Looking at the other person is on record like
 * opening its page.
 */
export async function previewMerge(ctx: Ctx, input: unknown): Promise<MergePreview> {
  requirePermission(ctx, "profiles:write");
  const { profileId, otherId } = parseInput(schema, input);
  const { sql } = ctx;
  const one = await getProfile(ctx, profileId);
  const other = await getProfile(ctx, otherId);
  if (one.id === other.id) throw new DomainError("CONFLICT", "These two are one person already. Choose another person.");
  await openProfile(ctx, other.id);
  const fragments = [...one.fragments, ...other.fragments];
  const rules = await rulesAt(sql, await readCursor(sql));
  const [held, [apart]] = await Promise.all([
    sql<{ profile_id: number; traits: Traits; meta: TraitsMeta }[]>`
      select profile_id, traits, meta from profile_traits where profile_id = any(${fragments}::int[])`,
    sql<{ n: number }[]>`
      select count(*)::int as n from never_merge
      where (low_id = any(${one.fragments}::int[]) and high_id = any(${other.fragments}::int[]))
        or (low_id = any(${other.fragments}::int[]) and high_id = any(${one.fragments}::int[]))`,
  ]);
  const part = (ids: readonly number[]): Traits =>
    reconcile(
      held.filter((row) => ids.includes(row.profile_id)),
      rules.rules,
    );
  const [mine, theirs, joint] = [part(one.fragments), part(other.fragments), part(fragments)];
  const now = ctx.clock.now().getTime();
  const types = [...new Set([...one.identifiers, ...other.identifiers].map(({ type }) => type))].toSorted((a, b) => (a < b ? -1 : 1));
  const limits = types.flatMap((type) => {
    const { limit, window } = rules.of(type);
    const counts = [one, other].map(
      (side) => side.identifiers.filter((id) => id.type === type && now - Date.parse(id.firstSeenAt) < window).length,
    );
    const count = counts.reduce((sum, n) => sum + n, 0);
    return count > limit && count > Math.max(...counts) ? [{ type, count, limit }] : [];
  });
  return {
    sides: [sideOf(one), sideOf(other)],
    traits: Object.keys(joint)
      .filter((key) => Object.hasOwn(mine, key) && Object.hasOwn(theirs, key) && canonicalJson(mine[key]) !== canonicalJson(theirs[key]))
      .toSorted((a, b) => a.localeCompare(b, "en"))
      .slice(0, 50)
      .map((key) => ({
        key,
        values: [shownTrait(one, key), shownTrait(other, key)],
        wins: canonicalJson(joint[key]) === canonicalJson(mine[key]) ? one.id : other.id,
      })),
    identifiers: one.identifiers.length + other.identifiers.length,
    traitCount: Object.keys(joint).length,
    takenApart: (apart?.n ?? 0) > 0,
    limits,
    unmasked: can(ctx, "personal_data:see"),
  };
}

const shownTrait = (profile: ProfileView, key: string): MergePreview["traits"][number]["values"][number] =>
  profile.traits.find((trait) => trait.key === key)?.value ?? null;

const sideOf = ({
  id,
  known,
  name,
  email,
  fragments,
  identifiers,
  traits,
  eventCount,
  orderCount,
  firstSeenAt,
  lastSeenAt,
}: ProfileView): MergeSide => ({
  id,
  known,
  name,
  email,
  fragments: fragments.length,
  identifiers: identifiers.slice(0, 50).map(({ type, value, status }) => ({ type, value, status })),
  identifierCount: identifiers.length,
  traitCount: traits.length,
  eventCount,
  orderCount,
  firstSeenAt,
  lastSeenAt,
});
