import { allowedSet, keepConsentSets, mayUse, mayUseMany } from "@/domain/consent";
import { createContext } from "@/domain/kernel/context";
import { load, median, percentile, timed } from "./measure";
import type { Bench, BenchDatabase } from "./report";

const SIZES = { small: 100_000, full: 1_000_000 } as const;

/** People, a tenth of them of two fragments, with three signals and now and then an explicit word each. */
async function fill({ sql }: BenchDatabase, people: number): Promise<void> {
  const aliases = Math.floor(people / 10);
  await sql`insert into profiles (id, known, country, traits, first_seen_at, last_seen_at)
    select n, true, 'DE', '{}', '2026-01-01', '2026-06-01' from generate_series(1, ${people}::int) n`;
  await sql`insert into profiles (id, merged_into, first_seen_at, last_seen_at)
    select ${people}::int + n, n, '2026-01-01', '2026-01-01' from generate_series(1, ${aliases}::int) n`;
  await sql`insert into profile_aliases (profile_id, canonical_id) select ${people}::int + n, n from generate_series(1, ${aliases}::int) n`;
  await sql`insert into merges (id, at, survivor_id, loser_id, survivor_fragment, loser_fragment, cause, evidence, rules_version)
    select 'mrg_' || n, '2026-03-01', n, ${people}::int + n, n, ${people}::int + n, 'event', '[]', 1 from generate_series(1, ${aliases}::int) n`;
  await sql`insert into consent_current (profile_id, key, channel, stream, state, at, recorded_at, ledger_id)
    select n, key, '', 'signal', case when (n * 7 + length(key)) % 10 < 7 then 'granted' else 'denied' end, timestamptz '2026-02-01' + n % 10000 * interval '1 minute',
      '2026-06-01', n
    from generate_series(1, ${people + aliases}::int) n cross join unnest(array['advertising', 'analytics', 'personalisation']) key`;
  // Two of a hundred merged people said different things: these are worked out one by one.
  await sql`insert into consent_current (profile_id, key, channel, stream, state, at, recorded_at, ledger_id)
    select n, 'advertising', '', 'explicit', case when n % 3 = 0 then 'withdrawn' else 'granted' end, timestamptz '2026-05-01', '2026-05-01', n
    from generate_series(1, ${people}::int, 50) n`;
  for (const table of ["profiles", "profile_aliases", "merges", "consent_current"]) await sql.unsafe(`vacuum (analyze) ${table}`);
}

/** The gate: for one person in the server, for a page, and as a set over everybody, first and kept up to date. */
export const bench: Bench = async (report, { size, freshDatabase, say }) => {
  const people = SIZES[size];
  const database = await freshDatabase();
  say(`${people.toLocaleString("en")} people`);
  await fill(database, people);
  const ctx = createContext({ kind: "job", id: "bench" }, database);
  const some = (): number => 1 + Math.floor(Math.random() * people);
  const use = { purpose: "advertising" };

  say("one person");
  const point = await load({
    seconds: 4,
    concurrency: 1,
    warmUpSeconds: 2,
    call: async () => void (await database.sql`select country from profiles where id = ${some()}`),
  });
  const one = await load({
    seconds: 4,
    concurrency: 1,
    warmUpSeconds: 2,
    call: async () => void (await mayUse(ctx, { ...use, profileId: some() })),
  });
  report.info({ name: "a bare point read, p50 (one caller)", unit: "ms", ours: median(point.samples) });
  report.bound({ name: "gate for one person, p50 (one caller)", unit: "ms", ours: median(one.samples), atMost: 1 });
  report.info({ name: "gate for one person, p99 (one caller)", unit: "ms", ours: percentile(one.samples, 99) });
  const page = await load({
    seconds: 4,
    concurrency: 1,
    warmUpSeconds: 1,
    call: async () => void (await mayUseMany(ctx, { ...use, profileIds: Array.from({ length: 500 }, some) })),
  });
  report.info({ name: "gate for a page of 500, p50", unit: "ms", ours: median(page.samples) });

  say("everybody");
  const first = await timed(() => allowedSet(ctx, use));
  report.info({ name: `gate as a set over ${people.toLocaleString("en")} people, first time in a process`, unit: "ms", ours: first.ms });
  await keepConsentSets(database, 0);
  const started = createContext({ kind: "job", id: "bench" }, { ...database });
  const warm = await timed(() => allowedSet(started, use));
  if (warm.value.size !== first.value.size) throw new Error("the kept set is not the one that was read");
  report.info({ name: "the same in a process that starts later, from what the worker kept", unit: "ms", ours: warm.ms });
  const kept: number[] = [];
  const moved: number[] = [];
  for (let i = 0; i < 40; i++) {
    kept.push((await timed(() => allowedSet(ctx, use))).ms);
    const state = i % 2 === 0 ? "withdrawn" : "granted";
    // A hundred people change their minds.
    await database.sql`
      with said as (
        insert into consent_current (profile_id, key, channel, stream, state, at, recorded_at, ledger_id)
        select n, 'advertising', '', 'explicit', ${state}, now(), now(), n from generate_series(1, 100) n
        on conflict (profile_id, key, channel, stream) do update set state = excluded.state, at = excluded.at returning profile_id)
      insert into consent_changes (profile_id) select profile_id from said`;
    const { ms, value } = await timed(() => allowedSet(ctx, use));
    if (value.has(5) === (state === "withdrawn")) throw new Error("the set does not hold what was just said");
    moved.push(ms);
  }
  report.bound({ name: "gate as a set, nothing changed since, p50", unit: "ms", ours: median(kept), atMost: 50 });
  report.bound({ name: "gate as a set, 100 people changed since, p50", unit: "ms", ours: median(moved), atMost: 50 });
};
