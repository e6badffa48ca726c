import { expect, test } from "vitest";
import { attributionReport, performanceReport } from "@/domain/attribution";
import { followTouches } from "@/domain/campaigns";
import { processAll } from "@/domain/identity";
import { feed, type TestMessage } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { erasePeople } from "./erase-people";

const db = testDatabase();
let minutes = 0;
const now = () => createContext(member("marketer"), db, fixedClock(new Date(Date.UTC(2026, 5, 1, 12, minutes++)).toISOString()));
const consent = { categoryPreferences: { analytics: true } };
const at = (day: number, hour = 12): string => new Date(Date.UTC(2026, 4, day, hour)).toISOString();
const order = (who: Partial<TestMessage>, day: number, total: number, id: string): TestMessage => ({
  ...who,
  event: "Order Completed",
  timestamp: at(day, 13),
  properties: { order_id: id, total },
});

test("an erased person's credit moves to a row of its own, and the totals of the past stay", async () => {
  const visit = (who: Partial<TestMessage>, day: number): TestMessage => ({
    type: "page",
    ...who,
    timestamp: at(day),
    context: { consent, page: { url: "https://s.example/?utm_source=google&utm_medium=cpc" } },
  });
  await feed(db.sql, [
    visit({ userId: "jane" }, 2),
    order({ userId: "jane" }, 3, 100, "o1"),
    visit({ anonymousId: "janes-phone" }, 4),
    order({ anonymousId: "janes-phone" }, 5, 40, "o2"),
    { type: "identify", userId: "jane", anonymousId: "janes-phone", timestamp: at(6), context: { consent } },
    // The shop takes a part back, without a name.
    { anonymousId: "till", event: "Order Refunded", timestamp: at(8), properties: { order_id: "o1", total: 25 } },
    visit({ userId: "bob" }, 7),
    order({ userId: "bob" }, 7, 10, "o3"),
  ]);
  await processAll(db);
  while (!(await followTouches(db)).idle);
  const ask = { conversionId: "cnv_orders", from: "2026-05-01", to: "2026-05-31" };
  const before = await attributionReport(now(), { ...ask, models: ["linear", "markov_1"] });
  expect(before.total).toEqual({ conversions: 3, value: 125 });
  expect(before.erased).toEqual({ conversions: 0, value: 0 });

  const subject = [{ type: "user_id", value: "jane" }];
  await db.sql.begin((tx) => erasePeople(tx as never, [{ requestId: "dsr_t", subject, suppress: true }], new Date()));
  while (!(await followTouches(db)).idle);
  const after = await attributionReport(now(), { ...ask, models: ["linear", "markov_1"] });
  expect(after.total).toEqual(before.total);
  expect(after.erased).toEqual({ conversions: 2, value: 115 });
  expect(after.rows.find(({ name }) => name === "Paid search")?.credits[0]).toEqual({ conversions: 1, value: 10 });
  expect(await db.sql`select conversion_id, day::text, conversions, value::float8, currency from erased_conversions order by day`).toEqual([
    { conversion_id: "cnv_orders", day: "2026-05-03", conversions: 1, value: 75, currency: "EUR" },
    { conversion_id: "cnv_orders", day: "2026-05-05", conversions: 1, value: 40, currency: "EUR" },
  ]);
  const { current, series } = await performanceReport(now(), ask);
  expect(current).toMatchObject({ revenue: 125, conversions: 3 });
  expect(series.reduce((sum, { revenue }) => sum + (revenue ?? 0), 0)).toBe(125);
  // Erasing again finds nobody and adds nothing.
  await db.sql.begin((tx) => erasePeople(tx as never, [{ requestId: "dsr_u", subject, suppress: true }], new Date()));
  expect((await attributionReport(now(), { ...ask, models: ["linear"] })).erased).toEqual({ conversions: 2, value: 115 });
});
