import "server-only";
import type { UserCtx } from "@/app/_server/auth";
import { listComputedTraits, listLists, listSegments, segmentZone } from "@/domain/segments";

/** What a builder needs besides the rule: the other segments, lists, computed traits, the folders in use, the zone in which days begin. */
export async function builderData(ctx: UserCtx) {
  const [all, lists, traits, zone] = await Promise.all([listSegments(ctx), listLists(ctx), listComputedTraits(ctx), segmentZone(ctx)]);
  return {
    segments: all.map(({ id, name, size }) => ({ id, name, size })),
    lists: lists.map(({ id, name, size }) => ({ id, name, size })),
    traits: traits.map(({ id, name, valueType }) => ({ id, name, valueType })),
    folders: [...new Set(all.flatMap(({ folder }) => folder ?? []))].toSorted(),
    zone,
  };
}
