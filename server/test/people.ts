import { ensureEventPartitions } from "@/domain/events/partitions";
import type { Database } from "@/db/client";
import type { Json } from "@/domain/events/model";

export interface SeedEvent {
  event: string;
  at: string;
  id?: number;
  value?: number;
  source?: string;
  session?: string;
  properties?: Record<string, Json>;
  context?: Record<string, Json>;
}

export interface SeedPerson {
  id: number;
  mergedInto?: number;
  name?: string;
  email?: string;
  phone?: string;
  country?: string;
  traits?: Record<string, Json>;
  meta?: Record<string, { at: string; sourceId: string; messageId: string }>;
  identifiers?: [type: string, value: string][];
  events?: SeedEvent[];
  revenue?: number;
  lastSeen?: string;
}

let nextEvent = 1_000_000;

/** Writes people as processing leaves them: for tests of reads that must not depend on processing. */
export async function seedPeople(database: Database, people: readonly SeedPerson[]): Promise<void> {
  const { sql } = database;
  await sql`insert into sources (id, name, type) values ('src_web', 'Shop', 'website'), ('src_crm', 'CRM', 'crm') on conflict do nothing`;
  await ensureEventPartitions(
    sql,
    people.flatMap((person) => (person.events ?? []).map((event) => new Date(event.at))),
  );
  const names = [...new Set(people.flatMap((person) => (person.events ?? []).map((event) => event.event)))];
  for (const name of names) {
    await sql`insert into event_types (id, name) select coalesce(max(id), 0) + 1, ${name} from event_types
      where not exists (select 1 from event_types where name = ${name}) having not exists (select 1 from event_types where name = ${name})`;
  }
  for (const person of people) {
    const seen = person.lastSeen ?? "2026-05-01T12:00:00.000Z";
    const orders = (person.events ?? []).filter((event) => event.event === "Order Completed");
    await sql`insert into profiles (id, merged_into, known, name, email, phone, country, traits, first_seen_at, last_seen_at, event_count, order_count, revenue)
      values (${person.id}, ${person.mergedInto ?? null}, ${person.email !== undefined || (person.identifiers ?? []).some(([type]) => type === "user_id")},
        ${person.name ?? null}, ${person.email ?? null}, ${person.phone ?? null}, ${person.country ?? null}, ${JSON.stringify(person.traits ?? {})}::text::jsonb,
        '2026-01-01', ${seen}::timestamptz, ${(person.events ?? []).length}, ${orders.length}, ${String(person.revenue ?? 0)}::numeric)`;
    if (person.mergedInto !== undefined) {
      await sql`insert into profile_aliases (profile_id, canonical_id) values (${person.id}, ${person.mergedInto})`;
    } else if (person.name !== undefined || person.email !== undefined) {
      await sql`insert into profile_search (profile_id, text) values (${person.id}, ${`${person.name ?? ""} ${person.email ?? ""}`.trim().toLowerCase()})`;
    }
    if (person.traits) {
      const meta =
        person.meta ??
        Object.fromEntries(
          Object.keys(person.traits).map((key) => [key, { at: "2026-02-01T00:00:00.000Z", sourceId: "src_web", messageId: `m-${key}` }]),
        );
      await sql`insert into profile_traits (profile_id, traits, meta)
        values (${person.id}, ${JSON.stringify(person.traits)}::text::jsonb, ${JSON.stringify(meta)}::text::jsonb)`;
    }
    for (const [index, [type, value]] of (person.identifiers ?? []).entries()) {
      await sql`insert into identifiers (type, value, profile_id, raw, first_seen_at, last_seen_at, source_id, message_id, event_id)
        values (${type}, ${value}, ${person.id}, ${value}, '2026-01-01', '2026-05-01', 'src_web', ${`m-${person.id}-${index}`}, 1)`;
    }
    for (const event of person.events ?? []) {
      const id = event.id ?? nextEvent++;
      await sql`insert into events (profile_id, event_type, occurred_at, value, id, received_at, source_id, message_id, session_id, properties, context)
        select ${person.id}, t.id, ${event.at}::timestamptz, ${event.value === undefined ? null : String(event.value)}::numeric, ${id},
          ${event.at}::timestamptz, ${event.source ?? "src_web"}, ${`msg-${id}`}, ${event.session ?? null},
          ${JSON.stringify(event.properties ?? {})}::text::jsonb, ${JSON.stringify(event.context ?? {})}::text::jsonb
        from event_types t where t.name = ${event.event}`;
    }
    await sql`insert into profile_event_stats (profile_id, event_type, count, value_sum, first_at, last_at)
      select profile_id, event_type, count(*), coalesce(sum(value), 0), min(occurred_at), max(occurred_at)
      from events where profile_id = ${person.id} group by 1, 2`;
  }
}
