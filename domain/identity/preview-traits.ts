import type { Database } from "@/db/client";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import type { TraitMeta, Traits } from "@/domain/profiles/model";
import { readCursor, rulesAt } from "./cursor";
import type { IdentityRules, TraitsPreview } from "./model";
import { reconcile, sameTraitPolicy } from "./traits";

const AT_ONCE = 1_000;
const EXAMPLES = 3;
const KEYS = 50;

/**
 * What another choice of trait values changes as soon as it is saved: the traits of people that have several fragments,
 * reconciled under both rules. Reads each such person once, in pages; people of one fragment keep their values until
 * history is replayed.
 */
export async function previewTraits({ sql }: Database, rules: IdentityRules): Promise<TraitsPreview | null> {
  const now = await rulesAt(sql, await readCursor(sql));
  if (sameTraitPolicy(now.rules, rules)) return null;
  const keys = new Map<string, { people: number; examples: number[] }>();
  let people = 0;
  for (let after = 0; ;) {
    const rows = await sql<{ person: number; parts: { traits: Traits; meta: Record<string, TraitMeta> }[] }[]>`
      with page as (select distinct canonical_id as id from profile_aliases where canonical_id > ${after} order by 1 limit ${AT_ONCE}),
        member as (select id as person, id as fragment from page
          union all select a.canonical_id, a.profile_id from profile_aliases a join page on page.id = a.canonical_id)
      select m.person, coalesce(jsonb_agg(jsonb_build_object('traits', t.traits, 'meta', t.meta)) filter (where t.profile_id is not null), '[]') as parts
      from member m left join profile_traits t on t.profile_id = m.fragment group by m.person order by m.person`;
    for (const { person, parts } of rows) {
      const [before, then] = [reconcile(parts, now.rules), reconcile(parts, rules)];
      const changed = Object.keys(then).filter((key) => canonicalJson(before[key]) !== canonicalJson(then[key]));
      if (changed.length > 0) people += 1;
      for (const key of changed) {
        const entry = keys.get(key) ?? { people: 0, examples: [] };
        entry.people += 1;
        if (entry.examples.length < EXAMPLES) entry.examples.push(person);
        keys.set(key, entry);
      }
    }
    if (rows.length < AT_ONCE) break;
    after = rows.at(-1)?.person ?? 0;
  }
  return {
    people,
    keys: [...keys]
      .map(([key, entry]) => ({ key, ...entry }))
      .toSorted((a, b) => b.people - a.people || (a.key < b.key ? -1 : 1))
      .slice(0, KEYS),
  };
}
