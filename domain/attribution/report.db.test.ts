import { describe, expect, it } from "vitest";
import { followTouches } from "@/domain/campaigns";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { archiveConversion, listConversions, saveConversion } from "./conversions";
import { REPORT_MODELS } from "./model";
import { attributionReport } from "./report";

const db = testDatabase();
/** A new clock each time: kept paths are as fresh as half a minute. */
let minutes = 0;
const now = (actor = member("marketer")) =>
  createContext(actor, db, fixedClock(new Date(Date.UTC(2026, 5, 1, 12, minutes++)).toISOString()));

const utm = (source: string, medium: string, campaign = "") => ({
  page: { url: `https://s.example/?utm_source=${source}&utm_medium=${medium}&utm_campaign=${campaign}` },
});
const day = (n: number, hour = 12): string => new Date(Date.UTC(2026, 4, n, hour)).toISOString();
const visit = (userId: string, n: number, context: ReturnType<typeof utm>): TestMessage => ({
  type: "page",
  userId,
  timestamp: day(n),
  context: { ...context, consent: { categoryPreferences: { analytics: true } } },
});
const order = (userId: string, n: number, total: number, id: string): TestMessage => ({
  userId,
  event: "Order Completed",
  timestamp: day(n, 13),
  properties: { order_id: id, total },
});

async function send(messages: TestMessage[]): Promise<void> {
  await feed(db.sql, messages);
  await processAll(db);
  while (!(await followTouches(db)).idle);
}

const RANGE = { from: "2026-05-01", to: "2026-05-31" };

describe("attribution report", () => {
  it("gives each channel its credit, and every model adds up to what was bought", async () => {
    await db.sql`insert into campaigns (id, name, utm_campaign, channel, currency) values ('cmp_s', 'Spring', 'spring', 'Paid search', 'EUR')`;
    await db.sql`insert into campaign_costs (day, campaign_id, amount, currency, origin) values ('2026-05-02', 'cmp_s', 40, 'EUR', 'manual'), ('2026-06-02', 'cmp_s', 9, 'EUR', 'manual')`;
    await send([
      visit("a", 1, utm("google", "cpc", "spring")),
      visit("a", 3, utm("crm", "email")),
      order("a", 5, 100, "o1"),
      visit("b", 2, utm("crm", "email")),
      { ...visit("c", 6, utm("google", "cpc", "spring")) },
      order("c", 6, 50, "o2"),
      { type: "identify", userId: "d", timestamp: day(1), traits: {}, context: { consent: { categoryPreferences: { analytics: true } } } },
      order("d", 7, 30, "o3"),
      // Nothing is known of what e allows: counted apart.
      { ...visit("e", 6, utm("google", "cpc")), context: utm("google", "cpc") },
      order("e", 8, 20, "o4"),
      { userId: "a", event: "Order Refunded", timestamp: day(20), properties: { order_id: "o1", total: 10 } },
    ]);
    const report = await attributionReport(now(), { conversionId: "cnv_orders", ...RANGE, models: [...REPORT_MODELS] });
    expect(report.total).toEqual({ conversions: 4, value: 190 });
    expect(report.unattributed).toEqual({ conversions: 1, value: 30 });
    expect(report.restricted).toEqual({ conversions: 1, value: 20 });
    const of = (name: string) => report.rows.find((row) => row.name === name);
    const model = (name: (typeof REPORT_MODELS)[number]): number => REPORT_MODELS.indexOf(name);
    expect(of("Paid search")?.credits[model("first")]).toEqual({ conversions: 2, value: 140 });
    expect(of("Paid search")?.credits[model("last")]).toEqual({ conversions: 1, value: 50 });
    expect(of("E-mail")?.credits[model("linear")]).toEqual({ conversions: 0.5, value: 45 });
    expect(of("Paid search")).toMatchObject({ spend: 40, touches: 2 });
    REPORT_MODELS.forEach((name, m) => {
      if (name === "participation") return;
      const credited = report.rows.reduce((sum, row) => sum + (row.credits[m]?.value ?? 0), 0);
      expect(credited + 50, name).toBeCloseTo(190, 9);
    });
  });

  it("counts by campaign, and follows a merge", async () => {
    const ask = async () => {
      const { rows } = await attributionReport(now(), { conversionId: "cnv_orders", ...RANGE, dimension: "campaign", models: ["linear"] });
      return Object.fromEntries(rows.map((row) => [row.name, row.credits[0]?.value]));
    };
    expect((await ask())["Spring"]).toBe(95);
    await send([{ ...visit("x", 7, utm("google", "cpc", "spring")), userId: undefined as never, anonymousId: "anon" }]);
    expect((await ask())["Spring"]).toBe(95);
    await send([
      {
        type: "identify",
        userId: "d",
        anonymousId: "anon",
        timestamp: day(9),
        context: { consent: { categoryPreferences: { analytics: true } } },
      },
    ]);
    expect((await ask())["Spring"]).toBe(125);
  });

  it("leaves out what lies outside of the window and the range", async () => {
    const { id } = await saveConversion(now(member("marketer")), { name: "Quick orders", event: "Order Completed", clickDays: 1 });
    const report = await attributionReport(now(), { conversionId: id, ...RANGE, models: ["last"] });
    // Without the refund event the order keeps its whole value, and a's touches are too old.
    expect(report.total.value).toBe(200);
    expect(report.unattributed).toEqual({ conversions: 1, value: 100 });
    const later = await attributionReport(now(), { conversionId: id, from: "2026-05-06", to: "2026-05-06", models: ["last"] });
    expect(later.total).toEqual({ conversions: 1, value: 50 });
    expect((await listConversions(now())).map(({ name }) => name)).toEqual(["Orders", "Quick orders"]);
    await archiveConversion(now(member("marketer")), { id });
    await expect(archiveConversion(now(member("marketer")), { id: "cnv_orders" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(attributionReport(now(), { conversionId: id, ...RANGE, models: ["last"] })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      attributionReport(now(), { conversionId: "cnv_orders", from: "2026-05-09", to: "2026-05-01", models: ["last"] }),
    ).rejects.toMatchObject({ code: "VALIDATION" });
    await expect(saveConversion(now(member("manager")), { name: "x", event: "y" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("currencies", () => {
  it("are converted at the rate of the day, and named where there is none", async () => {
    const bought = (n: number, total: number, currency: string, id: string): TestMessage => ({
      userId: "money",
      event: "Paid",
      timestamp: day(n, 13),
      properties: { order_id: id, total, currency },
      context: { consent: { categoryPreferences: { analytics: true } } },
    });
    await send([bought(2, 10, "GBP", "g1"), bought(20, 10, "gbp", "g2"), bought(21, 10, "EUR", "g3"), bought(22, 10, "CHF", "g4")]);
    await db.sql`insert into exchange_rates (base, currency, day, rate) values ('EUR', 'GBP', '2026-05-10', 1.2), ('EUR', 'GBP', '2026-05-21', 9)`;
    await saveConversion(now(member("marketer")), { name: "Paid", event: "Paid" });
    const paid = (await listConversions(now())).find(({ name }) => name === "Paid");
    const report = await attributionReport(now(), { conversionId: paid?.id ?? "", ...RANGE, models: ["last"] });
    expect(report.withoutRate).toEqual(["CHF"]);
    expect(report.total.conversions).toBe(4);
    expect(report.total.value).toBeCloseTo(12 + 12 + 10, 9);
  });
});
