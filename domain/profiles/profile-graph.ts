import { can, requirePermission } from "@/domain/access";
import type { IdentifierStatus } from "@/domain/identity/model";
import type { Ctx } from "@/domain/kernel/context";
import { personOf } from "./canonical";
import { maskIdentifier, maskText } from "./mask";
import type { GraphMerge, ProfileGraph } from "./schemas";
import { sourceNames } from "./source-names";
import { profileNotes } from "./trait-history";

interface MergeRecord {
  id: string;
  at: Date;
  survivor_fragment: number;
  loser_fragment: number;
  cause: GraphMerge["cause"];
  evidence: { type: string; value: string; profileId: number }[];
  rules_version: number;
  source_id: string | null;
  message_id: string | null;
  actor: string | null;
  undone_at: Date | null;
  undone_by: string | null;
  undone_reason: string | null;
}

/** Who is this, and why: fragments, identifiers, every merge that touched them (taken back ones too), and notes. */
export async function profileGraph(ctx: Ctx, id: number): Promise<ProfileGraph> {
  requirePermission(ctx, "profiles:read");
  const unmasked = can(ctx, "personal_data:see");
  const { sql } = ctx;
  const person = await personOf(sql, id);
  const ids = sql`any(${person.fragments}::int[])`;
  const show = (type: string, value: string): string => (unmasked ? value : maskIdentifier(type, value));
  const [fragments, identifiers, merges, notes] = await Promise.all([
    // The canonical row carries the person's times; a fragment's own are those of its events.
    sql<{ id: number; first: Date; last: Date; n: number }[]>`
      select p.id, coalesce(min(s.first_at), p.created_at) as first, coalesce(max(s.last_at), p.created_at) as last,
        coalesce(sum(s.count), 0)::int8 as n
      from profiles p left join profile_event_stats s on s.profile_id = p.id where p.id = ${ids} group by p.id order by p.id`,
    sql<
      {
        type: string;
        value: string;
        status: IdentifierStatus;
        profile_id: number;
        first_seen_at: Date;
        last_seen_at: Date;
        source_id: string;
        message_id: string;
      }[]
    >`select type, value, status, profile_id, first_seen_at, last_seen_at, source_id, message_id
      from identifiers where profile_id = ${ids} order by first_seen_at, type, value limit 1000`,
    sql<MergeRecord[]>`
      select m.id, m.at, m.survivor_fragment, m.loser_fragment, m.cause, m.evidence, m.rules_version, m.source_id, m.message_id,
        u.name as actor, m.undone_at, coalesce(b.name, m.undone_by) as undone_by, m.undone_reason
      from merges m left join users u on u.id = m.actor_id left join users b on b.id = m.undone_by
      where m.survivor_fragment = ${ids} or m.loser_fragment = ${ids} order by m.at desc, m.id desc limit 500`,
    profileNotes(ctx, person.id),
  ]);
  const inside = new Set(person.fragments);
  const named = [...new Set(merges.flatMap((merge) => [merge.survivor_fragment, merge.loser_fragment]))].filter((one) => !inside.has(one));
  const elsewhere = named.length
    ? await sql<{ id: number; canonical: number }[]>`
        select p.id, coalesce(a.canonical_id, p.id) as canonical from profiles p left join profile_aliases a on a.profile_id = p.id
        where p.id = any(${named}::int[])`
    : [];
  return {
    id: person.id,
    fragments: fragments.map((row) => ({
      id: row.id,
      firstSeenAt: row.first.toISOString(),
      lastSeenAt: row.last.toISOString(),
      events: row.n,
    })),
    identifiers: identifiers.map((row) => ({
      type: row.type,
      value: show(row.type, row.value),
      status: row.status,
      profileId: row.profile_id,
      firstSeenAt: row.first_seen_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
      sourceId: row.source_id,
      messageId: unmasked ? row.message_id : maskText(row.message_id),
    })),
    merges: merges.map((row): GraphMerge => ({
      id: row.id,
      at: row.at.toISOString(),
      survivorFragment: row.survivor_fragment,
      loserFragment: row.loser_fragment,
      cause: row.cause,
      evidence: row.evidence.map((item) => ({ ...item, value: show(item.type, item.value) })),
      rulesVersion: row.rules_version,
      sourceId: row.source_id,
      messageId: row.message_id === null || unmasked ? row.message_id : maskText(row.message_id),
      actor: row.actor,
      undone: row.undone_at === null ? null : { at: row.undone_at.toISOString(), by: row.undone_by, reason: row.undone_reason },
    })),
    elsewhere: Object.fromEntries(elsewhere.map((row) => [row.id, row.canonical])),
    sources: await sourceNames(sql, [
      ...identifiers.map((row) => row.source_id),
      ...merges.flatMap((row) => row.source_id ?? []),
      ...notes.flatMap((note) => note.sourceId ?? []),
    ]),
    notes,
  };
}
