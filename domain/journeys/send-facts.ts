import type { AnySql } from "@/db/client";
import { judgeMessage, storeMessages } from "@/domain/events";
import type { StoreItem } from "@/domain/events";
import type { Json, JsonObject } from "@/domain/events/model";

/** The source under which the product's own events and traits come in, like any other. */
export const PRODUCT_SOURCE = "src_tributary";

export interface ProductFact {
  readonly profileId: number;
  /** The same id means the same fact: it is stored once. */
  readonly messageId: string;
  readonly at: Date;
  readonly event?: { readonly name: string; readonly properties: JsonObject };
  readonly traits?: JsonObject;
}

/**
 * Puts events and traits that the product makes into the inbox, like those of any source: nothing reaches back upstream.
 * In the caller's transaction, so that a step and what it says happen together. People without an id of their own are
 * named by their e-mail or phone.
 */
export async function sendFacts(sql: AnySql, facts: readonly ProductFact[], now: Date): Promise<void> {
  if (facts.length === 0) return;
  await sql`
    insert into sources (id, name, type, settings) values (${PRODUCT_SOURCE}, 'Tributary', 'server', '{}') on conflict do nothing`;
  const names = await namesOf(sql, [...new Set(facts.map(({ profileId }) => profileId))]);
  const items: StoreItem[] = [];
  for (const fact of facts) {
    const name = names.get(fact.profileId);
    if (name === undefined) continue;
    const raw: Record<string, Json> = {
      ...name,
      type: fact.event === undefined ? "identify" : "track",
      messageId: fact.messageId,
      timestamp: fact.at.toISOString(),
      ...(fact.event === undefined ? {} : { event: fact.event.name, properties: fact.event.properties }),
      ...(fact.traits === undefined ? {} : { traits: fact.traits }),
      // The person did nothing: "last seen" stays.
      context: { ...(name["context"] as JsonObject | undefined), active: false },
    };
    const judged = judgeMessage(raw, { receivedAt: now });
    if (judged.ok) items.push({ messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash });
  }
  await storeMessages(sql, [{ sourceId: PRODUCT_SOURCE, receivedAt: now, items }]);
}

/** How to name each person so that processing finds the same one. */
async function namesOf(sql: AnySql, ids: readonly number[]): Promise<Map<number, Record<string, Json>>> {
  const rows = await sql<{ id: number; type: string; value: string }[]>`
    select distinct on (w.id) w.id, i.type, i.raw as value
    from unnest(${[...ids]}::int[]) w(id)
    left join profile_aliases a on a.profile_id = w.id
    join lateral (
      select i.type, case when i.type in ('email', 'phone') then i.value else coalesce(nullif(i.raw, ''), i.value) end as raw, i.last_seen_at,
        array_position(array['user_id', 'anonymous_id', 'email', 'phone'], i.type) as rank
      from identifiers i where i.status = 'active' and i.type in ('user_id', 'anonymous_id', 'email', 'phone')
        and i.profile_id in (select f.profile_id from profile_aliases f where f.canonical_id = coalesce(a.canonical_id, w.id) union all select coalesce(a.canonical_id, w.id))
    ) i on true
    order by w.id, i.rank, i.last_seen_at desc`;
  return new Map(
    rows.map(({ id, type, value }): [number, Record<string, Json>] => {
      if (type === "user_id") return [id, { userId: value }];
      if (type === "anonymous_id") return [id, { anonymousId: value }];
      return [
        id,
        { anonymousId: `tributary-${id}`, context: { externalIds: [{ id: value, type, collection: "users", encoding: "none" }] } },
      ];
    }),
  );
}
