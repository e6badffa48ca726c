import { attributionReport, pathsReport } from "@/domain/attribution";
import type { ReportModel } from "@/domain/attribution/model";
import { ensureEventPartitions, ensureInboxPartitions } from "@/domain/events/partitions";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { timed } from "./measure";
import type { Bench, BenchDatabase } from "./report";

/** People with six touches each; every fifth converts. The goals speak of the full size. */
const SIZES = { small: 100_000, full: 1_000_000 } as const;
const TOUCHES = 6;
const ORIGINS = 60;
const RULES: readonly ReportModel[] = [
  "first",
  "last",
  "last_non_direct",
  "linear",
  "position",
  "j_shaped",
  "inverse_j",
  "w",
  "time_decay",
  "participation",
  "shapley",
];

async function fill({ sql }: BenchDatabase, people: number): Promise<void> {
  await ensureEventPartitions(sql, [new Date("2026-03-01"), new Date("2026-04-01"), new Date("2026-05-01"), new Date("2026-06-01")]);
  await ensureInboxPartitions(sql, new Date(), 2);
  await sql`insert into event_types (id, name) values (1, 'Order Completed')`;
  await sql`insert into profiles (id, known, traits, first_seen_at, last_seen_at)
    select n, true, '{}', '2026-01-01', '2026-06-01' from generate_series(1, ${people}::int) n`;
  await sql`insert into consent_current (profile_id, key, channel, stream, state, at, recorded_at, ledger_id)
    select n, 'analytics', '', 'signal', 'granted', '2026-02-01', '2026-02-01', n from generate_series(1, ${people}::int) n`;
  await sql`insert into touch_origins (hash, kind, source, medium, campaign, campaign_ref, content, term, click_id, referrer, channel)
    select 'h' || n, case when n % 10 = 0 then 'view' else 'visit' end, 'source ' || n, 'cpc', 'campaign ' || n, '', 'ad ' || n, '', '', '', 'Channel ' || n % 13
    from generate_series(1, ${ORIGINS}::int) n`;
  await sql`insert into touchpoints (profile_id, occurred_at, event_id, origin_id)
    select p, timestamptz '2026-04-01' + (hashint8(p::int8 * 7 + t)::int8 & 2147483647) % 4320000 * interval '1 second', p::int8 * ${TOUCHES}::int + t,
      1 + (hashint8(p::int8 * 11 + t)::int8 & 2147483647) % ${ORIGINS}::int
    from generate_series(1, ${people}::int) p cross join generate_series(1, ${TOUCHES}::int) t`;
  await sql`insert into events (profile_id, event_type, occurred_at, value, id, received_at, source_id, message_id, properties, context)
    select p, 1, timestamptz '2026-05-01' + (hashint8(p)::int8 & 2147483647) % 2592000 * interval '1 second', 10 + p % 90, 100000000 + p, '2026-05-31', 'src_bench', 'm' || p,
      jsonb_build_object('order_id', 'o' || p), '{}'
    from generate_series(5, ${people}::int, 5) p`;
  await sql`insert into touch_cursors (name) values ('main') on conflict do nothing`;
  for (const table of ["profiles", "consent_current", "touchpoints", "touch_origins", "events"])
    await sql.unsafe(`vacuum (analyze) ${table}`);
}

/** Reports of attribution: the first one of a process, then from what is kept in memory, then after new touches. */
export const bench: Bench = async (report, { size, freshDatabase, say }) => {
  const people = SIZES[size];
  const database = await freshDatabase();
  say(`${people.toLocaleString("en")} people with ${TOUCHES} touches each`);
  await fill(database, people);
  let minutes = 0;
  // A later minute each time: nothing that is merely remembered for some seconds is asked.
  const at = (): Ctx =>
    createContext({ kind: "job", id: "bench" }, database, fixedClock(new Date(Date.UTC(2026, 5, 1, 12, minutes++)).toISOString()));
  const may = { conversionId: "cnv_orders", from: "2026-05-01", to: "2026-05-31" };
  const ask = (models: readonly ReportModel[], more: object = {}) => timed(() => attributionReport(at(), { ...may, ...more, models }));

  const cold = await ask(RULES);
  const total = cold.value.total.conversions;
  RULES.forEach((model, m) => {
    const sum = cold.value.rows.reduce((all, row) => all + (row.credits[m]?.conversions ?? 0), cold.value.unattributed.conversions);
    if (model !== "participation" && Math.abs(sum - total) > 1e-6 * total) throw new Error(`${model} adds up to ${sum}, not ${total}`);
  });
  report.bound({ name: "rule models and Shapley, first report of a process", unit: "ms", ours: cold.ms, atMost: 10_000 });
  const warm = await ask(RULES);
  report.bound({ name: "rule models and Shapley, from kept touches", unit: "ms", ours: warm.ms, atMost: 1_000 });
  report.bound({ name: "Markov, order 1", unit: "ms", ours: (await ask(["markov_1"])).ms, atMost: 2_000 });
  report.bound({ name: "Markov, order 3", unit: "ms", ours: (await ask(["markov_3"])).ms, atMost: 10_000 });
  report.bound({
    name: "another range of days (linear)",
    unit: "ms",
    ours: (await ask(["linear"], { from: "2026-05-10" })).ms,
    atMost: 1_000,
  });
  report.bound({ name: "by campaign (linear)", unit: "ms", ours: (await ask(["linear"], { dimension: "campaign" })).ms, atMost: 1_000 });
  report.info({ name: "paths, lengths, times and places", unit: "ms", ours: (await timed(() => pathsReport(at(), may))).ms });

  // A thousand people are seen again: their messages stand in the inbox, and the cursor of touchpoints has passed them.
  const before = cold.value.rows.reduce((sum, row) => sum + row.touches, 0);
  await database.sql`insert into touchpoints (profile_id, occurred_at, event_id, origin_id)
    select p * 5 + 1, '2026-05-20', 900000000 + p, 1 from generate_series(1, 1000) p`;
  await database.sql`insert into events (profile_id, event_type, occurred_at, id, received_at, source_id, message_id, properties, context)
    select p * 5 + 1, 1, '2026-06-02', 900000000 + p, '2026-06-02', 'src_bench', 'late ' || p, '{}', '{}' from generate_series(1, 1000) p`;
  const place = await database.sql`
    with one as (insert into inbox (id, received_at, source_id, body) select 900000000 + p, now(), 'src_bench', '{}' from generate_series(1, 1000) p returning xid, id)
    select max(xid::text::int8)::text as xid, max(id) as id from one`;
  await database.sql`update touch_cursors set xid = ${String(place[0]?.["xid"])}::xid8, inbox_id = ${Number(place[0]?.["id"])}, updated_at = now() where name = 'main'`;
  const renewed = await ask(["linear"]);
  const after = renewed.value.rows.reduce((sum, row) => sum + row.touches, 0);
  if (after < before + 900) throw new Error(`of 1,000 new touches ${after - before} are in the report`);
  report.info({ name: "the report after 1,000 new touches", unit: "ms", ours: renewed.ms });
};
