import { describe, expect, it } from "vitest";
import { followTouches } from "@/domain/campaigns";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { seededRandom } from "@/domain/kernel";
import { testDatabase } from "@/server/test/database";
import { highestProfile, loadAliases, loadConversions, loadTouches } from "./load-columns";

const db = testDatabase();
const START = Date.UTC(2026, 4, 1);
const at = (hours: number): Date => new Date(START + hours * 3_600_000);

describe("columns of touches and conversions", () => {
  it("hold the same rows as the tables, by person and in time", async () => {
    const random = seededRandom(4);
    const messages: TestMessage[] = [];
    for (let i = 0; i < 300; i++) {
      const who = random.int(1, 12);
      // Half the calls are anonymous; an identify in the middle joins the two fragments of a person.
      const name = random.chance(0.5) ? { userId: `u${who}` } : { anonymousId: `a${who}` };
      messages.push({
        type: "page",
        ...name,
        timestamp: at(random.int(0, 500)).toISOString(),
        context: { page: { url: `https://s.example/?utm_source=s${random.int(1, 3)}&utm_medium=cpc` } },
      });
      if (random.chance(0.2))
        messages.push({
          ...name,
          event: "Order Completed",
          timestamp: at(random.int(0, 500)).toISOString(),
          properties: { order_id: `o${i}`, total: i, tier: i % 2 === 0 ? "a" : "b" },
        });
    }
    for (let who = 1; who <= 12; who += 2) messages.push({ type: "identify", userId: `u${who}`, anonymousId: `a${who}` });
    messages.push({
      userId: "u1",
      event: "Order Refunded",
      timestamp: at(501).toISOString(),
      properties: { order_id: messages.find((m) => m.event === "Order Completed")?.properties?.["order_id"] ?? "", total: 1 },
    });
    await feed(db.sql, messages);
    await processAll(db);
    while (!(await followTouches(db)).idle);
    const aliases = await loadAliases(db.sql, await highestProfile(db.sql));
    expect(aliases.filter((id) => id > 0).length).toBeGreaterThan(3);

    const touches = await loadTouches(db.sql, aliases, at(50));
    const rows = await db.sql<{ person: number; at: Date; event: number; origin: number }[]>`
      select coalesce(a.canonical_id, t.profile_id) as person, t.occurred_at as at, t.event_id as event, t.origin_id as origin
      from touchpoints t left join profile_aliases a on a.profile_id = t.profile_id
      where t.occurred_at >= ${at(50)} order by 1, 2, 3`;
    expect(rows.length).toBeGreaterThan(50);
    expect(
      Array.from(touches.person, (person, i) => ({
        person,
        at: (touches.at[i] ?? 0) * 1_000,
        event: touches.event[i],
        origin: touches.origin[i],
      })),
    ).toEqual(rows.map((row) => ({ ...row, at: row.at.getTime() })));

    const options = { from: at(0), to: at(600), now: at(600).getTime(), zone: "UTC", base: "EUR" };
    const definition = { event: "Order Completed", where: [], fixedValue: null, refundEvent: "Order Refunded" };
    const all = await loadConversions(db.sql, aliases, definition, options);
    const [sum] = await db.sql<{ n: number; value: number; refund: number }[]>`
      select count(*) filter (where t.name = 'Order Completed')::int as n, sum(e.value) filter (where t.name = 'Order Completed')::float8 as value,
        least(1, min(e.value) filter (where t.name = 'Order Completed'))::float8 as refund
      from events e join event_types t on t.id = e.event_type`;
    expect(all.person.length).toBe(sum?.n);
    const first = Number(messages.find((m) => m.event === "Order Completed")?.properties?.["total"]);
    expect(all.value.reduce((a, b) => a + b, 0)).toBeCloseTo((sum?.value ?? 0) - Math.min(1, first), 6);
    const some = await loadConversions(
      db.sql,
      aliases,
      {
        ...definition,
        fixedValue: 7,
        where: [{ root: "properties", path: ["tier"], test: { type: "text", operator: "equals", value: "a", ignoreCase: false } }],
      },
      options,
    );
    expect(some.person.length).toBeGreaterThan(0);
    expect(some.person.length).toBeLessThan(all.person.length);
    expect([...new Set(some.value)]).toEqual([7]);
  });
});
