import fc from "fast-check";
import { describe as suite, expect, test } from "vitest";
import { describe, plain } from "./describe";
import { draftFromSentence } from "./draft-from-sentence";
import type { DraftSchema } from "./draft-model";
import { ruleSchema } from "./model";

const schema: DraftSchema = {
  now: Date.parse("2026-06-17T10:30:00Z"),
  zone: "Europe/London",
  events: [
    "Order Completed",
    "Order Refunded",
    "Product Viewed",
    "Product Added",
    "Page Viewed",
    "Email Opened",
    "Email Link Clicked",
    "Ticket Created",
    "Signed Up",
    "Application Opened",
    "Application Installed",
    "Checkout Started",
    "Brew Summary",
    "Unsubscribed",
  ],
  traits: [
    ["email"],
    ["plan"],
    ["birthday"],
    ["favouriteCategory"],
    ["marketingOptIn"],
    ["loyaltyCard"],
    ["createdAt"],
    ["address", "city"],
    ["name"],
    ["age"],
  ],
  countries: ["GB", "DE", "France", "us"],
  cities: ["London", "Berlin", "New York"],
  segments: [
    { id: "seg_1", name: "VIP" },
    { id: "seg_2", name: "Big spenders" },
  ],
};
const names = { seg_1: "VIP", seg_2: "Big spenders" };
const draft = (sentence: string) => draftFromSentence(sentence, schema);

/** Sentence, the draft in words, what was not understood. */
const CASES: readonly [string, string, string[]][] = [
  [
    "people in Germany who bought twice in the last 30 days but never opened an e-mail",
    "People who are in a place whose country is DE (in any case) and did Order Completed at least 2 times in the last 30 days and did not do Email Opened ever",
    [],
  ],
  ["people in Germany", "People who are in a place whose country is DE (in any case)", []],
  ["customers from the UK or France", "People who are in a place whose country is one of GB or France (in any case)", []],
  ["people in the United States and Canada", "People who are in a place whose country is one of us or CA (in any case)", []],
  ["users not in Germany", "People who are in a place whose country is not DE (in any case), or have none", []],
  ["people in London", "People who are in a place whose city is London (in any case)", []],
  ["everyone in US", "People who are in a place whose country is us (in any case)", []],
  ["people who bought", "People who did Order Completed at least 1 time ever", []],
  ["people who ordered at least 3 times this year", "People who did Order Completed at least 3 times from 2026-01-01T00:00:00.000Z", []],
  ["people who purchased exactly once", "People who did Order Completed exactly 1 time ever", []],
  ["people who bought more than 5 times in the past 6 months", "People who did Order Completed more than 5 times in the last 6 months", []],
  [
    "people who bought between 2 and 4 times since 2026-01-01",
    "People who did Order Completed between 2 and 4 times from 2026-01-01T00:00:00.000Z",
    [],
  ],
  [
    "people who placed an order between 1 January 2026 and 31 March 2026",
    "People who did Order Completed at least 1 time from 2026-01-01T00:00:00.000Z until before 2026-03-31T23:00:00.000Z",
    [],
  ],
  ["people who bought 30 to 60 days ago", "People who did Order Completed at least 1 time between 30 days and 60 days ago", []],
  [
    "people who visited today",
    "People who did Page Viewed at least 1 time in the last 1 calendar day of their time zone, today included",
    [],
  ],
  ["people who viewed a product 3 or more times in the last week", "People who did Product Viewed at least 3 times in the last 1 week", []],
  [
    "people who viewed products but did not buy in the last 14 days",
    "People who did Product Viewed at least 1 time ever and did not do Order Completed in the last 14 days",
    [],
  ],
  ["people who didn't buy", "People who did not do Order Completed ever", []],
  ["who have not bought for 90 days", "People who did not do Order Completed in the last 90 days", []],
  [
    "people who spent more than £100 in the last 90 days",
    "People who whose sum of value over Order Completed is more than 100 in the last 90 days",
    [],
  ],
  ["people who spent between $50 and $100", "People who whose sum of value over Order Completed is between 50 and 100 ever", []],
  [
    "people who spent at least 1,000 euros this year",
    "People who whose sum of value over Order Completed is at least 1000 from 2026-01-01T00:00:00.000Z",
    [],
  ],
  ["people who contacted support in the last 7 days", "People who did Ticket Created at least 1 time in the last 7 days", []],
  [
    "people who returned something or got a refund",
    "People who did Order Refunded at least 1 time ever or did Order Refunded at least 1 time ever",
    [],
  ],
  [
    "people who refunded last month",
    "People who did Order Refunded at least 1 time from 2026-04-30T23:00:00.000Z until before 2026-05-31T23:00:00.000Z",
    [],
  ],
  ["people who added something to the cart", "People who did Product Added at least 1 time ever", []],
  [
    "added to cart but did not buy within 2 hours",
    "People who did Product Added ever, and after that did not do Order Completed within 2 hours",
    [],
  ],
  ["viewed a product and then bought within 3 days", "People who did Product Viewed, then Order Completed within 3 days", []],
  [
    "people who signed up, then viewed a product within 1 day, then bought within 7 days in the last 90 days",
    "People who did Signed Up, then Product Viewed within 1 day, then Order Completed within 7 days the first of them in the last 90 days",
    [],
  ],
  ["people who bought within 3 days of signing up", "People who did Signed Up, then Order Completed within 3 days", []],
  [
    "people who installed the app but never opened the app",
    "People who did Application Installed at least 1 time ever and did not do Application Opened ever",
    [],
  ],
  ["people whose plan is pro", "People who have plan that is pro (in any case)", []],
  ["people whose plan is pro or team", "People who have plan that is one of pro or team (in any case)", []],
  ["people whose plan is not pro", "People who have plan that is not pro (in any case), or have none", []],
  ['people whose favourite category is "Whole beans"', "People who have favouriteCategory that is Whole beans (in any case)", []],
  ["people whose name contains smith", "People who have name that contains smith (in any case)", []],
  ["people with a phone", "People who hold at least 1 identifier(s) of type phone", []],
  ["people without an e-mail", "People who hold exactly 0 identifier(s) of type email", []],
  ["people with a loyalty card", "People who have loyaltyCard that is known", []],
  ["people with no phone", "People who hold exactly 0 identifier(s) of type phone", []],
  ["people whose birthday is in the next 7 days", "People who have birthday that has its anniversary from 0 days ago to 7 days ahead", []],
  ["people with a birthday today", "People who have birthday that has its anniversary from 0 days ago to 0 days ahead", []],
  ["people older than 30", "People who have age that is above 30", []],
  ["people aged between 18 and 25", "People who have age that is between 18 and 25", []],
  ["people under 25 years old", "People who have age that is below 25", []],
  ["known people", "People who are known (have a user id, e-mail or phone)", []],
  [
    "anonymous visitors who viewed a product",
    "People who not: are known (have a user id, e-mail or phone) and did Product Viewed at least 1 time ever",
    [],
  ],
  ['people in the segment "VIP"', "People who are in the segment VIP", []],
  ["people not in segment VIP", "People who not: are in the segment VIP", []],
  [
    "people in segment Big spenders who bought this month",
    "People who are in the segment Big spenders and did Order Completed at least 1 time from 2026-05-31T23:00:00.000Z",
    [],
  ],
  ["new customers", "People who are new by Order Completed (period 90 days)", []],
  ["lapsed customers in the last 60 days", "People who are lapsed by Order Completed (period 60 days)", []],
  ["active users", "People who are active by any event (period 90 days)", []],
  [
    "10 % of people in Germany",
    "People who fall into the random bucket from 0 % to 10 % of sample and are in a place whose country is DE (in any case)",
    [],
  ],
  [
    "a random 5% of known people",
    "People who fall into the random bucket from 0 % to 5 % of sample and are known (have a user id, e-mail or phone)",
    [],
  ],
  [
    "people who bought or viewed a product",
    "People who did Order Completed at least 1 time ever or did Product Viewed at least 1 time ever",
    [],
  ],
  [
    "people in Germany who bought or visited",
    "People who are in a place whose country is DE (in any case) and (did Order Completed at least 1 time ever or did Page Viewed at least 1 time ever)",
    [],
  ],
  [
    "(people in Germany or people in France) and who bought",
    "People who (are in a place whose country is DE (in any case) or are in a place whose country is France (in any case)) and did Order Completed at least 1 time ever",
    [],
  ],
  [
    "people who bought except people in France",
    "People who did Order Completed at least 1 time ever and not: are in a place whose country is France (in any case)",
    [],
  ],
  ["people who last bought more than 90 days ago", "People who whose last Order Completed happened at least 90 days ago", []],
  ["people whose first order was in the last 30 days", "People who whose first Order Completed happened within the last 30 days", []],
  ["people whose last visit was before 2026-01-01", "People who whose last Page Viewed happened before 2026-01-01T00:00:00.000Z", []],
  ["people who did Brew Summary at least twice", "People who did Brew Summary at least 2 times ever", []],
  ['people who did "Brew Summary"', "People who did Brew Summary at least 1 time ever", []],
  ["people with at least 3 orders", "People who did Order Completed at least 3 times ever", []],
  ["people with no orders in the last 30 days", "People who did not do Order Completed in the last 30 days", []],
  [
    "people who visited on at least 3 different days in the last month",
    "People who whose number of distinct days over Page Viewed is at least 3 in the last 1 month",
    [],
  ],
  ["inactive in the last 30 days", "People who did not do any event in the last 30 days", []],
  ["people who did nothing in the last 30 days", "People who did not do any event in the last 30 days", []],
  ["people who clicked an e-mail twice this week", "People who did Email Link Clicked at least 2 times from 2026-06-14T23:00:00.000Z", []],
  ["people who bought red shoes in the last 30 days", "People who did Order Completed at least 1 time in the last 30 days", ["red shoes"]],
  ["people who not really bought", "Everybody", ["not really bought"]],
  ["people who rarely buy", "Everybody", ["rarely buy"]],
  ["people who like jazz", "Everybody", ["like jazz"]],
  [
    "people in Germany who like jazz or bought",
    "People who are in a place whose country is DE (in any case) and did Order Completed at least 1 time ever",
    ["like jazz"],
  ],
  ["people whose marketing opt in is true", "People who have marketingOptIn that is true", []],
  ["people whose created at is in the last 30 days", "People who have createdAt that is within the last 30 days", []],
  ["people in Atlantis", "Everybody", ["in Atlantis"]],
  [
    "opened an email or clicked a newsletter yesterday",
    "People who did Email Opened at least 1 time ever or did Email Link Clicked at least 1 time from 2026-06-15T23:00:00.000Z until before 2026-06-16T23:00:00.000Z",
    [],
  ],
  ["people who bought at most twice", "People who did Order Completed at most 2 times (people who never did it count too) ever", []],
  [
    "who never contacted customer service and bought at least once ever",
    "People who did not do Ticket Created ever and did Order Completed at least 1 time ever",
    [],
  ],
  ["buyers in Berlin", "People who did Order Completed at least 1 time ever and are in a place whose city is Berlin (in any case)", []],
  [
    "people who signed up in March 2026",
    "People who did Signed Up at least 1 time from 2026-03-01T00:00:00.000Z until before 2026-03-31T23:00:00.000Z",
    [],
  ],
  ["people who unsubscribed since March 2026", "People who did Unsubscribed at least 1 time from 2026-03-01T00:00:00.000Z", []],
  ["people who neither bought nor visited", "People who did not do Order Completed ever and did not do Page Viewed ever", []],
  ["people with an account", "People who belong to an account", []],
  ["people who stopped buying", "Everybody", ["stopped buying"]],
  [
    "red-haired people in Germany who bought",
    "People who are in a place whose country is DE (in any case) and did Order Completed at least 1 time ever",
    ["red-haired"],
  ],
  ["people with a birthday", "People who have birthday that is known", []],
  ["people who bought a new phone", "People who did Order Completed at least 1 time ever", ["new phone"]],
  ["people in Germany, France or the US", "People who are in a place whose country is one of DE, France or us (in any case)", []],
  [
    "people whose plan is pro or who bought",
    "People who have plan that is pro (in any case) or did Order Completed at least 1 time ever",
    [],
  ],
  ["people whose age is above 30", "People who have age that is above 30", []],
  ["people aged 18 to 30", "People who have age that is between 18 and 30", []],
  [
    "people who received an e-mail but did not open it within 2 days",
    "People who did Email Delivered at least 1 time ever",
    ["not open it within 2 days"],
  ],
  ["people who did not buy twice", "People who not: did Order Completed at least 2 times ever", []],
  [
    "people who viewed a product at least 5 times in the last 7 days and have not bought in the last 30 days",
    "People who did Product Viewed at least 5 times in the last 7 days and did not do Order Completed in the last 30 days",
    [],
  ],
  [
    "people who bought something in 2025",
    "People who did Order Completed at least 1 time from 2025-01-01T00:00:00.000Z until before 2026-01-01T00:00:00.000Z",
    [],
  ],
  ["people who bought before 2025", "People who did Order Completed at least 1 time before 2025-01-01T00:00:00.000Z", []],
  [
    "people who bought exactly 3 times between 2025-01-01 and 2025-06-30",
    "People who did Order Completed exactly 3 times from 2025-01-01T00:00:00.000Z until before 2025-06-30T23:00:00.000Z",
    [],
  ],
  [
    "people who logged in less than 3 times in the last 2 weeks",
    "People who did Signed In less than 3 times (people who never did it count too) in the last 2 weeks",
    [],
  ],
  [
    "people with a phone but without an e-mail",
    "People who hold at least 1 identifier(s) of type phone and hold exactly 0 identifier(s) of type email",
    [],
  ],
  ["people who never visited", "People who did not do Page Viewed ever", []],
  [
    "people who opened an e-mail but did not click an e-mail in the last 30 days",
    "People who did Email Opened at least 1 time ever and did not do Email Link Clicked in the last 30 days",
    [],
  ],
];

suite("a sentence becomes a draft", () => {
  test.each(CASES)("%s", (sentence, means, lost) => {
    const out = draft(sentence);
    expect(plain(describe(out.rule, { names }))).toBe(means);
    expect(out.notUnderstood).toEqual(lost);
    expect(ruleSchema.safeParse(out.rule).success).toBe(true);
  });

  test("every part of the sentence says which row it became", () => {
    const { understood } = draft("people in Germany who bought twice in the last 30 days but never opened an e-mail");
    expect(understood.map(({ text, means }) => [text, means])).toEqual([
      ["in Germany", "are in a place whose country is DE (in any case)"],
      ["bought twice in the last 30 days", "did Order Completed at least 2 times in the last 30 days"],
      ["never opened an e-mail", "did not do Email Opened ever"],
    ]);
    const far = draft("people who bought red shoes in the last 30 days");
    expect(far.understood.map(({ text }) => text)).toEqual(["bought … in the last 30 days"]);
  });

  test("choices that could have been others are said", () => {
    expect(draft("new customers").notes).toEqual(["“new customers”: the period was not said, 90 days are taken."]);
    expect(draft("customers in Germany").notes).toHaveLength(1);
    expect(draft("people whose tier is gold").notes).toEqual(["No trait “tier” was seen so far."]);
    expect(draft("people who like jazz or bought").notes).toHaveLength(1);
    expect(draft("people in Germany and France").notes).toEqual(["Several places joined by “and” are read as any one of them."]);
    expect(draft("people in London and Berlin and who bought").notes).toHaveLength(1);
    expect(draft("customers in Germany who bought").notes).toEqual([]);
  });

  test("an event that was not seen keeps its usual name; one that was seen keeps its own spelling", () => {
    const other = { ...schema, events: ["order completed", "Email Clicked"] };
    const said = (sentence: string): string => plain(describe(draftFromSentence(sentence, other).rule));
    expect(said("people who bought")).toBe("People who did order completed at least 1 time ever");
    expect(said("people who clicked an e-mail")).toBe("People who did Email Clicked at least 1 time ever");
    expect(said("people who contacted support")).toBe("People who did Ticket Created at least 1 time ever");
  });

  test("days begin at midnight of the company's zone, also where the clock changes", () => {
    for (const [zone, from] of [
      ["Europe/London", "2026-03-28T00:00:00.000Z"],
      ["America/New_York", "2026-03-28T04:00:00.000Z"],
      ["Asia/Kathmandu", "2026-03-27T18:15:00.000Z"],
      ["Pacific/Auckland", "2026-03-27T11:00:00.000Z"],
    ] as const)
      expect(JSON.stringify(draftFromSentence("people who bought since 2026-03-28", { ...schema, zone }).rule)).toContain(from);
    expect(JSON.stringify(draft("people who bought since 2026-03-30").rule)).toContain("2026-03-29T23:00:00.000Z");
    expect(draft("people who bought since 2026-02-30").notUnderstood).toEqual(["since 2026-02-30"]);
  });

  test("whatever is typed, there is a draft that can be saved", () => {
    const word = fc.constantFrom(
      ...CASES.flatMap(([sentence]) => sentence.split(" ")),
      "(",
      ")",
      ",",
      "or",
      "and",
      "not",
      "without",
      "except",
      "whose",
      '"',
      "between",
      "0",
      "-5",
      "99999999999",
      "%",
      "£",
      "\0",
      "\ud800",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word, { maxLength: 40 }).map((parts) => parts.join(" ")),
          fc.string({ unit: "binary", maxLength: 200 }),
        ),
        (sentence) => {
          const out = draft(sentence);
          const parsed = ruleSchema.safeParse(out.rule);
          expect(parsed.success).toBe(true);
          plain(describe(out.rule, { names }));
          const ids = JSON.stringify(out.rule);
          for (const part of out.understood) expect(ids).toContain(`"id":"${part.nodeId}"`);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("a word that means nothing is never passed over in silence", () => {
    fc.assert(
      fc.property(fc.constantFrom(...CASES), fc.nat(), ([sentence], n) => {
        const parts = sentence.split(" ");
        parts.splice(n % (parts.length + 1), 0, "zorgle");
        const out = draft(parts.join(" "));
        const shown = [...out.notUnderstood, ...out.understood.map(({ text }) => text)].join(" ");
        expect(shown).toContain("zorgle");
      }),
      { numRuns: 1_000 },
    );
  });

  test("a long sentence of brackets ends soon", () => {
    expect(draft("(".repeat(500) + "people who bought" + ")".repeat(483)).rule.version).toBe(1);
    expect(draft("not ".repeat(300)).rule.root.children).toEqual([]);
    expect(draft(`people who ${"bought and ".repeat(90)}visited`).rule.root.children.length).toBeGreaterThan(80);
  });
});
