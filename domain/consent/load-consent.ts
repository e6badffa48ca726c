import type { AnySql } from "@/db/client";
import type { Edge, PersonConsent, Statement } from "./decide";
import { CHANNEL_IDENTIFIERS, type Channel } from "./model";

export interface LoadedConsent {
  /** Version of the settings in the same snapshot. */
  version: number;
  /** Processing has not come back to where it was: nothing may be answered. */
  blocked: boolean;
  /** By canonical id. */
  people: Map<number, PersonConsent>;
  /** Each asked id to its canonical one. */
  canonical: Map<number, number>;
}

type Packed = Omit<Statement, "tcfVendors" | "tcfRestricted"> & { tcfVendors: number[] | null; tcfRestricted: number[] | null };

/**
 * What the gate needs about these people (any fragment's id), over all their fragments, in one statement: by primary keys
 * alone. With `asOf`: the statements, merges and suppressions of that time.
 */
export async function loadConsent(
  sql: AnySql,
  ids: readonly number[],
  options: { channel?: Channel | null; address?: string | undefined; asOf?: Date | undefined } = {},
): Promise<LoadedConsent> {
  const { asOf } = options;
  const types = options.channel ? (CHANNEL_IDENTIFIERS[options.channel] ?? []) : [];
  const statements = asOf
    ? sql`(select distinct on (l.profile_id, l.key, l.channel, l.stream) l.*, l.id as ledger_id from consent_ledger l
        where l.profile_id = any(f.ids) and l.at <= ${asOf}
        order by l.profile_id, l.key, l.channel, l.stream, l.at desc, (l.state <> 'granted') desc, l.id desc)`
    : sql`(select * from consent_current k where k.profile_id = any(f.ids))`;
  // One person as a plain number: PostgreSQL then keeps one plan, where a list is planned anew each time (most of the cost).
  const asked = ids.length === 1 ? sql`(select ${ids[0] ?? 0}::int as id)` : sql`unnest(${`{${ids.join(",")}}`}::text::int[])`;
  const rows = await sql<
    {
      version: number;
      blocked: boolean;
      asked: number[] | null;
      id: number | null;
      country: string | null;
      fragments: number[] | null;
      statements: Packed[] | null;
      edges: Edge[] | null;
      suppressed: string | null;
    }[]
  >`
    with asked as (
      select coalesce(a.canonical_id, u.id) as id, array_agg(u.id) as asked from ${asked} u(id)
      left join profile_aliases a on a.profile_id = u.id group by 1)
    select g.version, g.blocked, q.asked, p.id, p.country, f.ids as fragments,
      (select json_agg(json_build_object('ledgerId', c.ledger_id, 'profileId', c.profile_id, 'key', c.key, 'channel', c.channel,
          'stream', c.stream, 'state', c.state, 'at', (extract(epoch from c.at) * 1000)::int8,
          'recordedAt', (extract(epoch from c.recorded_at) * 1000)::int8, 'expiresAt', (extract(epoch from c.expires_at) * 1000)::int8,
          'confirmed', c.confirmed, 'inboxId', c.inbox_id, 'tcfBits', c.tcf_bits, 'tcfVendors', c.tcf_vendors, 'tcfRestricted', c.tcf_restricted))
        from ${statements} c) as statements,
      case when cardinality(f.ids) > 1 then
        (select json_agg(json_build_object('a', m.survivor_fragment, 'b', m.loser_fragment, 'at', (extract(epoch from m.at) * 1000)::int8,
            'inboxId', m.event_id))
          from merges m where m.undone_at is null and m.survivor_fragment = any(f.ids) and m.loser_fragment = any(f.ids)
          ${asOf ? sql`and m.at <= ${asOf}` : sql``}) end as edges,
      ${suppression(sql, types as string[], options)} as suppressed
    from (select c.version, coalesce((p.xid, p.inbox_id) < (c.blocked_xid::xid8, c.blocked_inbox_id), false) as blocked
      from consent_config c, processing_cursors p where c.name = 'main' and p.name = 'main') g
    left join asked q on true
    left join profiles p on p.id = q.id and p.merged_into is null
    left join lateral (
      select array_append(coalesce((select array_agg(a.profile_id) from profile_aliases a where a.canonical_id = p.id), '{}'), p.id) as ids) f
      on p.id is not null`;
  const out: LoadedConsent = { version: rows[0]?.version ?? 0, blocked: rows[0]?.blocked ?? true, people: new Map(), canonical: new Map() };
  for (const { id, asked, country, fragments, statements: said, edges, suppressed } of rows) {
    if (id === null) continue;
    for (const one of asked ?? []) out.canonical.set(one, id);
    out.people.set(id, {
      id,
      country,
      fragments: fragments ?? [id],
      statements: said ?? [],
      edges: edges ?? [],
      suppressed: suppressed === null ? null : { reason: suppressed },
    });
  }
  return out;
}

/**
 * The reason for which the person's addresses of a channel take nothing. A bounce stops its own address: the person only
 * when no other is left. Every other reason stops the person on the channel.
 */
function suppression(
  sql: AnySql,
  types: string[],
  options: { channel?: Channel | null; address?: string | undefined; asOf?: Date | undefined },
) {
  if (!options.channel || types.length === 0) return sql`null::text`;
  return sql`(select coalesce(
      min(s.reason) filter (where s.reason <> 'bounced'),
      case when ${options.address === undefined ? sql`count(*) = count(s.reason)` : sql`bool_or(i.value = ${options.address} and s.reason is not null)`} then min(s.reason) end)
    from identifiers i left join consent_suppressions s on s.type = i.type and s.value = i.value and s.channel = ${options.channel}
      ${options.asOf ? sql`and s.at <= ${options.asOf}` : sql``}
    where i.profile_id = any(f.ids) and i.type = any(${types}::text[]))`;
}
