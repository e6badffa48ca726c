import { ensureEventPartitions, ensureInboxPartitions } from "@/domain/events/partitions";
import { approveRequest, createRegulation, createRequest, getRequest, runErasures, verifyByHand } from "@/domain/governance";
import { createContext } from "@/domain/kernel/context";
import type { Bench, BenchDatabase } from "./report";

const SIZES = { small: { people: 100_000, bulk: 500 }, full: { people: 1_000_000, bulk: 10_000 } } as const;
const PER_PERSON = 20;
const DAYS = 60;
const START = Date.UTC(2026, 0, 1);
/** The person with the long history: 2,000 events, in 20 segments. */
const LONG = 2_000;
const SEGMENTS = 20;
const BODY = `'{"type":"track","messageId":"m' || k || '","userId":"user-' || p || '","event":"Event 1","properties":{"path":"/p/' || k % 500 || '","n":' || k || '},"context":{"library":{"name":"bench"}},"timestamp":"2026-01-01T00:00:00.000Z","receivedAt":"2026-01-01T00:00:00.000Z"}'`;

/** People as processing leaves them, with their messages in the archive and their message keys: by SQL. */
async function fill(database: BenchDatabase, people: number): Promise<void> {
  const { sql } = database;
  await ensureEventPartitions(sql, [new Date(START), new Date(START + 32 * 86_400_000), new Date(START + 59 * 86_400_000)]);
  await ensureInboxPartitions(sql, new Date(START), DAYS);
  await sql`insert into sources (id, name, type) values ('src_bench', 'Bench', 'website')`;
  await sql`insert into event_types (id, name) select n, 'Event ' || n from generate_series(1, 20) n`;
  const all = people + 1;
  await sql`insert into profiles (id, known, name, email, traits, first_seen_at, last_seen_at, event_count)
    select n, true, 'Person ' || md5(n::text), 'p' || n || '@bench.example', jsonb_build_object('n', n, 'email', 'p' || n || '@bench.example'), '2026-01-01', '2026-02-01', 20
    from generate_series(1, ${all}::int) n`;
  await sql`insert into identifiers (type, value, profile_id, raw, first_seen_at, last_seen_at, source_id, message_id, event_id)
    select t, case t when 'email' then 'p' || n || '@bench.example' when 'user_id' then 'user-' || n else md5('a' || n) end, n, 'raw', '2026-01-01', '2026-06-01', 'src_bench', 'm' || n, n
    from generate_series(1, ${all}::int) n cross join unnest(array['email', 'user_id', 'anonymous_id']) t order by 1, 2`;
  await sql`insert into profile_search (profile_id, text) select id, lower(name || ' ' || email) from profiles`;
  await sql`insert into profile_traits (profile_id, traits, meta) select id, traits, '{}' from profiles`;
  for (const { from, to, person } of [
    { from: 1, to: people * PER_PERSON, person: `1 + (k * 7919) % ${people}` },
    { from: people * PER_PERSON + 1, to: people * PER_PERSON + LONG, person: String(all) },
  ]) {
    const rows = `(select k, ${person} as p, timestamptz '2026-01-01' + (k % ${DAYS * 86_400}) * interval '1 second' as at from generate_series(${from}::int8, ${to}::int8) k) r`;
    await sql.unsafe(`insert into events (profile_id, event_type, occurred_at, id, received_at, source_id, message_id, properties, context)
      select p, 1 + k % 20, at, k, at, 'src_bench', 'm' || k, jsonb_build_object('path', '/p/' || k % 500, 'n', k), '{"library":{"name":"bench"}}' from ${rows}`);
    await sql.unsafe(`insert into inbox (id, received_at, source_id, body) select k, at, 'src_bench', ${BODY} from ${rows}`);
    await sql.unsafe(`insert into message_keys (h, body_hash, received_at)
      select encode(substring(sha256(convert_to('src_bench', 'UTF8') || '\\x00'::bytea || convert_to('m' || k, 'UTF8')) for 16), 'hex')::uuid, 0, at from ${rows}`);
  }
  await sql`insert into profile_event_stats (profile_id, event_type, count, value_sum, first_at, last_at)
    select profile_id, event_type, count(*), 0, min(occurred_at), max(occurred_at) from events group by 1, 2`;
  await sql`insert into daily_event_counts (day, source_id, event_type, n, value_sum)
    select date_trunc('day', occurred_at), source_id, event_type, count(*), 0 from events group by 1, 2, 3`;
  await sql`insert into segments (id, key, name, kind, status, version, size) select 'seg_' || n, 'seg' || n, 'Segment ' || n, 'dynamic', 'live', 1, ${all}::int / 10
    from generate_series(1, ${SEGMENTS}::int) n`;
  await sql`insert into segment_versions (segment_id, version, rule, sentence) select id, 1, '{}', 'Everybody' from segments`;
  await sql`insert into segment_members (segment_id, profile_id, entered_at)
    select 'seg_' || 1 + n % ${SEGMENTS}::int, n, timestamptz '2026-01-15' from generate_series(1, ${people}::int, 2) n
    union all select id, ${all}::int, timestamptz '2026-01-15' from segments`;
  await sql`insert into segment_transitions (profile_id, segment_id, version, entered, at, cause) select profile_id, segment_id, 1, true, entered_at, 'first' from segment_members`;
  await sql`insert into segment_sizes (segment_id, hour, size, entered, "left")
    select id, h, size, 1, 1 from segments cross join generate_series(timestamptz '2026-01-15', '2026-03-01', interval '1 hour') h`;
  const next = people * PER_PERSON + LONG + 1;
  await sql`select setval('inbox_id_seq', ${next})`;
  await sql`update processing_cursors set xid = pg_current_xact_id(), inbox_id = ${next}, next_profile_id = ${all + 1}, processed = ${next}`;
  for (const table of ["profiles", "identifiers", "events", "inbox", "message_keys", "segment_members", "segment_transitions"])
    await sql.unsafe(`vacuum (analyze) ${table}`);
}

/**
 * Erasing: one person with 2,000 events and 20 segments from the approval to the certificate, with the look through
 * whole tables and without; then people in bulk through the regulations API, stated for 10,000.
 */
export const bench: Bench = async (report, { size, freshDatabase, say }) => {
  const { people, bulk } = SIZES[size];
  const database = await freshDatabase();
  const { sql } = database;
  say(`${people.toLocaleString("en")} people, ${(people * PER_PERSON).toLocaleString("en")} events`);
  await fill(database, people);
  const ctx = createContext({ kind: "job", id: "bench" }, database);

  const one = async (userId: string): Promise<number> => {
    const { id } = await createRequest(ctx, { kind: "erasure", regime: "gdpr", identifiers: [{ type: "user_id", value: userId }] });
    await verifyByHand(ctx, { id, how: "bench" });
    const started = performance.now();
    await approveRequest(ctx, { id });
    await runErasures(database);
    const seconds = (performance.now() - started) / 1000;
    if ((await getRequest(ctx, id)).status !== "completed") throw new Error("the erasure was not completed");
    return seconds;
  };
  say("one person");
  await sql`insert into settings (key, value) values ('requests', '{"verifyMegabytes": 0}')`;
  const long = await one(`user-${people + 1}`);
  report.bound({ name: `erase one person, ${LONG.toLocaleString("en")} events, ${SEGMENTS} segments`, unit: "s", ours: long, atMost: 5 });
  report.bound({ name: `erase one person, ${PER_PERSON} events`, unit: "s", ours: await one("user-11"), atMost: 5 });
  await sql`update settings set value = '{"verifyMegabytes": 1000000}' where key = 'requests'`;
  report.info({ name: "the same with every table looked through for what is left", unit: "s", ours: await one("user-12") });

  say(`${bulk.toLocaleString("en")} people`);
  const started = performance.now();
  for (let from = 0; from < bulk; from += 5_000)
    await createRegulation(ctx, {
      regulationType: "SUPPRESS_WITH_DELETE",
      subjectIds: Array.from({ length: Math.min(5_000, bulk - from) }, (_, n) => `user-${1_000 + from + n}`),
    });
  const asked = (performance.now() - started) / 1000;
  const { completed } = await runErasures(database, { progress: (n) => void (n % 1_000 === 0 && say(`${n}`)) });
  const seconds = (performance.now() - started) / 1000;
  if (completed !== bulk) throw new Error(`${completed} of ${bulk} erasures were completed`);
  report.info({ name: `enter and approve ${bulk.toLocaleString("en")} requests`, unit: "s", ours: asked });
  const stated = bulk === 10_000 ? "erase 10,000 people" : `erase 10,000 people (${bulk} measured, times ${10_000 / bulk})`;
  report.bound({ name: stated, unit: "min", ours: (seconds * (10_000 / bulk)) / 60, atMost: 60 });
};
