import { createContext } from "@/domain/kernel/context";
import { ensureEventPartitions } from "@/domain/events/partitions";
import { getProfile, listPeople, profileTimeline, resolveProfile, searchProfiles } from "@/domain/profiles";
import { load, percentile } from "./measure";
import type { Bench, BenchDatabase } from "./report";

const SIZES = { small: { people: 50_000, perPerson: 20 }, full: { people: 1_000_000, perPerson: 20 } } as const;
/** Person with the long history; id after everybody else's. */
const LONG = 10_000;
const MONTHS = 12;

/** People, identifiers, traits and events made by SQL, as processing would leave them: a million people in minutes. */
async function fill(database: BenchDatabase, people: number, perPerson: number): Promise<void> {
  const { sql } = database;
  const months = Array.from({ length: MONTHS }, (_, n) => new Date(Date.UTC(2026, n, 1)));
  await ensureEventPartitions(sql, months);
  await sql`insert into event_types (id, name) select n, 'Event ' || n from generate_series(1, 20) n`;
  await sql`insert into sources (id, name, type) values ('src_bench', 'Bench', 'website')`;
  const all = people + 1;
  await sql`insert into profiles (id, known, name, email, country, traits, first_seen_at, last_seen_at, event_count, order_count, revenue)
    select n, true, 'Person ' || md5(n::text), 'p' || n || '@bench.example', 'DE',
      jsonb_build_object('plan', 'pro', 'n', n, 'email', 'p' || n || '@bench.example'), '2026-01-01', timestamptz '2026-06-01' + n % 100000 * interval '1 second',
      20, 1, n % 1000
    from generate_series(1, ${all}::int) n`;
  await sql`insert into identifiers (type, value, profile_id, raw, first_seen_at, last_seen_at, source_id, message_id, event_id)
    select t, case t when 'email' then 'p' || n || '@bench.example' when 'user_id' then 'user-' || n else md5('a' || n) end, n, 'raw', '2026-01-01', '2026-06-01',
      'src_bench', 'm' || n, n
    from generate_series(1, ${all}::int) n cross join unnest(array['email', 'user_id', 'anonymous_id']) t order by 1, 2`;
  await sql`insert into profile_search (profile_id, text) select id, lower(name || ' ' || email) from profiles`;
  await sql`insert into profile_traits (profile_id, traits, meta)
    select id, traits, '{"plan":{"at":"2026-01-01T00:00:00.000Z","sourceId":"src_bench","messageId":"m"}}' from profiles`;
  for (const month of months) {
    await sql`insert into events (profile_id, event_type, occurred_at, value, id, received_at, source_id, message_id, properties, context)
      select 1 + (k * 7919) % ${people}::int8, 1 + k % 20, ${month}::timestamptz + k % 2419200 * interval '1 second', null, k + ${month.getUTCMonth()}::int8 * 100000000,
        now(), 'src_bench', 'e' || k, jsonb_build_object('path', '/p/' || k % 500, 'n', k), '{"library":{"name":"bench"}}'
      from generate_series(1, ${Math.floor((people * perPerson) / MONTHS)}::int8) k`;
  }
  await sql`insert into events (profile_id, event_type, occurred_at, id, received_at, source_id, message_id, properties, context)
    select ${all}, 1 + k % 20, timestamptz '2026-01-01' + k * interval '45 minutes', 9000000000 + k, now(), 'src_bench', 'l' || k, '{"path":"/"}', '{}'
    from generate_series(1, ${LONG}::int) k`;
  for (const table of ["profiles", "identifiers", "profile_search", "profile_traits", "events"])
    await sql.unsafe(`vacuum (analyze) ${table}`);
}

/**
 * Looking people up: by identifier beside the bare point read that any database client would make; the search box, a
 * page of the table, the 360 page's read and the first page of a long timeline as plain bounds.
 */
export const bench: Bench = async (report, { size, freshDatabase, say }) => {
  const { people, perPerson } = SIZES[size];
  const database = await freshDatabase();
  say(`${people.toLocaleString("en")} people, ${(people * perPerson).toLocaleString("en")} events`);
  await fill(database, people, perPerson);
  const ctx = createContext({ kind: "job", id: "bench" }, database);
  const some = (): number => 1 + Math.floor(Math.random() * people);
  const run = (call: () => Promise<unknown>, concurrency = 8, seconds = 4) =>
    load({ seconds, concurrency, warmUpSeconds: 1, call: async () => void (await call()) });

  say("lookup by identifier");
  const floor = await run(() => database.sql`select profile_id from identifiers where type = 'user_id' and value = ${`user-${some()}`}`);
  const ours = await run(async () => {
    await resolveProfile(ctx, `user_id:user-${some()}`);
  });
  report.rate({ name: "lookup by identifier beside a bare point read", unit: "reads/s", ours: ours.rate, floor: floor.rate, atLeast: 0.5 });
  report.bound({ name: "lookup by identifier, p99 in the server", unit: "ms", ours: percentile(ours.samples, 99), atMost: 10 });

  say("360 page, search, people table");
  const profile = await run(() => getProfile(ctx, `email:p${some()}@bench.example`), 1);
  report.info({ name: "whole 360 read, p50 (one reader)", unit: "ms", ours: percentile(profile.samples, 50) });
  const exact = await run(() => searchProfiles(ctx, { q: `p${some()}@bench.example` }), 1);
  report.bound({ name: "search box, whole e-mail, p95", unit: "ms", ours: percentile(exact.samples, 95), atMost: 50 });
  const part = await run(() => searchProfiles(ctx, { q: `son ${some().toString(16).slice(0, 3)}` }), 1);
  report.bound({ name: "search box, part of a name, p95", unit: "ms", ours: percentile(part.samples, 95), atMost: 50 });
  const page = await run(() => listPeople(ctx, {}), 1);
  report.bound({ name: "people table, first page of 100, p95", unit: "ms", ours: percentile(page.samples, 95), atMost: 50 });

  say("timeline");
  const timeline = await run(() => profileTimeline(ctx, people + 1, { limit: 100 }), 1);
  report.bound({ name: "first page of a 10,000-event timeline, p95", unit: "ms", ours: percentile(timeline.samples, 95), atMost: 50 });
};
