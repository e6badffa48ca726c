import type { AnySql } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";
import { createTrait } from "@/domain/segments";
import type { Definition } from "@/domain/segments/computed/model";

const ORDER = "Order Completed";
const EVER = { kind: "ever" as const };
const orders = { kind: "event" as const, event: ORDER, where: [] };

/** Computed traits that a shop keeps: the same names and events as the demo's story. */
const TRAITS: readonly { name: string; description: string; definition: Definition }[] = [
  {
    name: "Orders in 90 days",
    description: "How busy a customer is at the moment.",
    definition: { ...orders, window: { kind: "last", duration: { n: 90, unit: "day" } }, measure: { of: "count" } },
  },
  { name: "Lifetime value", description: "What all orders brought in.", definition: { ...orders, window: EVER, measure: { of: "sum" } } },
  {
    name: "Favourite category",
    description: "What a person looks at most.",
    definition: {
      kind: "event",
      event: "Product Viewed",
      where: [],
      window: EVER,
      measure: { of: "most_frequent", path: ["category"], atLeast: 2 },
    },
  },
  {
    name: "Days since last order",
    description: "How long a customer has been silent.",
    definition: { ...orders, window: EVER, measure: { of: "days_since", which: "last" } },
  },
  {
    name: "Customer group",
    description: "Recency, frequency and money over a year, in words.",
    definition: {
      kind: "rfm",
      event: ORDER,
      where: [],
      window: { kind: "last", duration: { n: 1, unit: "year" } },
      groups: 5,
      score: "group",
      everyHours: 24,
    },
  },
  {
    name: "Visits in 30 days",
    description: "Sessions on the site and in the app, 30 minutes apart.",
    definition: {
      kind: "sessions",
      event: null,
      where: [],
      window: { kind: "last", duration: { n: 30, unit: "day" } },
      gapMinutes: 30,
      measure: "count",
    },
  },
  {
    name: "Win back",
    description: "Customers worth a call: they spent much and have gone quiet.",
    definition: { kind: "formula", expression: 'if(lifetime_value > 150 and days_since_last_order > 60, "call")' },
  },
];

/**
 * Makes the demo's computed traits; names that an own trait has get keys of their own, and a formula over them would
 * mean another, so nothing is made where one of the keys is taken.
 * @returns their ids
 */
export async function createDemoTraits(tx: Ctx): Promise<string[]> {
  const taken = await tx.sql`select 1 from computed_traits where key in ('lifetime_value', 'days_since_last_order') limit 1`;
  const ids: string[] = [];
  for (const trait of TRAITS) {
    if (trait.definition.kind === "formula" && taken.length > 0) continue;
    ids.push((await createTrait(tx, trait)).id);
  }
  return ids;
}

/** Takes the demo's computed traits away with everything of theirs, except those that somebody edited or uses. */
export async function removeDemoTraits(sql: AnySql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const list = [...ids];
  const rows = await sql<{ id: string }[]>`
    select t.id from computed_traits t where t.id = any(${list}::text[]) and (t.version = 1 or t.deleted_at is not null)
      and not exists (select 1 from segment_references r where r.uses_id = t.id)
      and not exists (select 1 from computed_trait_references r where r.uses_id = t.id and r.trait_id <> all(${list}::text[]))`;
  const gone = rows.map(({ id }) => id);
  // A formula that stays keeps what it asks.
  const kept = list.filter((id) => !gone.includes(id));
  const asked = await sql<{ id: string }[]>`
    select uses_id as id from computed_trait_references where trait_id = any(${kept}::text[])`;
  const out = gone.filter((id) => !asked.some((one) => one.id === id));
  for (const table of ["computed_values", "computed_due", "computed_trait_versions", "computed_trait_references"])
    await sql`delete from ${sql(table)} where trait_id = any(${out}::text[])`;
  await sql`delete from jobs where kind = 'traits.compute' and fair_key = any(${out}::text[])`;
  await sql`delete from computed_traits where id = any(${out}::text[])`;
  // Changes of people are noted while there is something to keep live; with nothing left nobody will read them.
  await sql`
    delete from profile_changes where not exists (select 1 from segments where deleted_at is null)
      and not exists (select 1 from computed_traits where deleted_at is null)`;
}
