import type { AnySql } from "@/db/client";
import { seededRandom } from "@/domain/kernel/random";
import { seconds } from "@/domain/segments/model";
import type { JourneyDefinition, NodeOf } from "./model";

/** How long what bandits learnt is kept before it is read again. */
const FRESH_MS = 60_000;
const DRAWS = 1_000;
const kept = new Map<string, { at: number; shares: Readonly<Record<string, number>> }>();

/**
 * Shares of the arms of every bandit in these definitions, by `journey:version:node`: per cent of draws that each arm
 * wins (Thompson sampling, Beta(1 + successes, 1 + failures); the seed is the counts, so the same data give the same
 * shares). For values, arms are weighed by the share of people who brought any, times the mean of those.
 */
export async function armShares(
  sql: AnySql,
  definitions: ReadonlyMap<string, JourneyDefinition>,
  now: number,
): Promise<Map<string, Readonly<Record<string, number>>>> {
  const out = new Map<string, Readonly<Record<string, number>>>();
  for (const [key, definition] of definitions) {
    for (const node of definition.nodes) {
      if (node.kind !== "optimise") continue;
      const name = `${key}:${node.id}`;
      const known = kept.get(name);
      if (known !== undefined && Math.abs(now - known.at) < FRESH_MS) {
        out.set(name, known.shares);
        continue;
      }
      const shares = thompson(node, await resultsOf(sql, key, node, now));
      kept.set(name, { at: now, shares });
      out.set(name, shares);
    }
  }
  return out;
}

interface ArmResult {
  readonly arm: string;
  readonly people: number;
  readonly successes: number;
  readonly value: number;
}

async function resultsOf(sql: AnySql, key: string, node: NodeOf<"optimise">, now: number): Promise<ArmResult[]> {
  const journeyId = key.slice(0, key.lastIndexOf(":"));
  const { event, within } = node.metric;
  return sql<ArmResult[]>`
    select x.arm, count(*)::int as people, count(m.at)::int as successes, coalesce(sum(m.value), 0)::float8 as value
    from journey_exposures x
    left join profile_aliases a on a.profile_id = x.profile_id
    left join lateral (
      select min(e.occurred_at) as at, sum(e.value) as value from events e
      where e.profile_id in (select f.profile_id from profile_aliases f where f.canonical_id = coalesce(a.canonical_id, x.profile_id)
          union all select coalesce(a.canonical_id, x.profile_id))
        and e.event_type = (select id from event_types where name = ${event})
        and e.occurred_at >= x.at and e.occurred_at < x.at + ${`${seconds(within)} seconds`}::interval
    ) m on true
    where x.journey_id = ${journeyId} and x.node = ${node.id} and x.at > ${new Date(now - 90 * 86_400_000)}
    group by 1`;
}

export function thompson(node: Pick<NodeOf<"optimise">, "arms" | "metric">, results: readonly ArmResult[]): Record<string, number> {
  const of = new Map(results.map((result) => [result.arm, result]));
  const random = seededRandom(results.reduce((seed, { people, successes }) => seed * 31 + people * 7 + successes, 17));
  const wins = new Map(node.arms.map(({ id }) => [id, 0]));
  for (let draw = 0; draw < DRAWS; draw++) {
    let best = "";
    let highest = -1;
    for (const { id } of node.arms) {
      const { people = 0, successes = 0, value = 0 } = of.get(id) ?? {};
      const rate = beta(random.next, 1 + successes, 1 + people - successes);
      const worth = node.metric.value === "value" ? rate * (successes > 0 ? value / successes : 1) : rate;
      if (worth > highest) {
        highest = worth;
        best = id;
      }
    }
    wins.set(best, (wins.get(best) ?? 0) + 1);
  }
  return Object.fromEntries([...wins].map(([id, n]) => [id, (n * 100) / DRAWS]));
}

/** One draw of Beta(a, b), as Gamma(a) / (Gamma(a) + Gamma(b)); a, b >= 1 (Marsaglia, Tsang 2000). */
function beta(next: () => number, a: number, b: number): number {
  const x = gamma(next, a);
  return x / (x + gamma(next, b));
}

function gamma(next: () => number, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - next()) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) return d * v;
  }
}
