import { can, requirePermission } from "@/domain/access";
import type { InboxMessage } from "@/domain/events/model";
import { componentsOf, identifiersOf, readCursor, rulesAt } from "@/domain/identity";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { z } from "zod";
import { personOf } from "./canonical";
import { maskIdentifier } from "./mask";
import type { SharedEvents } from "./schemas";

const schema = z.object({ mergeId: z.string().min(1).max(60) });

/** Newest events of the person that are read for one answer; each is a primary-key read of its message. */
const EXAMINED = 5_000;
const LISTED = 50;

/**
 * Events since a merge whose message named identifiers of both of its sides, newest first, each with the side that it
 * belongs to and goes to when the merge is taken back: that of the identifier with the highest priority. Other events
 * name one side only, so there is nothing to decide about them.
 */
export async function sharedEvents(ctx: Ctx, input: unknown): Promise<SharedEvents> {
  requirePermission(ctx, "profiles:read");
  const { mergeId } = parseInput(schema, input);
  const { sql } = ctx;
  const [merge] = await sql<{ at: Date; event_id: number | null; survivor_fragment: number; loser_fragment: number }[]>`
    select at, event_id, survivor_fragment, loser_fragment from merges where id = ${mergeId} and undone_at is null`;
  if (!merge) throw notFound("The merge");
  const { fragments } = await personOf(sql, merge.survivor_fragment);
  const [edges, held, rules] = await Promise.all([
    sql<{ id: string; survivorFragment: number; loserFragment: number }[]>`
      select id, survivor_fragment as "survivorFragment", loser_fragment as "loserFragment" from merges
      where undone_at is null and id <> ${mergeId} and survivor_fragment = any(${fragments}::int[])`,
    sql<{ type: string; value: string; profile_id: number }[]>`
      select type, value, profile_id from identifiers where profile_id = any(${fragments}::int[])`,
    readCursor(sql).then((cursor) => rulesAt(sql, cursor)),
  ]);
  const canonical = componentsOf(fragments, edges);
  const survivor = canonical.get(merge.survivor_fragment);
  const sideOf = (fragment: number): "survivor" | "loser" => (canonical.get(fragment) === survivor ? "survivor" : "loser");
  const sideOfIdentifier = new Map(held.map((row) => [`${row.type}\0${row.value}`, sideOf(row.profile_id)]));
  const since = merge.event_id === null ? sql`e.received_at >= ${merge.at}` : sql`e.id >= ${merge.event_id}`;
  const rows = await sql<
    { id: number; fragment: number; event: string; at: Date; body: string; country: string | null; sourceName: string | null }[]
  >`select e.id, e.profile_id as fragment, t.name as event, e.occurred_at as at, i.body, s.settings ->> 'defaultCountry' as country,
      s.name as "sourceName"
    from (select e.id, e.profile_id, e.event_type, e.occurred_at, e.received_at, e.source_id from events e
        where e.profile_id = any(${fragments}::int[]) and ${since} order by e.id desc limit ${EXAMINED + 1}) e
      join inbox i on i.id = e.id and i.received_at = e.received_at
      join event_types t on t.id = e.event_type left join sources s on s.id = e.source_id
    order by e.id desc`;
  const unmasked = can(ctx, "personal_data:see");
  const both = rows.slice(0, EXAMINED).flatMap(({ id, fragment, event, at, body, country, sourceName }) => {
    const named = identifiersOf(JSON.parse(body) as InboxMessage, rules, country).identifiers.flatMap(({ type, value }) => {
      const side = sideOfIdentifier.get(`${type}\0${value}`);
      return side === undefined ? [] : [{ type, value: unmasked ? value : maskIdentifier(type, value), side }];
    });
    if (new Set(named.map(({ side }) => side)).size < 2) return [];
    return [{ id, event, at: at.toISOString(), source: sourceName, side: sideOf(fragment), identifiers: named }];
  });
  return {
    events: both.slice(0, LISTED),
    total: both.length,
    examined: Math.min(rows.length, EXAMINED),
    complete: rows.length <= EXAMINED,
  };
}
