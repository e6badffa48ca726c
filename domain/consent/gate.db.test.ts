import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { processAll, unmergeProfiles } from "@/domain/identity";
import { feed, type TestMessage } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import { testDatabase } from "@/server/test/database";
import { allowedSet } from "./allowed-set";
import { mayUse } from "./gate";
import type { GateReason } from "./model";

const db = testDatabase();
const DAY = 86_400_000;
const START = Date.UTC(2026, 5, 1);
const at = (days: number): string => new Date(START + days * DAY).toISOString();
const now = (days: number) => createContext({ kind: "job", id: "test" }, db, fixedClock(at(days)));

const EVENT = "Segment Consent Preference Updated";
const explicit = (preferences: Record<string, boolean>, more: Partial<TestMessage> = {}): TestMessage => ({
  event: EVENT,
  context: { consent: { categoryPreferences: preferences } },
  ...more,
});
const passive = (preferences: Record<string, boolean>, more: Partial<TestMessage> = {}): TestMessage => ({
  ...explicit(preferences, more),
  event: "Seen",
});

async function send(...messages: TestMessage[]): Promise<void> {
  for (const message of messages) await feed(db.sql, [{ ...message, receivedAt: message.receivedAt ?? message.timestamp ?? at(0) }]);
  await processAll(db);
}
async function idOf(value: string): Promise<number> {
  const [row] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where value = ${value}`;
  return row?.id ?? 0;
}
async function ask(who: string, purpose: string, days = 100, more: object = {}): Promise<GateReason> {
  const ctx = now(days);
  const profileId = await idOf(who);
  const { allowed, reason } = await mayUse(ctx, { profileId, purpose, ...more });
  const set = await allowedSet(ctx, { purpose, ...more });
  const canonical = await db.sql<
    { id: number }[]
  >`select coalesce(max(canonical_id), ${profileId}) as id from profile_aliases where profile_id = ${profileId}`;
  // The set says the same as the single answer, always.
  expect(set.has(canonical[0]?.id ?? 0)).toBe(allowed);
  expect(allowed).toBe(reason === "allowed");
  return reason;
}

describe("one person", () => {
  it("denies what nobody said, and allows what needs no saying", async () => {
    await send({ userId: "quiet", timestamp: at(0) });
    expect(await ask("quiet", "advertising")).toBe("no_consent");
    expect(await ask("quiet", "service")).toBe("allowed");
    expect(await ask("quiet", "sale_or_sharing")).toBe("allowed");
    expect(await ask("nobody-there", "service")).toBe("unknown_person");
    expect(await ask("quiet", "no_such_purpose")).toBe("unknown_purpose");
    expect(await ask("quiet", "service", 100, { destination: "dst_unknown" })).toBe("unknown_destination");
    expect(await ask("quiet", "email_marketing", 100, { channel: "sms" })).toBe("channel_not_covered");
  });

  it("takes a yes, a later no, and a late one at its own time", async () => {
    await send(explicit({ advertising: true }, { userId: "p1", timestamp: at(1) }));
    expect(await ask("p1", "advertising")).toBe("allowed");
    await send(explicit({ advertising: false }, { userId: "p1", timestamp: at(3) }));
    expect(await ask("p1", "advertising")).toBe("denied");
    await send(explicit({ advertising: true }, { userId: "p1", timestamp: at(2), receivedAt: at(4) }));
    expect(await ask("p1", "advertising")).toBe("denied");
    expect((await mayUse(now(100), { profileId: await idOf("p1"), purpose: "advertising", asOf: new Date(at(2.5)) })).reason).toBe(
      "allowed",
    );
    expect((await mayUse(now(100), { profileId: await idOf("p1"), purpose: "advertising", asOf: new Date(at(0.5)) })).reason).toBe(
      "no_consent",
    );
  });

  it("a program's repeated yes never lifts an explicit no; its no takes back a yes", async () => {
    await send(
      explicit({ advertising: false }, { userId: "p2", timestamp: at(1) }),
      passive({ advertising: true }, { userId: "p2", timestamp: at(2) }),
    );
    expect(await ask("p2", "advertising")).toBe("denied");
    await send(explicit({ advertising: true }, { userId: "p2", timestamp: at(3) }));
    expect(await ask("p2", "advertising")).toBe("allowed");
    await send(passive({ advertising: false }, { userId: "p2", timestamp: at(4) }));
    expect(await ask("p2", "advertising")).toBe("denied");
  });

  it("a consent object that leaves a category out does not grant it", async () => {
    await send(passive({ advertising: true, analytics: true }, { userId: "p3", timestamp: at(1) }));
    expect(await ask("p3", "analytics")).toBe("allowed");
    await send(passive({ advertising: true }, { userId: "p3", timestamp: at(2) }));
    expect(await ask("p3", "advertising")).toBe("allowed");
    expect(await ask("p3", "analytics")).toBe("denied");
    // A website's banner knows nothing of e-mail marketing, so it says nothing of it.
    expect(await ask("p3", "email_marketing")).toBe("no_consent");
  });

  it("only JSON true is a yes, and our own keys cannot be sent", async () => {
    const odd = { advertising: "true", analytics: 1, personalisation: null, $gpc: true, $channel: true };
    await send({ userId: "p4", event: EVENT, timestamp: at(1), context: { consent: { categoryPreferences: odd } } });
    for (const purpose of ["advertising", "analytics", "personalisation"]) expect(await ask("p4", purpose)).toBe("denied");
    const keys = await db.sql<{ key: string }[]>`select key from consent_ledger where profile_id = ${await idOf("p4")}`;
    expect(keys.map(({ key }) => key).filter((key) => key.startsWith("$"))).toEqual([]);
  });

  it.each(["yes", 7, [], { categoryPreferences: "all" }, { categoryPreferences: ["advertising"] }, { tcf: "garbage", gpp: 5 }])(
    "garbage says nothing: %j",
    async (consent) => {
      const who = `garbage-${JSON.stringify(consent)}`;
      await send({ userId: who, event: EVENT, timestamp: at(1), context: { consent } as never });
      expect(await ask(who, "advertising")).toBe("no_consent");
      expect(await db.sql`select 1 from consent_ledger where profile_id = ${await idOf(who)}`).toHaveLength(0);
    },
  );

  it("an imported yes grants, and never lifts what the person said since", async () => {
    const imported = { consent: { origin: "import", categoryPreferences: { email_marketing: true } } };
    await send({ type: "identify", userId: "p8", timestamp: at(1), context: imported });
    expect(await ask("p8", "email_marketing")).toBe("allowed");
    await send(explicit({ email_marketing: false }, { userId: "p8", timestamp: at(2) }), {
      type: "identify",
      userId: "p8",
      timestamp: at(3),
      context: imported,
    });
    expect(await ask("p8", "email_marketing")).toBe("denied");
  });

  it("a form and RudderStack's object are read too; on both lists is a no", async () => {
    await send({
      userId: "p9",
      event: "Newsletter form sent",
      timestamp: at(1),
      context: { consent: { origin: "form", form: "footer", categoryPreferences: { email_marketing: true } } },
    });
    expect(await ask("p9", "email_marketing")).toBe("allowed");
    await send({
      userId: "p9",
      timestamp: at(2),
      context: { consentManagement: { allowedConsentIds: ["analytics", "advertising"], deniedConsentIds: ["advertising"] } },
    });
    expect(await ask("p9", "analytics")).toBe("allowed");
    expect(await ask("p9", "advertising")).toBe("denied");
  });

  it("GPC denies a sale until an explicit opt-in", async () => {
    await send({ userId: "p5", timestamp: at(1), context: { gpc: true } });
    expect(await ask("p5", "sale_or_sharing")).toBe("denied");
    await send(explicit({ sale_or_sharing: true }, { userId: "p5", timestamp: at(2) }), {
      userId: "p5",
      timestamp: at(3),
      context: { gpc: true },
    });
    expect(await ask("p5", "sale_or_sharing")).toBe("allowed");
  });

  it("unsubscribing stops marketing on the channel and nothing else; a pause runs out", async () => {
    const subscribed = [{ key: "p6@x.com", type: "EMAIL", status: "SUBSCRIBED" }];
    await send({ type: "identify", userId: "p6", timestamp: at(1), context: { messaging_subscriptions: subscribed } });
    expect(await ask("p6", "email_marketing")).toBe("allowed");
    await send({ userId: "p6", event: "Unsubscribed", timestamp: at(2) });
    expect(await ask("p6", "email_marketing")).toBe("unsubscribed");
    expect(await ask("p6", "service", 100, { channel: "email" })).toBe("allowed");
    // The CRM repeats what it knew.
    await send({ type: "identify", userId: "p6", timestamp: at(3), context: { messaging_subscriptions: subscribed } });
    expect(await ask("p6", "email_marketing")).toBe("unsubscribed");
  });

  it("a bounce stops its address, a complaint the person", async () => {
    await send({ type: "identify", userId: "p7", traits: { email: "p7@x.com" }, timestamp: at(1) });
    await send(explicit({ email_marketing: true }, { userId: "p7", timestamp: at(1) }));
    expect(await ask("p7", "email_marketing")).toBe("allowed");
    await db.sql`insert into consent_suppressions (type, value, channel, reason, at) values ('email', 'p7@x.com', 'email', 'bounced', now())`;
    expect(await ask("p7", "email_marketing")).toBe("suppressed");
    await send({ type: "identify", userId: "p7", traits: { email: "p7-new@x.com" }, timestamp: at(2) });
    expect(await ask("p7", "email_marketing")).toBe("allowed");
    const profileId = await idOf("p7");
    const to = (address: string) => mayUse(now(100), { profileId, purpose: "email_marketing", address });
    expect((await to("p7@x.com")).reason).toBe("suppressed");
    expect((await to("p7-new@x.com")).reason).toBe("allowed");
    await db.sql`update consent_suppressions set reason = 'complaint' where value = 'p7@x.com'`;
    expect(await ask("p7", "email_marketing")).toBe("suppressed");
    expect(await ask("p7", "service", 100, { channel: "email" })).toBe("suppressed");
  });
});

describe("strings", () => {
  const { tcf } = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/vectors/constructed.json"), "utf8")) as {
    tcf: { name: string; string: string; expect: { ad_audience_755: boolean; conversion_755: boolean } }[];
  };
  beforeAll(async () => {
    await db.sql`insert into consent_uses (id, name, kind, purpose_id, tcf_vendor) values ('dst_ads', 'Ads', 'destination', 'advertising', 755),
      ('dst_measure', 'Measure', 'destination', 'ad_measurement', 755), ('dst_other', 'Other', 'destination', 'advertising', 4)`;
    await db.sql`update consent_config set version = version + 1`;
  });

  it("every constructed TCF string gives the stored decision, at its own date", async () => {
    for (const { name, string } of tcf)
      await feed(db.sql, [{ userId: `tcf-${name}`, timestamp: at(0), receivedAt: at(0), context: { consent: { tcf: string } } }]);
    await processAll(db);
    for (const { name, expect: wanted } of tcf) {
      expect({
        name,
        audience: await ask(`tcf-${name}`, "advertising", 0, { destination: "dst_ads" }),
        conversion: await ask(`tcf-${name}`, "ad_measurement", 0, { destination: "dst_measure" }),
      }).toEqual({
        name,
        audience: wanted.ad_audience_755 ? "allowed" : expect.stringMatching(/denied|vendor|no_consent/),
        conversion: wanted.conversion_755 ? "allowed" : expect.stringMatching(/denied|vendor|no_consent/),
      });
    }
    expect(await ask("tcf-all_granted_policy4", "advertising", 0, { destination: "dst_other" })).toBe("vendor");
    // 13 months later the string counts no more.
    expect(await ask("tcf-all_granted_policy4", "advertising", 400, { destination: "dst_ads" })).toBe("no_consent");
  });

  it("policy: a purpose may not be used by another purpose's destination, nor where an admin said never", async () => {
    expect(await ask("tcf-all_granted_policy4", "analytics", 0, { destination: "dst_ads" })).toBe("policy");
    await db.sql`insert into consent_policies values ('service', 'export', 'block'), ('sale_or_sharing', 'export', 'consent')`;
    await db.sql`update consent_config set version = version + 1`;
    expect(await ask("quiet", "service", 0, { destination: "export" })).toBe("policy");
    expect(await ask("quiet", "sale_or_sharing", 0, { destination: "export" })).toBe("no_consent");
    expect(await ask("quiet", "sale_or_sharing", 0)).toBe("allowed");
  });
});

describe("merges", () => {
  const join = (a: string, b: string, days: number): TestMessage => ({ type: "identify", userId: b, anonymousId: a, timestamp: at(days) });

  it("the stricter wins, both are kept, a new word of the person ends it, and an un-merge gives both back", async () => {
    await send(
      explicit({ advertising: true }, { anonymousId: "m1-a", timestamp: at(1) }),
      explicit({ advertising: false }, { userId: "m1-u", timestamp: at(2) }),
      join("m1-a", "m1-u", 3),
    );
    expect(await ask("m1-a", "advertising")).toBe("denied");
    expect((await mayUse(now(9), { profileId: await idOf("m1-u"), purpose: "advertising" })).conflict).toBe(true);
    await send(explicit({ advertising: true }, { anonymousId: "m1-a", timestamp: at(4) }));
    expect(await ask("m1-u", "advertising")).toBe("allowed");
    const [merge] = await db.sql<
      { id: string }[]
    >`select m.id from merges m join identifiers i on i.profile_id in (m.loser_fragment, m.survivor_fragment) where i.value = 'm1-a'`;
    await unmergeProfiles(db.ctx(), { mergeId: merge?.id });
    expect(await ask("m1-a", "advertising")).toBe("allowed");
    expect(await ask("m1-u", "advertising")).toBe("denied");
  });

  it("a yes said before the merge, even if later than the no, does not replace it", async () => {
    await send(
      explicit({ advertising: false }, { anonymousId: "m2-a", timestamp: at(1) }),
      explicit({ advertising: true }, { userId: "m2-u", timestamp: at(2) }),
      join("m2-a", "m2-u", 3),
    );
    expect(await ask("m2-u", "advertising")).toBe("denied");
  });
});
