import { beforeAll, describe, expect, it } from "vitest";
import { mayUse } from "@/domain/consent";
import { testDatabase } from "@/server/test/database";
import { DEFAULT_IDENTITY_RULES, type IdentifierRule, type IdentityRules } from "./model";
import { processNext } from "./processor";
import { processAll } from "./rebuild";
import { feed, type TestMessage } from "./test/feed";
import { partition } from "./test/digests";
import { unmergeProfiles } from "./unmerge-profiles";
import { updateIdentityRules } from "./update-identity-rules";

/** The 20 vectors of the identity rules, through real messages. Each uses identifiers of its own, so they share a database. */
const rule = (type: string, limit: number, period: IdentifierRule["period"]): IdentifierRule => ({
  type,
  limit,
  period,
  merges: true,
  reviewed: true,
});
const RULES: IdentityRules = {
  ...DEFAULT_IDENTITY_RULES,
  identifiers: [rule("user_id", 1, "ever"), rule("email", 5, "ever"), rule("anonymous_id", 5, "weekly")],
};

const DAY = 86_400_000;
const at = (days: number, seconds = 0): string => new Date(Date.UTC(2026, 2, 1) + days * DAY + seconds * 1000).toISOString();

interface Vector {
  n: number;
  what: string;
  /** `v` makes an identifier of this vector. */
  messages: (v: (name: string) => string) => TestMessage[];
  /** People as sets of identifiers afterwards. */
  people?: (v: (name: string) => string) => string[];
  /** Person that the last message's event belongs to, by one of its identifiers. */
  event?: (v: (name: string) => string) => [type: string, value: string];
}

const U = (name: string) => `user_id=${name}`;
const A = (name: string) => `anonymous_id=${name}`;
const E = (name: string) => `email=${name}@x.com`;

const VECTORS: Vector[] = [
  { n: 1, what: "first sight creates", messages: (v) => [{ anonymousId: v("a") }], people: (v) => [A(v("a"))] },
  {
    n: 2,
    what: "identify adds to the anonymous profile",
    messages: (v) => [{ anonymousId: v("a") }, { type: "identify", userId: v("u1"), anonymousId: v("a") }],
    people: (v) => [`${A(v("a"))} ${U(v("u1"))}`],
  },
  {
    n: 3,
    what: "second device",
    messages: (v) => [
      { type: "identify", userId: v("u1"), anonymousId: v("a") },
      { type: "identify", userId: v("u1"), anonymousId: v("b") },
    ],
    people: (v) => [`${A(v("a"))} ${A(v("b"))} ${U(v("u1"))}`],
  },
  {
    n: 4,
    what: "another user with the same e-mail: e-mail demoted, new profile",
    messages: (v) => [
      { type: "identify", userId: v("u1"), traits: { email: `${v("e1")}@x.com` } },
      { type: "identify", userId: v("u2"), traits: { email: `${v("e1")}@x.com` } },
    ],
    people: (v) => [`${E(v("e1"))} ${U(v("u1"))}`, U(v("u2"))],
    event: (v) => ["user_id", v("u2")],
  },
  {
    n: 5,
    what: "two profiles meet and merge",
    messages: (v) => [
      { type: "identify", userId: v("u1"), anonymousId: v("a") },
      { type: "identify", anonymousId: v("b"), traits: { email: `${v("e1")}@x.com` } },
      { type: "identify", userId: v("u1"), traits: { email: `${v("e1")}@x.com` } },
    ],
    people: (v) => [`${A(v("a"))} ${A(v("b"))} ${E(v("e1"))} ${U(v("u1"))}`],
  },
  {
    n: 6,
    what: "gained e-mail does not pull in another user",
    messages: (v) => [
      { type: "identify", userId: v("u1"), anonymousId: v("a") },
      { type: "identify", userId: v("u2"), anonymousId: v("b") },
      { type: "identify", anonymousId: v("a"), traits: { email: `${v("e9")}@x.com` } },
      { type: "identify", userId: v("u2"), traits: { email: `${v("e9")}@x.com` } },
    ],
    people: (v) => [`${A(v("a"))} ${E(v("e9"))} ${U(v("u1"))}`, `${A(v("b"))} ${U(v("u2"))}`],
    event: (v) => ["user_id", v("u2")],
  },
  {
    n: 7,
    what: "weekly limit of five: the sixth is demoted, the event stays",
    messages: (v) => [1, 2, 3, 4, 5, 6].map((i) => ({ userId: v("u1"), anonymousId: v(`a${i}`), timestamp: at(0, i) })),
    people: (v) => [`${[1, 2, 3, 4, 5].map((i) => A(v(`a${i}`))).join(" ")} ${U(v("u1"))}`],
    event: (v) => ["user_id", v("u1")],
  },
  {
    n: 8,
    what: "eight days later the window has moved on",
    messages: (v) => [
      ...[1, 2, 3, 4, 5].map((i) => ({ userId: v("u1"), anonymousId: v(`a${i}`), timestamp: at(0, i) })),
      { userId: v("u1"), anonymousId: v("a7"), timestamp: at(8, 10) },
    ],
    people: (v) => [`${[1, 2, 3, 4, 5, 7].map((i) => A(v(`a${i}`))).join(" ")} ${U(v("u1"))}`],
  },
  {
    n: 9,
    what: "blocked user id: profile by the anonymous id only",
    messages: (v) => [{ type: "identify", userId: "null", anonymousId: v("a") }],
    people: (v) => [A(v("a"))],
  },
  {
    n: 10,
    what: "blocked user id, e-mail normalised",
    messages: (v) => [{ type: "identify", userId: "0000-0000", traits: { email: ` ${v("Jane")}@X.com ` } }],
    people: (v) => [E(v("jane"))],
  },
  {
    n: 11,
    what: "shared tablet",
    messages: (v) => [
      { userId: v("u1"), anonymousId: v("a") },
      { userId: v("u2"), anonymousId: v("a") },
    ],
    people: (v) => [`${A(v("a"))} ${U(v("u1"))}`, U(v("u2"))],
    event: (v) => ["user_id", v("u2")],
  },
  {
    n: 14,
    what: "concurrent first sights",
    messages: (v) => Array.from({ length: 2 }, () => ({ type: "identify", traits: { email: `${v("e")}@x.com` } }) as const),
    people: (v) => [E(v("e"))],
  },
  {
    n: 15,
    what: "alias joins an anonymous and a known profile",
    messages: (v) => [{ anonymousId: v("a") }, { userId: v("u1") }, { type: "alias", previousId: v("a"), userId: v("u1") }],
    people: (v) => [`${A(v("a"))} ${U(v("u1"))}`],
  },
  {
    n: 19,
    what: "external id without encoding is ignored, the event is stored",
    messages: (v) => [{ userId: v("u1"), context: { externalIds: [{ id: v("x"), type: "crm_id", collection: "users" }] } }],
    people: (v) => [U(v("u1"))],
    event: (v) => ["user_id", v("u1")],
  },
];

const db = testDatabase();

describe("identity vectors", () => {
  beforeAll(async () => {
    await updateIdentityRules(db.ctx(), { rules: RULES, basedOn: 1 });
  });

  const run = () => processAll(db);

  for (const vector of VECTORS) {
    it(`${vector.n}: ${vector.what}`, async () => {
      const prefix = `v${vector.n}`;
      const v = (name: string) => `${prefix}-${name}`;
      const messages = vector.messages(v);
      await feed(
        db.sql,
        messages.map((message, i) => ({ timestamp: at(0, i), messageId: `${prefix}-m${i}`, ...message })),
      );
      await run();
      expect(await partition(db.sql, `${prefix}-`)).toEqual([...(vector.people?.(v) ?? [])].sort());
      const [stored] = await db.sql`select count(*)::int as n from events where message_id like ${`${prefix}-m%`}`;
      expect(stored?.["n"]).toBe(messages.length);
      if (vector.event) {
        const [type, value] = vector.event(v);
        const [row] = await db.sql<{ same: boolean }[]>`
          select e.profile_id = i.profile_id as same from events e, identifiers i
          where e.message_id = ${`${prefix}-m${messages.length - 1}`} and i.type = ${type} and i.value = ${value}`;
        expect(row?.same).toBe(true);
      }
    });
  }

  it("12: a person with as many merges as allowed takes part in no more", async () => {
    await updateIdentityRules(db.ctx(), { rules: { ...RULES, maxMerges: 2 }, basedOn: 2 });
    const mail = (n: number) => `v12-e${n}@x.com`;
    await feed(db.sql, [
      { userId: "v12-u" },
      ...[1, 2, 3].map((n) => ({ type: "identify", traits: { email: mail(n) } }) as const),
      ...[1, 2, 3].map((n) => ({ type: "identify", userId: "v12-u", traits: { email: mail(n) }, messageId: `v12-${n}` }) as const),
    ]);
    await run();
    expect(await partition(db.sql, "v12-")).toEqual([`email=${mail(1)} email=${mail(2)} user_id=v12-u`, `email=${mail(3)}`].sort());
    const [row] = await db.sql<{ same: boolean }[]>`
      select e.profile_id = i.profile_id as same from events e, identifiers i where e.message_id = 'v12-3' and i.value = 'v12-u'`;
    expect(row?.same).toBe(true);
    expect(await db.sql`select code from identity_notes where value = ${mail(3)}`).toEqual([{ code: "merge_refused" }]);
    await updateIdentityRules(db.ctx(), { rules: RULES, basedOn: 3 });
  });

  it("13: a person with as many identifiers as allowed takes no more", async () => {
    await updateIdentityRules(db.ctx(), { rules: { ...RULES, maxIdentifiers: 3 }, basedOn: 4 });
    await feed(
      db.sql,
      [1, 2, 3].map((n) => ({ userId: "v13-u", anonymousId: `v13-a${n}`, messageId: `v13-${n}` })),
    );
    await run();
    expect(await partition(db.sql, "v13-")).toEqual(["anonymous_id=v13-a1 anonymous_id=v13-a2 user_id=v13-u"]);
    const [row] = await db.sql<{ same: boolean }[]>`
      select e.profile_id = i.profile_id as same from events e, identifiers i where e.message_id = 'v13-3' and i.value = 'v13-u'`;
    expect(row?.same).toBe(true);
    await updateIdentityRules(db.ctx(), { rules: RULES, basedOn: 5 });
  });

  it("14: many workers and requests see one e-mail first: one profile", async () => {
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        feed(db.sql, [{ type: "identify", anonymousId: `v14b-${i % 4}`, traits: { email: "v14b-one@x.com" } }]),
      ),
    );
    await Promise.all([processAll(db), processAll(db), processAll(db)]);
    const people = await partition(db.sql, "v14b-");
    expect(people).toHaveLength(1);
    expect(people[0]).toContain("email=v14b-one@x.com");
  });

  it("16: a suppressed address stops the person whom its holder was merged with", async () => {
    await feed(db.sql, [
      {
        type: "identify",
        userId: "v16-u",
        traits: { email: "v16@x.com" },
        context: { consent: { categoryPreferences: { email_marketing: true } } },
      },
      { anonymousId: "v16-b" },
    ]);
    await run();
    await db.sql`insert into consent_suppressions (type, value, channel, reason, at) values ('email', 'v16@x.com', 'email', 'complaint', now())`;
    await feed(db.sql, [
      { userId: "v16-u", anonymousId: "v16-b" },
      { anonymousId: "v16-b", event: "Seen again" },
    ]);
    await run();
    const [row] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where value = 'v16-b'`;
    expect(await mayUse(db.ctx(), { profileId: row?.id ?? 0, purpose: "email_marketing" })).toMatchObject({
      allowed: false,
      reason: "suppressed",
    });
  });

  it("17: of two merged people who said different things the no counts, and both statements stay", async () => {
    const said = (advertising: boolean) => ({ consent: { categoryPreferences: { advertising } } });
    await feed(db.sql, [
      { event: "Segment Consent Preference Updated", userId: "v17-u", context: said(true), timestamp: at(0) },
      { event: "Segment Consent Preference Updated", anonymousId: "v17-a", context: said(false), timestamp: at(1) },
      { userId: "v17-u", anonymousId: "v17-a", timestamp: at(2) },
    ]);
    await run();
    const [row] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where value = 'v17-u'`;
    expect(await mayUse(db.ctx(), { profileId: row?.id ?? 0, purpose: "advertising" })).toMatchObject({
      allowed: false,
      reason: "denied",
      conflict: true,
    });
    const kept = await db.sql<{ state: string }[]>`
      select l.state from consent_ledger l join identifiers i on i.profile_id = l.profile_id
      where i.value in ('v17-u', 'v17-a') and l.key = 'advertising' order by l.at`;
    expect(kept.map(({ state }) => state)).toEqual(["granted", "denied"]);
  });

  it("18: un-merge gives both people back; what came since goes by its own identifiers", async () => {
    await feed(db.sql, [
      { type: "identify", userId: "v18-u", traits: { name: "Left" }, timestamp: at(0) },
      { type: "identify", anonymousId: "v18-a", traits: { name: "Right", city: "Bonn" }, timestamp: at(1) },
      { userId: "v18-u", anonymousId: "v18-a", event: "Order Completed", properties: { total: 5 }, timestamp: at(2) },
      { anonymousId: "v18-a", event: "Order Completed", properties: { total: 7 }, timestamp: at(3) },
    ]);
    await run();
    const read = () => db.sql`
      select p.name, p.city, p.revenue, p.event_count from profiles p join identifiers i on i.profile_id = p.id
      where i.value in ('v18-u', 'v18-a') and p.merged_into is null order by i.value desc`;
    expect(await read()).toEqual([{ name: "Right", city: "Bonn", revenue: "12.0000", event_count: 2 }]);
    const [merge] = await db.sql<
      { id: string }[]
    >`select m.id from merges m join identifiers i on i.profile_id = m.loser_fragment where i.value = 'v18-a'`;
    await unmergeProfiles(db.ctx(), { mergeId: merge?.id });
    expect(await read()).toEqual([
      { name: "Left", city: null, revenue: "5.0000", event_count: 1 },
      { name: "Right", city: "Bonn", revenue: "7.0000", event_count: 1 },
    ]);
    await feed(db.sql, [{ userId: "v18-u", anonymousId: "v18-a", timestamp: at(4) }]);
    await run();
    expect(await partition(db.sql, "v18-")).toEqual(["anonymous_id=v18-a", "user_id=v18-u"]);
  });

  it("20: a group call links the anonymous profile to the account", async () => {
    await feed(db.sql, [
      { anonymousId: "v20-a" },
      { type: "group", groupId: "v20-g", anonymousId: "v20-a", traits: { name: "Globex" } },
      { type: "group", groupId: "v20-g", anonymousId: "v20-b" },
    ]);
    await run();
    expect(await partition(db.sql, "v20-")).toEqual(["anonymous_id=v20-a", "anonymous_id=v20-b"]);
    expect(await db.sql`select account_id from account_links where account_id = 'v20-g'`).toHaveLength(2);
    expect(await db.sql`select name from accounts where id = 'v20-g'`).toEqual([{ name: "Globex" }]);
  });

  it("keeps blocked values in the payload and counts them", async () => {
    expect(await db.sql`select body from inbox where body like '%v9-a%'`).toHaveLength(1);
    const [row] = await db.sql`select sum(n)::int as n from blocked_hits where type = 'user_id' and value = 'null'`;
    expect(row?.["n"]).toBe(1);
    expect(await processNext(db)).toEqual({ processed: 0, caughtUp: true });
  });

  it("21: Signed Out ends the browser's attachment, also across batches, workers and a rebuild", async () => {
    await feed(db.sql, [{ type: "identify", userId: "v21-u", anonymousId: "v21-a", timestamp: at(0) }]);
    await run();
    await feed(db.sql, [{ event: "Signed Out", anonymousId: "v21-a", timestamp: at(1) }]);
    await run();
    expect(await partition(db.sql, "v21-")).toEqual(["anonymous_id=v21-a user_id=v21-u"]);
    const [held] = await db.sql`select status from identifiers where value = 'v21-a'`;
    expect(held).toEqual({ status: "signed_out" });
    await feed(db.sql, [{ event: "After", anonymousId: "v21-a", timestamp: at(2) }]);
    await run();
    expect(await partition(db.sql, "v21-")).toEqual(["anonymous_id=v21-a", "user_id=v21-u"]);
    const events = await db.sql<{ value: string; names: string[] }[]>`
      select i.value, array_agg(t.name order by e.id) as names from identifiers i join events e on e.profile_id = i.profile_id
      join event_types t on t.id = e.event_type where i.value like 'v21-%' group by i.value order by i.value`;
    expect(events).toEqual([
      { value: "v21-a", names: ["After"] },
      { value: "v21-u", names: ["$identify", "Signed Out"] },
    ]);
  });
});
