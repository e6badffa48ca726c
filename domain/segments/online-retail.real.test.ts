import { beforeAll, describe, expect, it } from "vitest";
import { importLocalFile } from "@/domain/imports";
import { processAll } from "@/domain/identity";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { createSource } from "@/domain/sources";
import { testDatabase } from "@/server/test/database";
import { realData } from "@/server/test/real-data";
import { computeSegment } from "./compute";
import { estimateRule } from "./estimate";
import { segmentOverlap } from "./overlap";
import type { Compare, Leaf, Measure, Rule, Window } from "./model";
import { memberSet } from "./members";
import { uploadToList } from "./upload-list";
import { createList } from "./lists";
import { createSegment } from "./verbs";

const db = testDatabase();
const ORDER = "Order Completed";

const rule = (match: "all" | "any" | "none", ...children: Leaf[]): Rule => ({
  version: 1,
  root: { kind: "group", id: "root", match, children: children.map((child, i) => ({ ...child, id: `n${i}` })) },
});
const did = (event: string, window: Window, compare: Compare, measure: Measure = { of: "count" }): Leaf => ({
  kind: "event",
  id: "",
  event,
  where: [],
  window,
  measure,
  compare,
});
const fixed = (from: string, to: string): Window => ({ kind: "fixed", from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` });
const atLeast = (n: number): Compare => ({ operator: "at_least", n });
/** The shop's last half year: its data end on 9 December 2011. */
const HALF = fixed("2011-06-01", "2011-12-01");
const YEAR = fixed("2010-12-01", "2012-01-01");

/** Orders and refunds straight from the tables, one row each, by person; SQL that shares nothing with the compiler. */
const FACTS = `with facts as (
  select coalesce(a.canonical_id, e.profile_id) as who, t.name as what, e.occurred_at as at, e.id, e.value, e.properties
  from events e join event_types t on t.id = e.event_type left join profile_aliases a on a.profile_id = e.profile_id)`;

const cases: { name: string; rule: Rule; sql: string }[] = [
  {
    name: "bought in at least 3 of the last 6 months",
    rule: rule("all", did(ORDER, HALF, atLeast(3), { of: "months" })),
    sql: `select who from facts where what = 'Order Completed' and at >= '2011-06-01' and at < '2011-12-01'
      group by who having count(distinct extract(month from at)) >= 3`,
  },
  {
    name: "bought in every month of the half year",
    rule: rule("all", did(ORDER, HALF, { operator: "exactly", n: 6 }, { of: "months" })),
    sql: `select who from (select distinct who, to_char(at, 'YYYY-MM') as m from facts
      where what = 'Order Completed' and at >= '2011-06-01' and at < '2011-12-01') x group by who having count(*) = 6`,
  },
  {
    name: "on at least 10 different days, in at least 8 different weeks",
    rule: rule("all", did(ORDER, YEAR, atLeast(10), { of: "days" }), did(ORDER, YEAR, atLeast(8), { of: "weeks" })),
    sql: `select who from facts where what = 'Order Completed' and at >= '2010-12-01'
      group by who having count(distinct at::date) >= 10 and count(distinct to_char(at, 'IYYY-IW')) >= 8`,
  },
  {
    name: "spent at least 1,000 in the half year and gave nothing back",
    rule: rule("all", did(ORDER, HALF, atLeast(1_000), { of: "sum" }), did("Order Refunded", HALF, { operator: "exactly", n: 0 })),
    sql: `select who from facts where at >= '2011-06-01' and at < '2011-12-01' group by who
      having coalesce(sum(value) filter (where what = 'Order Completed'), 0) >= 1000 and count(*) filter (where what = 'Order Refunded') = 0`,
  },
  {
    name: "lapsed: bought before June, not since",
    rule: rule(
      "all",
      did(ORDER, fixed("2010-12-01", "2011-06-01"), atLeast(1)),
      did(ORDER, fixed("2011-06-01", "2012-01-01"), { operator: "exactly", n: 0 }),
    ),
    sql: `select distinct who from facts f where what = 'Order Completed' and at < '2011-06-01'
      and not exists (select 1 from facts g where g.who = f.who and g.what = 'Order Completed' and g.at >= '2011-06-01')`,
  },
  {
    name: "average order above 500, or one of more than 5,000",
    rule: rule(
      "any",
      did(ORDER, YEAR, { operator: "more_than", n: 500 }, { of: "average" }),
      did(ORDER, YEAR, { operator: "more_than", n: 5_000 }, { of: "max" }),
    ),
    sql: `select who from facts where what = 'Order Completed' and at >= '2010-12-01' group by who having avg(value) > 500 or max(value) > 5000`,
  },
  {
    name: "refund within 30 days after an order",
    rule: rule("all", {
      kind: "sequence",
      id: "",
      steps: [
        { event: ORDER, where: [] },
        { event: "Order Refunded", where: [], within: { n: 30, unit: "day" } },
      ],
      window: { kind: "ever" },
    }),
    sql: `select distinct o.who from facts o join facts r on r.who = o.who and r.what = 'Order Refunded' and (r.at > o.at or (r.at = o.at and r.id > o.id))
      and r.at <= o.at + interval '720 hours' where o.what = 'Order Completed'`,
  },
  {
    name: "never bought, outside the United Kingdom",
    rule: rule("none", did(ORDER, { kind: "ever" }, atLeast(1)), {
      kind: "location",
      id: "",
      field: "country",
      test: { type: "text", operator: "equals", value: "GB", ignoreCase: true },
    }),
    sql: `select p.id as who from profiles p where p.merged_into is null and p.country is distinct from 'GB'
      and not exists (select 1 from facts f where f.who = p.id and f.what = 'Order Completed')`,
  },
];

describe("segments of a real shop agree with SQL that was written by itself", () => {
  beforeAll(async () => {
    const { id } = await createSource(db.ctx(), { name: "Online retail", type: "csv" });
    await importLocalFile(db.ctx(), db, {
      path: realData("online-retail", "online_retail.csv.gz"),
      sourceId: id,
      mapping: "auto",
      dryRun: false,
    });
    await processAll(db);
  }, 1_800_000);

  const wanted = async (sql: string): Promise<number[]> =>
    (await db.sql.unsafe<{ who: number }[]>(`${FACTS} ${sql}`)).map(({ who }) => who).toSorted((a, b) => a - b);

  for (const one of cases) {
    it(one.name, async () => {
      const people = await wanted(one.sql);
      expect(people.length).toBeGreaterThan(10);
      expect((await estimateRule(db.ctx(), { rule: one.rule })).total).toBe(people.length);
      const { id } = await createSegment(db.ctx(), { name: one.name, rule: one.rule });
      await computeSegment(db, id, 1, { now: Date.now() });
      expect([...(await memberSet(db.sql, id))]).toEqual(people);
    });
  }

  it("the same by an SQL condition, and every customer by an uploaded list", async () => {
    const [first] = cases;
    const people = await wanted(first?.sql ?? "");
    const sql: Leaf = {
      kind: "sql",
      id: "",
      sql: `select profile_id from events where event = 'Order Completed' and occurred_at >= '2011-06-01' and occurred_at < '2011-12-01'
        group by 1 having count(distinct to_char(occurred_at, 'YYYY-MM')) >= 3`,
    };
    expect((await estimateRule(db.ctx(), { rule: rule("all", sql) })).total).toBe(people.length);
    const ids = await db.sql<{ value: string }[]>`select value from identifiers where type = 'user_id' order by value`;
    const list = await createList(db.ctx(), { name: "Customers" });
    async function* file(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("customer_id\n");
      for (const { value } of ids) yield Buffer.from(`${value}\n`);
    }
    const done = await uploadToList(db.ctx(), { id: list.id, type: "user_id" }, file());
    expect(done).toMatchObject({ rows: 4_372, matched: 4_372, size: 4_372 });
    const onList: Leaf = { kind: "list", id: "", listId: list.id };
    expect((await estimateRule(db.ctx(), { rule: rule("all", sql, onList) })).total).toBe(people.length);
  });

  it("overlaps are those of the sets", async () => {
    const made = await db.sql<{ id: string }[]>`select id from segments where status = 'live' order by name`;
    const overlap = await segmentOverlap(db.ctx(), { ids: made.map(({ id }) => id) });
    const sets = new Map<string, IdSet>();
    for (const { id } of made) sets.set(id, await memberSet(db.sql, id));
    for (const { a, b, both } of overlap.pairs) expect(both).toBe(sets.get(a)?.andSize(sets.get(b) ?? IdSet.EMPTY));
    const union = [...sets.values()].reduce((all, set) => all.or(set), IdSet.EMPTY);
    expect(overlap.combinations.reduce((sum, { size }) => sum + size, overlap.rest.size)).toBe(union.size);
  });
});
