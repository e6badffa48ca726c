import { createHash } from "node:crypto";
import { parsePhoneNumberFromString } from "libphonenumber-js";
import { beforeAll, describe, expect, test } from "vitest";
import { judgeDemo } from "./continue-demo-load";
import { demoCampaignCostsCsv, demoCampaigns } from "./demo-campaigns";
import { demoExperiments, generateDemo } from "./generate";
import type { DemoMessage } from "./model";
import { CATALOGUE } from "./shop/catalogue";

const anchor = new Date("2026-11-23T12:00:00Z");
const options = { people: 6_000, seed: 7, anchor };

interface Call {
  type: string;
  messageId: string;
  timestamp: string;
  event?: string;
  userId?: string;
  anonymousId?: string;
  traits?: Record<string, unknown>;
  properties: Record<string, unknown> & {
    revenue?: number;
    order_id?: string;
    campaign_id?: string;
    experiment_id?: string;
    variation_id?: string;
  };
  context: Record<string, unknown> & {
    campaign?: { name: string; id?: string };
    page?: { search: string };
    traits?: Record<string, unknown>;
  };
}
const callOf = (one: DemoMessage): Call => one.message as unknown as Call;
const all = (given: typeof options): DemoMessage[] => [...generateDemo(given)].flatMap((part) => part.messages);

let messages: DemoMessage[] = [];
let good: Call[] = [];
beforeAll(() => {
  messages = all(options);
  good = messages.filter((one) => !one.expect && !one.repeat).map(callOf);
}, 60_000);
const tracks = (event: string): Call[] => good.filter((call) => call.event === event);

describe("determinism", () => {
  const digest = (list: readonly DemoMessage[]): string => createHash("sha256").update(JSON.stringify(list)).digest("hex");

  test("the same options give the same bytes, another seed other ones", () => {
    const small = { ...options, people: 300 };
    expect(digest(all(small))).toBe(digest(all(small)));
    expect(digest(all({ ...small, seed: 8 }))).not.toBe(digest(all(small)));
  });

  test("more people only add, and a story can go on from any household", () => {
    const few = [...generateDemo({ ...options, people: 200 })].slice(0, -1).flatMap((part) => part.messages);
    expect(digest(messages.slice(0, few.length))).toBe(digest(few));
    const parts = [...generateDemo({ ...options, people: 200 })];
    const cut = parts[60];
    const rest = [...generateDemo({ ...options, people: 200, household: (cut?.household ?? 0) + 1, told: cut?.people ?? 0 })];
    expect(rest).toEqual(parts.slice(61));
  });

  test("message ids are unique but for those sent twice on purpose", () => {
    const first = messages.filter((one) => !one.repeat).map((one) => callOf(one).messageId);
    expect(new Set(first).size).toBe(first.length);
    expect(messages.some((one) => one.repeat)).toBe(true);
  });
});

describe("messages", () => {
  test("each is judged as intended: good ones stored, bad ones rejected with their code", () => {
    const codes = new Set<string>();
    for (const { message, expect: intended } of messages) {
      const judged = judgeDemo(message, anchor);
      const got = judged.ok ? undefined : judged.item.code;
      if (got !== intended)
        throw new Error(`${JSON.stringify(message).slice(0, 400)}: ${got ?? "accepted"} instead of ${intended ?? "accepted"}`);
      if (got) codes.add(got);
      // The story's own time is kept: nothing falls back to the time of loading.
      if (judged.ok) expect(judged.message.timestamp).toBe(callOf({ message } as DemoMessage).timestamp);
    }
    expect(codes).toEqual(
      new Set(
        [
          "no_user_anon_id",
          "missing_event",
          "unknown_type",
          "invalid_field",
          "too_deep",
          "message_id_too_long",
          "too_many_keys",
          "event_too_large",
        ].filter((code) => codes.has(code)),
      ),
    );
    expect(codes.size).toBeGreaterThanOrEqual(6);
  }, 60_000);

  test("they lie in the thirteen months before the anchor, up to its last hours", () => {
    const times = good.map((call) => Date.parse(call.timestamp));
    const newest = Math.max(...times.slice(0, 100_000));
    const oldest = times.reduce((least, at) => Math.min(least, at), Infinity);
    expect(newest).toBeLessThanOrEqual(anchor.getTime());
    expect(anchor.getTime() - newest).toBeLessThan(6 * 3_600_000);
    expect(anchor.getTime() - oldest).toBeGreaterThan(390 * 86_400_000);
    expect(anchor.getTime() - oldest).toBeLessThan(400 * 86_400_000);
  });

  test("mailboxes lie in reserved domains, phone numbers in ranges kept for fiction and are each one household's", () => {
    const owners = new Map<string, string>();
    let mails = 0;
    for (const call of good) {
      const traits = call.traits ?? call.context.traits;
      const email = traits?.["email"];
      if (typeof email === "string") {
        mails++;
        expect(email).toMatch(/@([a-z0-9-]+\.)*(example\.(com|net|org)|[a-z0-9-]+\.example)$/);
      }
      const phone = traits?.["phone"];
      if (typeof phone !== "string") continue;
      if (call.userId?.startsWith("fh-")) {
        expect(owners.get(phone) ?? call.userId).toBe(call.userId);
        owners.set(phone, call.userId);
      }
    }
    expect(mails).toBeGreaterThan(1_000);
    expect(owners.size).toBeGreaterThan(200);
    for (const phone of owners.keys()) expect(parsePhoneNumberFromString(phone)?.isValid(), phone).toBe(true);
  });
});

describe("the shop is believable", () => {
  test("a catalogue of more than a hundred products with distinct names and skus", () => {
    expect(CATALOGUE.length).toBeGreaterThan(100);
    expect(new Set(CATALOGUE.map((product) => product.name)).size).toBe(CATALOGUE.length);
    expect(new Set(CATALOGUE.map((product) => product.sku)).size).toBe(CATALOGUE.length);
    expect(CATALOGUE.every((product) => product.price > 0 && product.price < 3_000)).toBe(true);
  });

  test("about 24 messages a person; a fifth of the customers bring most of the revenue", () => {
    expect(messages.length / options.people).toBeGreaterThan(18);
    expect(messages.length / options.people).toBeLessThan(32);
    const revenue = new Map<string, number>();
    for (const call of tracks("Order Completed")) {
      const who = call.userId ?? call.anonymousId ?? "";
      revenue.set(who, (revenue.get(who) ?? 0) + (call.properties.revenue ?? 0));
    }
    const values = [...revenue.values()].sort((a, b) => b - a);
    const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);
    const top = sum(values.slice(0, Math.floor(values.length / 5))) / sum(values);
    expect(top).toBeGreaterThan(0.55);
    expect(top).toBeLessThan(0.88);
  });

  test("baskets are skewed to the right, as a log-normal is", () => {
    const baskets = tracks("Order Completed")
      .map((call) => call.properties.revenue ?? 0)
      .sort((a, b) => a - b);
    const median = baskets[baskets.length >> 1] ?? 0;
    const mean = baskets.reduce((sum, value) => sum + value, 0) / baskets.length;
    expect(median).toBeGreaterThan(15);
    expect(median).toBeLessThan(70);
    expect(mean / median).toBeGreaterThan(1.3);
    const logs = baskets.filter((value) => value > 0).map(Math.log);
    const middle = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    const skew =
      logs.reduce((sum, value) => sum + (value - middle) ** 3, 0) /
      logs.length /
      (logs.reduce((sum, value) => sum + (value - middle) ** 2, 0) / logs.length) ** 1.5;
    expect(Math.abs(skew)).toBeLessThan(1.2);
  });

  test("nights are quiet, and the shop grows over the year", () => {
    const london = good.filter((call) => call.context["timezone"] === "Europe/London" && call.type === "page");
    const hour = (call: Call): number =>
      Number(
        new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: "Europe/London" }).format(new Date(call.timestamp)),
      );
    const hours = london.map(hour);
    const night = hours.filter((h) => h < 5).length;
    const evening = hours.filter((h) => h >= 18 && h < 23).length;
    expect(evening).toBeGreaterThan(night * 8);
    const pages = (month: string): number => good.filter((call) => call.type === "page" && call.timestamp.startsWith(month)).length;
    expect(pages("2026-10")).toBeGreaterThan(pages("2026-03") * 1.1);
  });
});

describe("the stories are there", () => {
  test("anonymous visitors identify later, some on several devices", () => {
    const devices = new Map<string, Set<string>>();
    const anonymousFirst = new Set<string>();
    const seen = new Set<string>();
    for (const call of good) {
      if (!call.anonymousId || !call.userId) {
        if (call.anonymousId) seen.add(call.anonymousId);
        continue;
      }
      if (seen.has(call.anonymousId)) anonymousFirst.add(call.userId);
      devices.set(call.userId, (devices.get(call.userId) ?? new Set()).add(call.anonymousId));
    }
    expect(anonymousFirst.size).toBeGreaterThan(1_000);
    expect([...devices.values()].filter((ids) => ids.size > 1).length).toBeGreaterThan(400);
  });

  test("shared devices: the tablet in the store has three users or more", () => {
    const users = new Map<string, Set<string>>();
    for (const call of good) {
      if (call.anonymousId && call.userId) users.set(call.anonymousId, (users.get(call.anonymousId) ?? new Set()).add(call.userId));
    }
    const kiosks = [...users].filter(([id]) => id.startsWith("kiosk-"));
    expect(Math.max(...kiosks.map(([, ids]) => ids.size))).toBeGreaterThanOrEqual(3);
    expect([...users].some(([id, ids]) => !id.startsWith("kiosk-") && ids.size >= 2)).toBe(true);
  });

  test("refunds refer to an order and never exceed it", () => {
    const orders = new Map(tracks("Order Completed").map((call) => [call.properties.order_id, call]));
    const refunds = [...tracks("Order Refunded"), ...tracks("Order Cancelled")];
    expect(refunds.length).toBeGreaterThan(100);
    for (const refund of refunds) {
      const order = orders.get(refund.properties.order_id);
      if (!order) throw new Error(`refund of an unknown order ${refund.properties.order_id}`);
      expect(refund.properties.revenue).toBeLessThanOrEqual((order.properties.revenue ?? 0) + 0.01);
      expect(refund.timestamp > order.timestamp).toBe(true);
    }
  });

  test("e-mail vocabulary, consent, devices, machines, tickets, accounts, click ids, birthdays, time zones", () => {
    for (const event of [
      "Email Delivered",
      "Email Opened",
      "Email Link Clicked",
      "Unsubscribed",
      "Email Bounced",
      "Segment Consent Preference Updated",
      "Application Installed",
      "Application Opened",
      "Push Notification Received",
      "Push Notification Tapped",
      "Application Uninstalled",
      "Brew Summary",
      "Coffee Brewed",
      "Ticket Created",
      "Live Chat Conversation Started",
      "Satisfaction Rated",
      "Subscription Started",
      "Subscription Cancelled",
      "Checkout Started",
      "Signed Out",
      "Account Reviewed",
    ]) {
      expect(tracks(event).length, event).toBeGreaterThan(0);
    }
    const text = JSON.stringify(good.filter((call) => call.type === "page").map((call) => call.context.page?.search));
    for (const id of ["gclid", "gbraid", "fbclid", "msclkid", "ttclid", "li_fat_id", "epik", "utm_source", "utm_campaign"])
      expect(text, id).toContain(id);
    expect(good.filter((call) => call.type === "group").length).toBeGreaterThan(20);
    expect(good.filter((call) => call.traits?.["birthday"]).length).toBeGreaterThan(500);
    expect(new Set(good.map((call) => call.context["timezone"])).size).toBeGreaterThan(15);
    expect(new Set(tracks("Order Completed").map((call) => call.properties["currency"])).size).toBeGreaterThanOrEqual(3);
    const names = good.map((call) => JSON.stringify(call.traits?.["name"] ?? "")).join(" ");
    for (const script of [
      /\p{Script=Latin}/u,
      /\p{Script=Cyrillic}/u,
      /\p{Script=Greek}/u,
      /\p{Script=Han}/u,
      /\p{Script=Hangul}/u,
      /\p{Script=Arabic}/u,
      /\p{Script=Devanagari}/u,
      /\p{Script=Hebrew}/u,
    ]) {
      expect(names).toMatch(script);
    }
  });

  test("nobody who unsubscribed gets another mail", () => {
    const left = new Map<string, string>();
    for (const call of tracks("Unsubscribed")) left.set(call.userId ?? "", call.timestamp);
    expect(left.size).toBeGreaterThan(20);
    for (const mail of tracks("Email Delivered")) {
      const since = left.get(mail.userId ?? "");
      if (since) expect(mail.timestamp <= since, `${mail.userId} ${mail.timestamp}`).toBe(true);
    }
  });

  test("phones deliver late: some messages arrive after younger ones of the same person", () => {
    const newest = new Map<string, string>();
    let late = 0;
    for (const call of good) {
      const who = call.anonymousId ?? "";
      const last = newest.get(who);
      if (last && call.timestamp < last) late++;
      else newest.set(who, call.timestamp);
    }
    expect(late).toBeGreaterThan(20);
  });

  test("the experiments hold the effect that they say", () => {
    const [delivery, winback] = demoExperiments(anchor);
    if (!delivery || !winback) throw new Error("two experiments");
    const rate = (experiment: typeof delivery): Map<string, number> => {
      const orders = new Map<string, number[]>();
      for (const call of tracks("Order Completed")) {
        for (const id of [call.userId, call.anonymousId]) if (id) orders.set(id, [...(orders.get(id) ?? []), Date.parse(call.timestamp)]);
      }
      const arms = new Map<string, { n: number; converted: number }>();
      for (const call of tracks("Experiment Viewed")) {
        if (call.properties.experiment_id !== experiment.id) continue;
        const at = Date.parse(call.timestamp);
        const arm = arms.get(call.properties.variation_id ?? "") ?? { n: 0, converted: 0 };
        const later = [...(orders.get(call.userId ?? "") ?? []), ...(orders.get(call.anonymousId ?? "") ?? [])];
        arm.n++;
        if (later.some((when) => when > at && when < at + experiment.metric.days * 86_400_000)) arm.converted++;
        arms.set(call.properties.variation_id ?? "", arm);
      }
      return new Map([...arms].map(([id, arm]) => [id, arm.converted / arm.n]));
    };
    const back = rate(winback);
    const truth = winback.truth as { control: number; treatment: number };
    expect(Math.abs((back.get("mail") ?? 1) - truth.treatment)).toBeLessThan(0.09);
    expect(Math.abs((back.get("holdout") ?? 1) - truth.control)).toBeLessThan(0.09);
    expect(back.get("mail") ?? 0).toBeGreaterThan(back.get("holdout") ?? 1);
    const bar = rate(delivery);
    expect(bar.get("bar") ?? 0).toBeGreaterThan(bar.get("control") ?? 1);
  });
});

test("campaign costs agree with the visits that the campaigns brought", () => {
  const { campaigns, costs } = demoCampaigns(options);
  expect(costs).toEqual(demoCampaigns(options).costs);
  const ids = new Set(campaigns.map((campaign) => campaign.id));
  const visits = new Map<string, number>();
  for (const call of good) {
    const id = call.context.campaign?.id;
    if (id === undefined || call.type !== "page") continue;
    expect(ids).toContain(id);
    visits.set(id, (visits.get(id) ?? 0) + 1);
  }
  for (const mail of tracks("Email Delivered")) expect(ids).toContain(mail.properties.campaign_id);
  let clicks = 0;
  let seen = 0;
  for (const campaign of campaigns.filter((one) => one.channel !== "email")) {
    const mine = costs.filter((cost) => cost.campaignId === campaign.id);
    const spent = mine.reduce((sum, cost) => sum + cost.cost, 0);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(campaign.budget);
    expect(mine.every((cost) => cost.date >= campaign.startsOn && cost.date <= campaign.endsOn)).toBe(true);
    clicks += mine.reduce((sum, cost) => sum + cost.clicks, 0);
    seen += visits.get(campaign.id) ?? 0;
  }
  // Fewer visits are measured than clicks are paid for: refusals and pages that never loaded.
  expect(seen / clicks).toBeGreaterThan(0.6);
  expect(seen / clicks).toBeLessThan(0.85);
  const csv = demoCampaignCostsCsv(costs).split("\r\n");
  expect(csv).toHaveLength(costs.length + 1);
  expect(csv[0]).toBe("Date,Campaign ID,Campaign,Ad set ID,Ad set,Ad ID,Ad,Impressions,Clicks,Cost,Currency");
});
