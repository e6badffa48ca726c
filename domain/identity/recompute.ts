import type { TxSql } from "@/db/client";
import { noteConsentChanges } from "@/domain/consent";
import { ORDER_EVENT, REFUND_EVENTS } from "@/domain/events/model";
import type { CompiledRules } from "./compile-rules";
import { CALL_NAMES } from "./facts";
import { loadPersons, type Loaded } from "./load-people";
import { parseUnits, type Person } from "./person";
import { IdentityState } from "./state";
import { sameTraitPolicy } from "./traits";
import { planAliases, planSearch, planShapes, runAll, shapeOf } from "./write-batch";
import { planChanges, type Write } from "./write-changes";

const ints = (values: Iterable<number>): string => `{${[...values].join(",")}}`;

export interface ActiveEdge {
  id: string;
  survivorFragment: number;
  loserFragment: number;
}

/**
 * People as the active edges of the ledger make them: each edge in the order of its making, the side of
 * `survivorFragment` gives its canonical fragment. Pure.
 * @returns fragment to canonical fragment
 */
export function componentsOf(fragments: Iterable<number>, edges: readonly ActiveEdge[]): Map<number, number> {
  const canonical = new Map<number, number>();
  const members = new Map<number, number[]>();
  for (const fragment of fragments) {
    canonical.set(fragment, fragment);
    members.set(fragment, [fragment]);
  }
  for (const edge of [...edges].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const winner = canonical.get(edge.survivorFragment);
    const loser = canonical.get(edge.loserFragment);
    if (winner === undefined || loser === undefined || winner === loser) continue;
    const moved = members.get(loser) ?? [];
    for (const fragment of moved) canonical.set(fragment, winner);
    members.get(winner)?.push(...moved);
    members.delete(loser);
  }
  return canonical;
}

/** All fragments of the people that the given fragments belong to. */
export async function fragmentsWith(tx: TxSql, fragments: readonly number[]): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    with canonical as (
      select distinct coalesce(a.canonical_id, f.id) as id from unnest(${ints(fragments)}::text::int[]) f(id)
      left join profile_aliases a on a.profile_id = f.id)
    select id from canonical union select a.profile_id from profile_aliases a join canonical c on a.canonical_id = c.id`;
  return rows.map(({ id }) => id);
}

/**
 * Makes the canonical mapping and the summaries of these fragments anew, from the ledger and from what the fragments
 * hold. Gives exactly what processing would have counted message by message.
 */
export async function recomputePeople(tx: TxSql, fragments: readonly number[], rules: CompiledRules): Promise<Map<number, number>> {
  const list = ints(fragments);
  const edges = await tx<ActiveEdge[]>`
    select id, survivor_fragment as "survivorFragment", loser_fragment as "loserFragment" from merges
    where undone_at is null and survivor_fragment = any(${list}::text::int[]) and loser_fragment = any(${list}::text::int[])`;
  const canonical = componentsOf(fragments, edges);
  const heads = new Set(canonical.values());
  const writes: Write[] = [];
  const queue = (write: Write): void => void writes.push(write);
  await tx`delete from profile_aliases where profile_id = any(${list}::text::int[])`;
  const aliased = new Map([...canonical].filter(([fragment, head]) => fragment !== head));
  planAliases(aliased, new Map(), queue);
  await runAll(tx, writes.splice(0));
  const loaded: Loaded = { state: new IdentityState<Person>(), traits: new Map() };
  await loadPersons(tx, heads, loaded);
  const people = [...loaded.state.people.values()];
  await recount(tx, people);
  const shapes = people.map((person) => shapeOf(person, loaded.traits, rules));
  planShapes(shapes, queue);
  planSearch(
    shapes.map(({ id, searchText }) => ({ id, text: searchText })),
    queue,
  );
  planChanges(new Map(), fragments, queue);
  queue((sql) => noteConsentChanges(sql, fragments));
  await runAll(tx, writes);
  return canonical;
}

/** Counters of people out of their fragments' statistics and events. */
async function recount(tx: TxSql, people: Person[]): Promise<void> {
  const all = ints(people.flatMap((person) => person.fragments));
  const [counts, seen] = await Promise.all([
    tx<{ id: number; events: number; orders: number; revenue: string }[]>`
      select s.profile_id as id, coalesce(sum(s.count) filter (where t.name <> all(${[...CALL_NAMES]}::text[])), 0)::int8 as events,
        coalesce(sum(s.count) filter (where t.name = ${ORDER_EVENT}), 0)::int8 as orders,
        (coalesce(sum(s.value_sum) filter (where t.name = ${ORDER_EVENT}), 0)
          - coalesce(sum(s.value_sum) filter (where t.name = any(${[...REFUND_EVENTS]}::text[])), 0))::text as revenue
      from profile_event_stats s join event_types t on t.id = s.event_type
      where s.profile_id = any(${all}::text::int[]) group by s.profile_id`,
    tx<{ id: number; first: number; last: number | null }[]>`
      select profile_id as id, (extract(epoch from min(occurred_at)) * 1000)::int8 as first,
        (extract(epoch from max(occurred_at) filter (where context->'active' is distinct from 'false'::jsonb)) * 1000)::int8 as last
      from events where profile_id = any(${all}::text::int[]) group by profile_id`,
  ]);
  const countOf = new Map(counts.map((row) => [row.id, row]));
  const seenOf = new Map(seen.map((row) => [row.id, row]));
  for (const person of people) {
    let first = Infinity;
    let last = -Infinity;
    Object.assign(person, { eventCount: 0, orderCount: 0, revenue: 0n });
    for (const fragment of person.fragments) {
      const count = countOf.get(fragment);
      if (count) {
        person.eventCount += count.events;
        person.orderCount += count.orders;
        person.revenue += parseUnits(count.revenue);
      }
      const times = seenOf.get(fragment);
      if (!times) continue;
      first = Math.min(first, times.first);
      last = Math.max(last, times.last ?? -Infinity);
    }
    person.firstSeen = first === Infinity ? person.createdAt : first;
    person.seenActive = last !== -Infinity;
    person.lastSeen = person.seenActive ? last : person.firstSeen;
  }
}

const AT_ONCE = 1_000;

/**
 * A change of how traits are chosen shows on people of several fragments at once: their reconciled traits are a function
 * of fragments and rules, never of when somebody last looked. Does nothing when the choice is the same.
 */
export async function reconcileAgain(tx: TxSql, before: CompiledRules, after: CompiledRules): Promise<void> {
  if (sameTraitPolicy(before.rules, after.rules)) return;
  const rows = await tx<{ id: number }[]>`select distinct canonical_id as id from profile_aliases order by 1`;
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const fragments = await fragmentsWith(
      tx,
      rows.slice(i, i + AT_ONCE).map(({ id }) => id),
    );
    await recomputePeople(tx, fragments, after);
  }
}
