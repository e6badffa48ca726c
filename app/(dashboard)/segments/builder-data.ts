import "server-only";
import type { UserCtx } from "@/app/_server/auth";
import { listSegments, segmentZone } from "@/domain/segments";

/** What a builder needs besides the rule: the other segments, the folders in use, the zone in which days begin. */
export async function builderData(ctx: UserCtx) {
  const [all, zone] = await Promise.all([listSegments(ctx), segmentZone(ctx)]);
  return {
    segments: all.map(({ id, name, size }) => ({ id, name, size })),
    folders: [...new Set(all.flatMap(({ folder }) => folder ?? []))].toSorted(),
    zone,
  };
}
