import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { createSource } from "@/domain/sources";
import { testDatabase } from "@/server/test/database";
import { realData } from "@/server/test/real-data";
import { importLocalFile, type LocalOutcome } from "./index";

const db = testDatabase();

/** Rows of a reference file, by column. */
function reference(name: string): Record<string, string>[] {
  const [header = "", ...lines] = readFileSync(realData("online-retail", name), "utf8").trim().split(/\r?\n/);
  const columns = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [columns[i] ?? "", cell])));
}

describe("the whole year of a real shop", () => {
  let file = "";
  let sourceId = "";
  let first: LocalOutcome;
  beforeAll(async () => {
    file = realData("online-retail", "online_retail.csv.gz");
    sourceId = (await createSource(db.ctx(), { name: "Online retail", type: "csv" })).id;
    first = await run();
    await processAll(db);
  }, 1_800_000);

  const run = (): Promise<LocalOutcome> => importLocalFile(db.ctx(), db, { path: file, sourceId, mapping: "auto", dryRun: false });
  const net = `round(sum(case when t.name = 'Order Refunded' then -e.value else e.value end), 2)`;

  it("goes in without a mapping and without a rejected row", () => {
    expect(first.mapping.kind).toBe("transactions");
    expect(first.result).toMatchObject({ rows: 541_909, rejected: 0, duplicates: 0, conflicts: 0 });
  });

  it("gives 4,372 people and a net revenue of 9,747,747.93", async () => {
    const [row] = await db.sql.unsafe(`
      select (select count(*) from profiles where merged_into is null and known)::int as people,
        (select count(*) from identifiers where type = 'user_id')::int as "userIds",
        (select round(sum(revenue), 2)::text from profiles where merged_into is null) as revenue,
        (select ${net}::text from events e join event_types t on t.id = e.event_type where t.name like 'Order %') as net,
        (select sum(jsonb_array_length(e.properties->'products'))::int from events e) as lines,
        (select count(distinct e.properties->>'order_id')::int from events e) as invoices`);
    expect(row).toEqual({ people: 4372, userIds: 4372, revenue: "9747747.93", net: "9747747.93", lines: 541_909, invoices: 25_900 });
  });

  it("gives the reference's revenue month by month", async () => {
    const rows = await db.sql<{ month: string; lines: number; net: string }[]>`
      select to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM') as month, sum(jsonb_array_length(e.properties->'products'))::int as lines,
        round(sum(case when t.name = 'Order Refunded' then -e.value else e.value end), 2)::text as net
      from events e join event_types t on t.id = e.event_type where t.name in ('Order Completed', 'Order Refunded') group by 1 order by 1`;
    const expected = reference("ref_monthly.csv");
    expect(rows).toHaveLength(expected.length);
    rows.forEach((row, i) => {
      expect(row.month).toBe(expected[i]?.["month"]?.slice(0, 7));
      expect(row.lines).toBe(Number(expected[i]?.["lines"]));
      // Orders are rounded to cents one by one.
      expect(Math.abs(Number(row.net) - Number(expected[i]?.["net_revenue"]))).toBeLessThan(0.05);
    });
  });

  it("gives the reference's orders, revenue and last order of every customer", async () => {
    // Purchases only, as the reference counts them: lines with a positive quantity and price, of orders that are not cancellations.
    const rows = await db.sql<{ id: string; orders: number; revenue: string; last: string }[]>`
      select i.value as id, count(distinct e.properties->>'order_id')::int as orders,
        round(sum((p->>'quantity')::numeric * (p->>'price')::numeric), 2)::text as revenue,
        to_char(max(e.occurred_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as last
      from events e join event_types t on t.id = e.event_type and t.name = 'Order Completed'
        join identifiers i on i.profile_id = e.profile_id and i.type = 'user_id',
        jsonb_array_elements(e.properties->'products') p
      where (p->>'quantity')::numeric > 0 and (p->>'price')::numeric > 0 and e.properties->>'order_id' not like 'C%' group by 1`;
    const found = new Map(rows.map((row) => [row.id, row]));
    const expected = reference("ref_rfm_customers.csv");
    expect(rows).toHaveLength(expected.length);
    const wrong = expected.filter((customer) => {
      const row = found.get(customer["customer_id"] ?? "");
      if (!row || row.orders !== Number(customer["orders"]) || Math.abs(Number(row.revenue) - Number(customer["revenue"])) > 0.0051)
        return true;
      // The reference takes the last line's time; an order is dated by its first line (a few were entered over two minutes).
      const later = Date.parse(`${customer["last_order_at"]?.replace(" ", "T")}Z`) - Date.parse(`${row.last.replace(" ", "T")}Z`);
      return later < 0 || later > 120_000;
    });
    expect(wrong.slice(0, 5).map((customer) => ({ customer, found: found.get(customer["customer_id"] ?? "") }))).toEqual([]);
  });

  it("adds nothing the second time", async () => {
    const [before] = await db.sql`select (select count(*) from inbox)::int as inbox, (select count(*) from events)::int as events`;
    const second = await run();
    expect(second.result).toMatchObject({ rows: 541_909, accepted: 0, conflicts: 0, rejected: 0, duplicates: first.result?.messages });
    expect(await db.sql`select (select count(*) from inbox)::int as inbox, (select count(*) from events)::int as events`).toEqual([before]);
  });
});
