import fc from "fast-check";
import { expect, test } from "vitest";
import { checkSql } from "./checked-sql";

const refused = (sql: string): boolean => {
  try {
    checkSql(sql);
    return false;
  } catch (error) {
    expect((error as { code?: string }).code).toBe("VALIDATION");
    return true;
  }
};

test("plain questions pass as they are", () => {
  const fine = [
    "select profile_id from people",
    "SELECT profile_id FROM events WHERE event = 'Order Completed' AND occurred_at > now() - interval '30 days' GROUP BY 1 HAVING count(*) >= 3",
    "with buyers as (select profile_id, sum(value) as total from events group by 1) select profile_id from buyers where total > 100.50",
    "select e.profile_id from events e join people p using (profile_id) where p.country in ('DE', 'AT') -- a remark; drop table x",
    "select profile_id from people where traits ->> 'note' = 'it''s ; drop table profiles' /* ( /* nested */ ) */",
    "select \"profile_id\" from people where (traits ->> 'age')::numeric(10, 2) > 18",
    "select profile_id from (select profile_id, rank() over (partition by event order by occurred_at) as r from events) x where r = 1",
    "select profile_id from events where extract(isodow from occurred_at) = 5",
    "select profile_id from people where exists (select 1 from jsonb_array_elements_text(traits -> 'tags') t where t = 'vip')",
  ];
  expect(fine.filter(refused)).toEqual([]);
});

test("whatever writes, waits, locks, changes the session, runs text or reads elsewhere is refused", () => {
  const bad = [
    "",
    "delete from profiles",
    "select 1; select 2",
    "select 1) as s(id); drop table profiles --",
    "select 1) as s(id), (select pg_sleep(10)",
    "select pg_sleep(10)",
    "select pg_catalog.pg_sleep(10)",
    'select "pg_sleep"(10)',
    "select pg_sleep/**/(10)",
    "select pg_sleep\n--x\n(10)",
    "select PG_SLEEP (10)",
    "select set_config('role', 'none', false)",
    "select current_setting('is_superuser')",
    "select query_to_xml('delete from profiles', true, true, '')",
    "select lo_import('/etc/passwd')",
    "select pg_read_file('/etc/passwd')",
    "select dblink('', 'select 1')",
    "select nextval('x')",
    "select generate_series(1, 1000000000)",
    "select repeat('x', 10)",
    "select txid_current()",
    "select profile_id from people for update",
    "select profile_id into x from people",
    "with d as (delete from profiles returning id) select id from d",
    "select id from public.profiles",
    'select id from "public".profiles',
    "select oid from pg_class",
    "select 1 from information_schema.tables",
    "select $1",
    "select $$x$$",
    "select E'\\''",
    "select E'x'",
    'select U&"pg_sleep"(1)',
    "select U&'x'",
    "select 1 operator(pg_catalog.+) 1",
    "select 'never closed",
    'select "never closed',
    "select 1 /* never closed",
    "select (1",
    "table profiles",
    "values (1)",
    "explain select 1",
    "copy people to '/tmp/x'",
    "select profile_id from people tablesample system (1)",
    "select\0 1",
    "select custom(profile_id) from people",
    "do 'begin end'",
    "set role postgres",
  ];
  expect(bad.filter((sql) => !refused(sql))).toEqual([]);
});

test("no text makes it throw anything else, or take long", () => {
  const pieces = fc.constantFrom(
    "select ",
    "(",
    ")",
    "'",
    '"',
    "--",
    "/*",
    "*/",
    ";",
    "$",
    "a",
    "pg_sleep",
    " ",
    "\n",
    "\\",
    "E",
    "&",
    "1",
    "::",
    "ß",
    "😀",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 200 }),
        fc.array(pieces, { maxLength: 60 }).map((list) => list.join("")),
      ),
      (text) => {
        refused(text);
        refused(`select ${text}`);
      },
    ),
  );
});
