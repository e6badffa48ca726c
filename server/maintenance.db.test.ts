import { expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { forgetMessageKeys, rollUpTallies } from "./maintenance";

const database = testDatabase();

test("old tallies become one row per source and minute, sums unchanged; fresh ones are left alone", async () => {
  const { sql } = database;
  await sql`
    insert into collect_tallies (source_id, at, accepted, duplicates, rejected, conflicts, warnings, bytes)
    select 'src_' || (n % 2), date_trunc('hour', now()) - interval '5 hours' + n * interval '1 second', n, 1, 2, 1, 3, 10
    from generate_series(1, 600) n`;
  await sql`insert into collect_tallies (source_id, at, accepted, duplicates, rejected) select 'src_0', now(), 1, 0, 0 from generate_series(1, 5)`;
  const sums = () => sql`
    select source_id, sum(accepted)::int8 a, sum(duplicates)::int8 d, sum(rejected)::int8 r, sum(conflicts)::int8 c, sum(warnings)::int8 w, sum(bytes)::int8 b
    from collect_tallies group by 1 order by 1`;
  const before = await sums();
  expect(await rollUpTallies(database)).toBe(600 - 21);
  expect(await sums()).toEqual(before);
  const [left] = await sql<{ n: number; fresh: number }[]>`
    select count(*)::int as n, count(*) filter (where at > now() - interval '1 hour')::int as fresh from collect_tallies`;
  expect(left).toEqual({ n: 21 + 5, fresh: 5 });
  expect(await rollUpTallies(database)).toBe(0);
});

test("message ids are kept 90 days at least, longer when the setting says so, never shorter", async () => {
  const { sql } = database;
  const fill = () => sql`
    insert into message_keys (h, body_hash, received_at)
    select md5(n::text)::uuid, n, now() - n * interval '10 days' from generate_series(1, 20) n on conflict do nothing`;
  await fill();
  await sql`insert into settings (key, value) values ('retention', '{"messageKeyDays": 7}')`;
  expect(await forgetMessageKeys(database)).toBe(12);
  await fill();
  await sql`update settings set value = '{"messageKeyDays": 150}' where key = 'retention'`;
  expect(await forgetMessageKeys(database)).toBe(6);
  const [left] = await sql<{ n: number }[]>`select count(*)::int as n from message_keys`;
  expect(left?.n).toBe(14);
});
