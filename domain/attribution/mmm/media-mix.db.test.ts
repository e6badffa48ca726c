import { expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import { seededRandom } from "@/domain/kernel/random";
import { member, testDatabase } from "@/server/test/database";
import { mediaMix, mondaysBefore } from "./media-mix";

const db = testDatabase();
const NOW = new Date(Date.UTC(2026, 5, 3, 12));
const ctx = (role: "manager" | "marketer") => createContext(member(role), db, fixedClock(NOW.toISOString()));
const WEEKS = 60;

it("knows the Mondays of whole weeks in a zone", () => {
  expect(mondaysBefore(NOW, "UTC", 2)).toEqual(["2026-05-18", "2026-05-25"]);
  // Sunday evening in New York is Monday in Berlin.
  expect(mondaysBefore(new Date("2026-05-31T23:30:00Z"), "America/New_York", 1)).toEqual(["2026-05-18"]);
  expect(mondaysBefore(new Date("2026-05-31T23:30:00Z"), "Europe/Berlin", 1)).toEqual(["2026-05-25"]);
});

it("says how many weeks are missing, and fits weekly costs and conversions where there are enough", async () => {
  const ask = (role: "manager" | "marketer", more: object = {}) => mediaMix(ctx(role), { conversionId: "cnv_orders", ...more });
  expect(await ask("manager")).toMatchObject({ fit: null, weeks: 0, warnings: ["No campaign has costs in these weeks."] });

  await db.sql`insert into campaigns (id, name, channel, currency) values ('cmp_a', 'Ads', 'Paid search', 'EUR'), ('cmp_s', 'Social', 'Paid social', 'GBP')`;
  await db.sql`insert into exchange_rates (base, currency, day, rate) values ('EUR', 'GBP', '2020-01-01', 2)`;
  await db.sql`insert into campaign_costs (day, campaign_id, amount, currency, origin) values ('2026-05-20', 'cmp_a', 40, 'EUR', 'manual'), ('2026-05-20', 'cmp_s', 10, 'GBP', 'manual')`;
  const thin = await ask("marketer");
  expect(thin).toMatchObject({ fit: null, weeks: 2, needed: 36 });

  const random = seededRandom(9);
  const messages: TestMessage[] = [];
  const costs: { day: string; amount: number }[] = [];
  mondaysBefore(NOW, "UTC", WEEKS).forEach((monday, w) => {
    const spend = 50 + Math.round(random.next() * 300);
    costs.push({ day: monday, amount: spend });
    const orders = w < 2 ? 3 : 12 + Math.round(spend / 20);
    for (let i = 0; i < orders; i++) {
      messages.push({
        userId: `b${w}-${i}`,
        event: "Order Completed",
        timestamp: new Date(Date.parse(monday) + (1 + random.next() * 5) * 86_400_000).toISOString(),
        properties: { order_id: `${w}-${i}`, total: 10 },
      });
    }
  });
  await db.sql`
    insert into campaign_costs (day, campaign_id, amount, currency, origin)
    select day, 'cmp_a', amount, 'EUR', 'manual' from json_to_recordset(${JSON.stringify(costs)}::text::json) as r(day date, amount numeric)`;
  await feed(db.sql, messages);
  await processAll(db);

  const mix = await ask("marketer");
  expect(mix).toMatchObject({ weeks: WEEKS, heldOut: 10, needed: 36, currency: "EUR" });
  const search = mix.fit?.channels.find(({ name }) => name === "Paid search");
  expect(search?.spend).toBeCloseTo(
    costs.reduce((sum, { amount }) => sum + amount, 40),
    6,
  );
  expect(mix.fit?.channels.find(({ name }) => name === "Paid social")?.spend).toBeCloseTo(20, 6);
  expect(search?.contribution ?? 0).toBeGreaterThan(0);
  expect(search?.curve).toMatchObject({ least: (search?.weekly ?? 0) / 2, most: (search?.weekly ?? 0) * 1.5 });
  expect(mix.fit?.series.filter(({ heldOut }) => heldOut)).toHaveLength(10);
  expect(mix.fit?.holdoutError?.nrmse ?? 0).toBeGreaterThan(0);
  expect(mix.fit?.series[0]?.outcome).toBe(30);
  // Weeks of three orders are not for whoever sees totals only.
  const seen = await ask("manager", { measure: "conversions" });
  expect(seen.fit?.series.slice(0, 3).map(({ outcome }) => outcome === null)).toEqual([true, true, false]);
});
