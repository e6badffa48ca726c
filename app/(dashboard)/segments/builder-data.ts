import "server-only";
import type { UserCtx } from "@/app/_server/auth";
import { listLists, listSegments, segmentZone } from "@/domain/segments";

/** What a builder needs besides the rule: the other segments, the lists, the folders in use, the zone in which days begin. */
export async function builderData(ctx: UserCtx) {
  const [all, lists, zone] = await Promise.all([listSegments(ctx), listLists(ctx), segmentZone(ctx)]);
  return {
    segments: all.map(({ id, name, size }) => ({ id, name, size })),
    lists: lists.map(({ id, name, size }) => ({ id, name, size })),
    folders: [...new Set(all.flatMap(({ folder }) => folder ?? []))].toSorted(),
    zone,
  };
}
