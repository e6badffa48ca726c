import type { Database } from "@/db/client";
import { classifyField } from "./classify";

/** Events and people whose values are looked at for one name. */
const SAMPLES = 200;
/** Scopes (event names, traits) that one call looks at. */
const SCOPES_AT_ONCE = 50;

/**
 * Gives every trait and event property that messages brought and nobody classified a class, by its name and the newest
 * values. One read per event name, by index. @returns fields that were classified
 */
export async function learnFields({ sql }: Pick<Database, "sql">): Promise<number> {
  const scopes = await sql<{ kind: "trait" | "event"; scope: string; keys: string[] }[]>`
    select s.kind, s.scope, array_agg(s.key order by s.key) as keys from seen_properties s
    where not exists (select 1 from field_classes f where f.kind = s.kind and f.scope = s.scope and f.key = s.key)
    group by s.kind, s.scope order by s.kind, s.scope limit ${SCOPES_AT_ONCE}`;
  let learned = 0;
  for (const { kind, scope, keys } of scopes) {
    const values =
      kind === "trait"
        ? await sql<
            { values: Record<string, unknown> }[]
          >`select traits as values from profile_traits order by profile_id desc limit ${SAMPLES}`
        : await sql<{ values: Record<string, unknown> }[]>`
            select e.properties as values from events e where e.event_type = (select id from event_types where name = ${scope})
            order by e.occurred_at desc limit ${SAMPLES}`;
    const rows = keys.map((key) => {
      const samples = values.flatMap((row) => valueAt(row.values, key) ?? []);
      return { key, ...classifyField(key, kind === "event", samples) };
    });
    const written = await sql`
      insert into field_classes (kind, scope, key, found, reason)
      select ${kind}, ${scope}, key, class, reason from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(key text, class text, reason text)
      on conflict do nothing`;
    learned += written.count;
  }
  return learned;
}

/** The value of "address.city", or of a key that has a point itself. */
function valueAt(values: Record<string, unknown>, key: string): unknown {
  if (Object.hasOwn(values, key)) return values[key];
  const [head = "", ...rest] = key.split(".");
  const inner = Object.hasOwn(values, head) ? values[head] : undefined;
  const name = rest.join(".");
  return typeof inner === "object" && inner !== null && Object.hasOwn(inner, name) ? (inner as Record<string, unknown>)[name] : undefined;
}
