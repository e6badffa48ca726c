import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { testDatabase } from "@/server/test/database";
import { realData } from "@/server/test/real-data";
import { basic, makeSource, startListener, type TestListener, type TestSource } from "./test-listener";

const db = testDatabase();

interface Sums {
  accepted: number;
  duplicates: number;
  rejected: number;
}

describe("a real shop's year as Segment calls", () => {
  let listener: TestListener;
  let source: TestSource;
  let lines: string[] = [];
  let first: Sums;
  let second: Sums;
  beforeAll(async () => {
    lines = gunzipSync(readFileSync(realData("segment-events", "online_retail_segment.jsonl.gz")))
      .toString("utf8")
      .trim()
      .split("\n");
    listener = await startListener(db);
    source = await makeSource(db);
    first = await send();
    second = await send();
    await processAll(db);
  }, 1_800_000);
  afterAll(() => listener?.close());

  /** All messages in their order, in batches that stay below the largest body, one after the other. */
  async function send(): Promise<Sums> {
    const sums: Sums = { accepted: 0, duplicates: 0, rejected: 0 };
    let batch: string[] = [];
    let size = 0;
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      const response = await fetch(`${listener.url}/v1/batch`, {
        method: "POST",
        headers: { authorization: basic(source.key), "content-type": "application/json" },
        body: `{"batch":[${batch.join(",")}]}`,
      });
      if (response.status === 429) {
        await new Promise((done) => setTimeout(done, Number(response.headers.get("retry-after")) * 1000));
        return flush();
      }
      expect(response.status).toBe(200);
      const answer = (await response.json()) as { accepted: number; duplicates: number; rejected: unknown[] };
      sums.accepted += answer.accepted;
      sums.duplicates += answer.duplicates;
      sums.rejected += answer.rejected.length;
      batch = [];
      size = 0;
    };
    for (const line of lines) {
      const bytes = Buffer.byteLength(line);
      if (batch.length === 500 || size + bytes > 2_000_000) await flush();
      batch.push(line);
      size += bytes;
    }
    await flush();
    return sums;
  }

  it("is taken in whole, and a second time adds nothing", async () => {
    expect(first).toEqual({ accepted: 30_272, duplicates: 0, rejected: 0 });
    expect(second).toEqual({ accepted: 0, duplicates: 30_272, rejected: 0 });
    const [tally] = await db.sql`
      select sum(accepted)::int as accepted, sum(duplicates)::int as duplicates, sum(rejected)::int as rejected, sum(conflicts)::int as conflicts
      from collect_tallies where source_id = ${source.id}`;
    expect(tally).toEqual({ accepted: 30_272, duplicates: 30_272, rejected: 0, conflicts: 0 });
  });

  it("gives its known orders, refunds, order lines and people", async () => {
    const events = await db.sql`
      select t.name, count(*)::int as n, coalesce(round(sum(e.value), 2)::text, '0') as value,
        coalesce(sum(jsonb_array_length(e.properties->'products')), 0)::int as lines
      from events e join event_types t on t.id = e.event_type where t.name like 'Order %' group by 1 order by 1`;
    expect(events.map(({ name, n, value }) => ({ name: String(name), n: Number(n), value: String(value) }))).toEqual([
      { name: "Order Completed", n: 22_064, value: "10644560.42" },
      { name: "Order Refunded", n: 3_836, value: "896812.49" },
    ]);
    expect(events.reduce((sum, row) => sum + Number(row["lines"]), 0)).toBe(541_909);
    const [people] = await db.sql`
      select count(*) filter (where known)::int as known, count(*) filter (where not known)::int as anonymous, round(sum(revenue), 2)::text as revenue,
        sum(order_count)::int as orders
      from profiles where merged_into is null`;
    expect(people).toEqual({ known: 4_372, anonymous: 3_710, revenue: "9747747.93", orders: 22_064 });
  });
});
