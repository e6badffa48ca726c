import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { broadcastSchema } from "./model";
import type { BroadcastDetail, BroadcastSummary } from "./model";

/** All broadcasts, the newest change first, with what became of them. Cost: the messages of the broadcasts shown. */
export async function listBroadcasts(ctx: Ctx): Promise<BroadcastSummary[]> {
  requirePermission(ctx, "journeys:read");
  const rows = await ctx.sql<(Omit<BroadcastSummary, "startsAt" | "updatedAt"> & { startsAt: Date | null; updatedAt: Date })[]>`
    select b.id, b.name, b.status, b.definition ->> 'channel' as channel, b.audience, b.starts_at as "startsAt", b.updated_at as "updatedAt",
      coalesce(m.sent, 0)::int as sent, coalesce(m.queued, 0)::int as queued, coalesce(m.not_sent, 0)::int as "notSent"
    from (select * from broadcasts where archived_at is null order by updated_at desc, id limit 200) b
    left join lateral (select count(*) filter (where state = 'sent') as sent, count(*) filter (where state in ('queued', 'review', 'sending')) as queued,
      count(*) filter (where state = 'not_sent') as not_sent from messages where broadcast_id = b.id) m on true
    order by b.updated_at desc, b.id`;
  return rows.map(({ startsAt, updatedAt, ...row }) => ({
    ...row,
    startsAt: startsAt?.toISOString() ?? null,
    updatedAt: updatedAt.toISOString(),
  }));
}

export async function getBroadcast(ctx: Ctx, input: unknown): Promise<BroadcastDetail> {
  requirePermission(ctx, "journeys:read");
  const { id } = parseInput(z.strictObject({ id: z.string().max(40) }), input);
  const [row] = await ctx.sql<
    (Pick<BroadcastDetail, "id" | "name" | "status" | "revision" | "campaignId" | "launchedBy"> & {
      definition: unknown;
      startsAt: Date | null;
      launchedAt: Date | null;
      finishedAt: Date | null;
      updatedAt: Date;
    })[]
  >`
    select b.id, b.name, b.status, b.definition, b.revision, b.campaign_id as "campaignId", b.starts_at as "startsAt", b.launched_at as "launchedAt",
      u.name as "launchedBy", b.finished_at as "finishedAt", b.updated_at as "updatedAt"
    from broadcasts b left join users u on u.id = b.launched_by where b.id = ${id} and b.archived_at is null`;
  if (!row) throw new DomainError("NOT_FOUND", "This broadcast is not there any more.");
  const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    ...row,
    definition: broadcastSchema.parse(row.definition),
    startsAt: iso(row.startsAt),
    launchedAt: iso(row.launchedAt),
    finishedAt: iso(row.finishedAt),
    updatedAt: row.updatedAt.toISOString(),
  };
}
