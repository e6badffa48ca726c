import "server-only";
import type { UserCtx } from "@/app/_server/auth";
import { companySettings } from "@/domain/access";
import { listSegments } from "@/domain/segments";

/** What a builder needs besides the rule: the other segments, the folders in use, the zone in which days begin. */
export async function builderData(ctx: UserCtx) {
  const [all, company] = await Promise.all([listSegments(ctx), companySettings(ctx.sql)]);
  return {
    segments: all.map(({ id, name, size }) => ({ id, name, size })),
    folders: [...new Set(all.flatMap(({ folder }) => folder ?? []))].toSorted(),
    zone: company.timezone,
  };
}
