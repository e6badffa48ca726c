import { describe, expect, it } from "vitest";
import { followTouches } from "@/domain/campaigns";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { seededRandom } from "@/domain/kernel";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { creditIntervals, explainChannel, explainConversion, listConverted } from "./explain";
import { pathsReport } from "./paths-report";
import { attributionReport } from "./report";
import { highestProfile, loadAliases, loadTouches } from "./load-columns";
import { keptTouches } from "./touch-store";

const db = testDatabase();
let minutes = 0;
const now = (actor = member("marketer")) =>
  createContext(actor, db, fixedClock(new Date(Date.UTC(2026, 5, 1, 12, minutes++)).toISOString()));
const consent = { categoryPreferences: { analytics: true } };
const time = (day: number, hour = 12): string => new Date(Date.UTC(2026, 4, day, hour)).toISOString();
const visit = (userId: string, day: number, source: string, medium: string): TestMessage => ({
  type: "page",
  userId,
  timestamp: time(day),
  context: { consent, page: { url: `https://s.example/?utm_source=${source}&utm_medium=${medium}` } },
});
const order = (userId: string, day: number, total: number): TestMessage => ({
  userId,
  event: "Order Completed",
  timestamp: time(day, 13),
  properties: { order_id: `${userId}-${day}`, total },
});
async function send(messages: TestMessage[]): Promise<void> {
  await feed(db.sql, messages);
  await processAll(db);
  while (!(await followTouches(db)).idle);
}
const QUESTION = { conversionId: "cnv_orders", from: "2026-05-01", to: "2026-05-31" };

describe("paths", () => {
  it("are listed, drawn and counted; a manager sees no small number", async () => {
    const messages: TestMessage[] = [];
    for (let i = 0; i < 12; i++)
      messages.push(visit(`p${i}`, 2, "google", "cpc"), visit(`p${i}`, 4, "crm", "email"), order(`p${i}`, 5, 10));
    for (let i = 0; i < 3; i++) messages.push(visit(`q${i}`, 2, "facebook", "paid_social"), order(`q${i}`, 3, 100));
    messages.push({
      type: "identify",
      userId: "q0",
      timestamp: time(1),
      traits: { name: "Quinn Quist", email: "quinn@q.example" },
      context: { consent },
    });
    await send(messages);
    const all = await pathsReport(now(), QUESTION);
    expect(all.total).toEqual({ conversions: 15, value: 420 });
    expect(all.rows.map(({ steps, conversions, value }) => [steps.map(({ name }) => name).join(" > "), conversions, value])).toEqual([
      ["Paid search > E-mail", 12, 120],
      ["Paid social", 3, 300],
    ]);
    expect(all.rows[0]?.days).toBeCloseTo(3 + 1 / 24, 6);
    expect(all.roles.find(({ name }) => name === "Paid search")).toMatchObject({ initiated: 12, closed: 0, assisted: 0, alone: 0 });
    expect(all.flow.links.reduce((sum, link) => sum + (all.flow.nodes[link.target]?.name === "Conversion" ? link.conversions : 0), 0)).toBe(
      15,
    );

    const told = await pathsReport(now(member("manager")), QUESTION);
    // Three are too few, and with them alone the rest would say it: the other path goes too.
    expect(told.rows).toEqual([]);
    expect(told.rest).toMatchObject({ conversions: 15, value: 420 });
    expect(told.lengths.filter(({ conversions }) => conversions === null)).toHaveLength(2);
    expect(JSON.stringify(told)).not.toContain("Paid social");

    const models = await attributionReport(now(member("manager")), { ...QUESTION, models: ["linear"] });
    expect(models.rows.some(({ name }) => name === "Paid social")).toBe(false);
    const folded = models.rows.reduce((sum, row) => sum + (row.credits[0]?.value ?? 0), 0);
    expect(folded + models.unattributed.value + models.restricted.value).toBeCloseTo(420, 9);
  });

  it("explain a channel's credit, and its interval is repeatable", async () => {
    const linear = await explainChannel(now(), { ...QUESTION, name: "E-mail", model: "linear" });
    expect(linear.total).toEqual({ conversions: 6, value: 60 });
    expect(linear.paths).toMatchObject([{ creditedConversions: 6, creditedValue: 60 }]);
    const markov = await explainChannel(now(), { ...QUESTION, name: "E-mail", model: "markov_1" });
    expect(markov.removalEffect).toBeCloseTo(12 / 15, 9);
    const intervals = await creditIntervals(now(), { ...QUESTION, model: "linear", seed: 3 });
    expect(await creditIntervals(now(), { ...QUESTION, model: "linear", seed: 3 })).toEqual(intervals);
    const email = intervals.rows.find(({ name }) => name === "E-mail");
    expect(email?.low).toBeLessThan(60);
    expect(email?.high).toBeGreaterThan(60);
    await expect(creditIntervals(now(), { ...QUESTION, model: "markov_1" })).rejects.toMatchObject({ code: "VALIDATION" });
    await expect(explainChannel(now(), { ...QUESTION, name: "Radio", model: "linear" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("explain one conversion with the weights of every model and the touches that do not count", async () => {
    await send([visit("q0", 3, "google", "cpc"), visit("q0", 9, "crm", "email"), order("q0", 10, 50), visit("q0", 11, "crm", "email")]);
    const list = await listConverted(now(), { ...QUESTION, through: "E-mail" });
    expect(list.total).toBe(13);
    const [newest] = list.rows;
    expect(newest).toMatchObject({ value: 50, person: "Quinn Quist" });
    const one = await explainConversion(now(), { ...QUESTION, eventId: newest?.eventId });
    expect(one.touches.map(({ channel, excluded }) => [channel, excluded])).toEqual([
      ["Paid social", "earlier_conversion"],
      ["Paid search", "earlier_conversion"],
      ["E-mail", null],
      ["E-mail", "after"],
    ]);
    one.models.forEach((model, m) => {
      const sum = one.touches.reduce((total, { weights }) => total + (weights[m] ?? 0), 0);
      expect(sum, model).toBeCloseTo(1, 9);
    });
    const masked = await listConverted(now({ ...member("marketer"), seesPersonalData: false } as never), { ...QUESTION });
    expect(JSON.stringify(masked)).not.toContain("Quinn");
    await expect(listConverted(now(member("manager")), QUESTION)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(explainConversion(now(), { ...QUESTION, eventId: 999_999 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("kept touches", () => {
  it("are the same as read anew, after late touches and merges", async () => {
    const random = seededRandom(11);
    for (let round = 0; round < 6; round++) {
      const messages: TestMessage[] = [];
      for (let i = 0; i < 25; i++) {
        const who = random.int(1, 10);
        const name = random.chance(0.5) ? { userId: `k${who}` } : { anonymousId: `l${who}` };
        const { userId: _, ...rest } = visit("", random.int(1, 28), `s${random.int(1, 3)}`, "cpc");
        messages.push({ ...rest, ...name });
      }
      if (round > 1)
        messages.push({ type: "identify", userId: `k${round}`, anonymousId: `l${round}`, timestamp: time(29), context: { consent } });
      await send(messages);
      const { touches, aliases } = await keptTouches(now(), new Date(Date.UTC(2026, 4, 1)));
      const fresh = await loadAliases(db.sql, await highestProfile(db.sql));
      expect(aliases).toEqual(fresh);
      expect(touches).toEqual(await loadTouches(db.sql, fresh, new Date(Date.UTC(2026, 4, 1))));
    }
  });
});
