import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import type { JourneyChoices } from "./schemas";

/** What the steps of a journey may name. Small tables, read whole. */
export async function journeyChoices(ctx: Ctx): Promise<JourneyChoices> {
  requirePermission(ctx, "journeys:read");
  const [templates, journeys, purposes, lists, segments] = await Promise.all([
    ctx.sql<
      JourneyChoices["templates"][number][]
    >`select id, name, channel from templates where archived_at is null order by lower(name), id`,
    ctx.sql<JourneyChoices["journeys"][number][]>`select id, name, status from journeys where archived_at is null order by lower(name), id`,
    ctx.sql<JourneyChoices["purposes"][number][]>`select id, name from consent_purposes where status = 'published' order by position, id`,
    ctx.sql<JourneyChoices["lists"][number][]>`select id, name from lists where deleted_at is null order by lower(name), id`,
    ctx.sql<JourneyChoices["segments"][number][]>`select id, name from segments where deleted_at is null order by lower(name), id`,
  ]);
  return { templates: [...templates], journeys: [...journeys], purposes: [...purposes], lists: [...lists], segments: [...segments] };
}
