import { can, requirePermission } from "@/domain/access";
import type { IdentifierStatus, MergeCause } from "@/domain/identity/model";
import type { Ctx } from "@/domain/kernel/context";
import { fragmentsOf, personOf } from "./canonical";
import { maskIdentifier } from "./mask";
import { sourceNames, type SourceNames } from "./source-names";

export interface GraphIdentifier {
  type: string;
  /** Masked for whoever may not see personal data. */
  value: string;
  status: IdentifierStatus;
  firstSeenAt: string;
  lastSeenAt: string;
  /** The message that attached it, by which source. */
  sourceId: string;
  messageId: string | null;
  eventId: number;
}
export interface GraphFragment {
  id: number;
  canonical: boolean;
  createdAt: string;
  eventCount: number;
  identifiers: GraphIdentifier[];
}
export interface GraphEdge {
  mergeId: string;
  /** Fragments at the two ends. */
  survivor: number;
  loser: number;
  at: string;
  cause: MergeCause;
  sourceId: string | null;
  messageId: string | null;
  actorId: string | null;
  rulesVersion: number;
  /** The identifiers of the message that named both sides. */
  evidence: { type: string; value: string; profileId: number }[];
}
export interface IdentityGraph {
  profileId: number;
  fragments: GraphFragment[];
  edges: GraphEdge[];
  sources: SourceNames;
}

/** How a person came to be: its fragments with their identifiers, and the merges between them, each with its cause. */
export async function identityGraph(ctx: Ctx, id: number): Promise<IdentityGraph> {
  requirePermission(ctx, "profiles:read");
  const unmasked = can(ctx, "personal_data:see");
  const show = (type: string, value: string): string => (unmasked ? value : maskIdentifier(type, value));
  const { id: profileId } = await personOf(ctx.sql, id);
  const ids = await fragmentsOf(ctx.sql, profileId);
  const [rows, counts, held, edges] = await Promise.all([
    ctx.sql<
      { id: number; createdAt: Date }[]
    >`select id, created_at as "createdAt" from profiles where id = any(${ids}::int[]) order by id`,
    ctx.sql<{ id: number; n: number }[]>`
      select profile_id as id, sum(count)::int8 as n from profile_event_stats where profile_id = any(${ids}::int[]) group by profile_id`,
    ctx.sql<
      {
        fragment: number;
        type: string;
        value: string;
        status: IdentifierStatus;
        first: Date;
        last: Date;
        sourceId: string;
        messageId: string;
        eventId: number;
      }[]
    >`select profile_id as fragment, type, value, status, first_seen_at as first, last_seen_at as last, source_id as "sourceId",
        message_id as "messageId", event_id as "eventId" from identifiers where profile_id = any(${ids}::int[])
      order by first_seen_at, type, value limit 2000`,
    ctx.sql<(Omit<GraphEdge, "at"> & { at: Date })[]>`
      select id as "mergeId", survivor_fragment as survivor, loser_fragment as loser, at, cause, source_id as "sourceId", message_id as "messageId",
        actor_id as "actorId", rules_version as "rulesVersion", evidence from merges
      where undone_at is null and survivor_fragment = any(${ids}::int[]) and loser_fragment = any(${ids}::int[]) order by id`,
  ]);
  const countOf = new Map(counts.map((row) => [row.id, row.n]));
  const fragments = rows.map((row) => ({
    id: row.id,
    canonical: row.id === profileId,
    createdAt: row.createdAt.toISOString(),
    eventCount: countOf.get(row.id) ?? 0,
    identifiers: held
      .filter(({ fragment }) => fragment === row.id)
      .map(({ fragment: _fragment, first, last, value, messageId, ...identifier }) => ({
        ...identifier,
        value: show(identifier.type, value),
        messageId: unmasked ? messageId : null,
        firstSeenAt: first.toISOString(),
        lastSeenAt: last.toISOString(),
      })),
  }));
  return {
    profileId,
    fragments,
    edges: edges.map((edge) => ({
      ...edge,
      at: edge.at.toISOString(),
      messageId: unmasked ? edge.messageId : null,
      evidence: edge.evidence.map((entry) => ({ ...entry, value: show(entry.type, entry.value) })),
    })),
    sources: await sourceNames(ctx.sql, [
      ...held.map(({ sourceId }) => sourceId),
      ...edges.flatMap(({ sourceId }) => (sourceId === null ? [] : [sourceId])),
    ]),
  };
}
