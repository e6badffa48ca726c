import { describe, expect, it } from "vitest";
import { mayUse, readPersonConsent } from "@/domain/consent";
import { mergeProfiles, processAll, rebuild, unmergeProfiles } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext, type Actor } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import {
  openPreferences,
  preferenceLink,
  recordConsent,
  revokePreferenceLinks,
  savePreferences,
  savePreferenceSettings,
  suppressAddress,
  unsubscribeOneClick,
} from ".";
import { readLink, writeLink } from "./link";
import { DEFAULT_PREFERENCES, ENGLISH } from "./model";

const db = testDatabase();
const VISITOR = { address: "203.0.113.7", userAgent: "Mail/1.0" };
const anonymous: Actor = { kind: "webhook", id: "sign-in" };
const START = Date.UTC(2026, 6, 1);
const DAY = 86_400_000;
const at = (days: number, actor: Actor = { kind: "job", id: "test" }) =>
  createContext(actor, db, fixedClock(new Date(START + days * DAY).toISOString()));

async function person(name: string, more: object = {}): Promise<number> {
  const timestamp = new Date(START - DAY).toISOString();
  await feed(db.sql, [{ type: "identify", userId: name, traits: { email: `${name}@x.com` }, timestamp, receivedAt: timestamp, ...more }]);
  await processAll(db);
  const [row] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where value = ${name}`;
  return row?.id ?? 0;
}
const token = async (profileId: number, more: object = {}): Promise<string> =>
  (await preferenceLink(at(0), { profileId, ...more })).path.replace("/preferences/", "");
const reason = async (profileId: number, purpose: string, days: number) => (await mayUse(at(days), { profileId, purpose })).reason;
const choose = (linkToken: string, days: number, more: object) =>
  savePreferences(at(days, anonymous), { token: linkToken, locale: "en", ...more }, VISITOR);

describe("the link", () => {
  it("is the key: any change of it opens nothing, and links can be revoked", async () => {
    const id = await person("pl-1");
    const good = await token(id);
    expect(readLink(good)).toEqual({ profileId: id, epoch: 1, purpose: null, channel: null, mailbox: false });
    for (let i = 0; i < good.length; i++) {
      const other = `${good.slice(0, i)}${good[i] === "A" ? "B" : "A"}${good.slice(i + 1)}`;
      expect(await openPreferences(at(0, anonymous), other, "en")).toBeNull();
    }
    expect(
      await openPreferences(
        at(0, anonymous),
        writeLink({ profileId: 999_999, epoch: 1, purpose: null, channel: null, mailbox: false }),
        "en",
      ),
    ).toBeNull();
    expect(await openPreferences(at(0, anonymous), good, "en")).not.toBeNull();
    await revokePreferenceLinks(at(0));
    expect(await openPreferences(at(0, anonymous), good, "en")).toBeNull();
    await expect(choose(good, 0, { leave: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("the page", () => {
  it("grants and withdraws per topic and channel, with proof, at once", async () => {
    const id = await person("pp-1");
    const link = await token(id);
    expect(await reason(id, "email_marketing", 1)).toBe("no_consent");
    await choose(link, 1, { choices: [{ purposeId: "email_marketing", channel: "email", on: true }] });
    expect(await reason(id, "email_marketing", 1)).toBe("allowed");
    await choose(link, 2, { choices: [{ purposeId: "email_marketing", channel: "email", on: false }] });
    expect(await reason(id, "email_marketing", 2)).toBe("withdrawn");
    const rows = await db.sql<{ state: string; origin: string; locale: string; hashed: boolean; proof: Record<string, string> }[]>`
      select l.state, l.origin, l.locale, l.notice_hash = n.hash as hashed, l.proof from consent_ledger l join consent_notices n on n.purpose_id = l.key
      where l.profile_id = ${id} and l.key = 'email_marketing' order by l.at`;
    expect(rows).toMatchObject([
      { state: "granted", origin: "preference_centre", locale: "en", hashed: true },
      { state: "withdrawn", origin: "preference_centre", locale: "en", hashed: true },
    ]);
    expect(rows[0]?.proof["ipHash"]).toMatch(/^[0-9a-f]{24}$/);
    expect(JSON.stringify(rows)).not.toContain(VISITOR.address);
  });

  it("pauses for days, ends the pause, and leaves everything", async () => {
    const id = await person("pp-2");
    const link = await token(id);
    await choose(link, 1, { choices: [{ purposeId: "email_marketing", channel: "email", on: true }] });
    await choose(link, 2, { pause: 7 });
    expect(await reason(id, "email_marketing", 3)).toBe("paused");
    expect((await openPreferences(at(3, anonymous), link, "en"))?.pausedUntil).toBe(new Date(START + 9 * DAY).toISOString());
    expect(await reason(id, "email_marketing", 10)).toBe("allowed");
    await choose(link, 4, { pause: 0 });
    expect(await reason(id, "email_marketing", 5)).toBe("allowed");
    await choose(link, 6, { leave: true });
    expect(await reason(id, "email_marketing", 7)).toBe("unsubscribed");
    expect((await openPreferences(at(7, anonymous), link, "en"))?.topics.flatMap(({ channels }) => channels).some(({ on }) => on)).toBe(
      false,
    );
    await choose(link, 8, { choices: [{ purposeId: "email_marketing", channel: "email", on: true }] });
    expect(await reason(id, "email_marketing", 9)).toBe("allowed");
  });

  it("works after merges and un-merges, and its word replaces what other fragments said", async () => {
    const [a, b] = [await person("pm-a"), await person("pm-b")];
    const [linkA, linkB] = [await token(a), await token(b)];
    await choose(linkA, 1, { choices: [{ purposeId: "email_marketing", channel: "email", on: true }] });
    await choose(linkB, 1, { leave: true });
    const { mergeId } = await mergeProfiles(at(2), { survivorId: a, loserId: b });
    expect(await reason(a, "email_marketing", 3)).toBe("unsubscribed");
    await choose(linkB, 4, { choices: [{ purposeId: "email_marketing", channel: "email", on: true }] });
    expect(await reason(a, "email_marketing", 5)).toBe("allowed");
    await choose(linkA, 6, { choices: [{ purposeId: "email_marketing", channel: "email", on: false }] });
    expect(await reason(b, "email_marketing", 7)).toBe("withdrawn");
    await unmergeProfiles(at(8), { mergeId });
    expect(await reason(a, "email_marketing", 9)).toBe("withdrawn");
    expect(await reason(b, "email_marketing", 9)).toBe("allowed");
  });

  it("double opt-in: a yes waits until it is confirmed from the mailbox", async () => {
    await db.sql`update consent_purpose_versions set double_opt_in = true where purpose_id = 'sms_marketing'`;
    await db.sql`update consent_config set version = version + 1`;
    const id = await person("pd-1", { traits: { email: "pd-1@x.com", phone: "+4915112345678" } });
    const choices = [{ purposeId: "sms_marketing", channel: "sms", on: true }];
    await choose(await token(id), 1, { choices });
    expect(await reason(id, "sms_marketing", 2)).toBe("not_confirmed");
    const mailed = await token(id, { mailbox: true });
    expect(
      (await openPreferences(at(2, anonymous), mailed, "en"))?.topics.find(({ purposeId }) => purposeId === "sms_marketing")?.channels,
    ).toMatchObject([{ waiting: true }]);
    await choose(mailed, 3, { choices });
    expect(await reason(id, "sms_marketing", 4)).toBe("allowed");
  });

  it("speaks the visitor's language where the admin wrote it", async () => {
    const german = { ...ENGLISH, title: "Deine Einstellungen" };
    await savePreferenceSettings(at(0), {
      languages: [
        { locale: "en", texts: ENGLISH },
        { locale: "de", texts: german },
      ],
      accent: "#aa3300",
      brand: "Roast & Co",
      oneClick: "topic",
      pauseDays: [14],
    });
    const link = await token(await person("pg-1"));
    expect(await openPreferences(at(1, anonymous), link, "de-AT,de;q=0.9,en;q=0.8")).toMatchObject({
      locale: "de",
      texts: { title: "Deine Einstellungen" },
      accent: "#aa3300",
      pauseDays: [14],
    });
    expect(await openPreferences(at(1, anonymous), link, "fr")).toMatchObject({ locale: "en" });
    await expect(savePreferenceSettings(at(0, member("marketer")), {})).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("one click", () => {
  it("leaves the mail's topic, or the whole channel, by the admin's setting", async () => {
    const id = await person("po-1");
    const link = await token(id, { purpose: "email_marketing", channel: "email" });
    await choose(link, 1, { choices: [{ purposeId: "email_marketing", channel: "email", on: true }] });
    await unsubscribeOneClick(at(2, anonymous), link, VISITOR);
    expect(await reason(id, "email_marketing", 3)).toBe("withdrawn");
    const { epoch: _epoch, ...rest } = DEFAULT_PREFERENCES;
    await savePreferenceSettings(at(3), { ...rest, oneClick: "channel" });
    await unsubscribeOneClick(at(4, anonymous), link, VISITOR);
    expect(await reason(id, "email_marketing", 5)).toBe("unsubscribed");
    await expect(unsubscribeOneClick(at(4, anonymous), `${link}x`, VISITOR)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("operators", () => {
  it("record what they were told, with name and note; it stays through processing and a rebuild", async () => {
    const id = await person("op-1");
    await recordConsent(at(1, member("marketer")), {
      profileId: id,
      purpose: "email_marketing",
      state: "granted",
      note: "Told us on the phone.",
    });
    expect(await reason(id, "email_marketing", 2)).toBe("allowed");
    await processAll(db);
    const ledger = () => db.sql`select key, state, origin, actor_id, proof from consent_ledger where profile_id = ${id} order by id`;
    const before = await ledger();
    expect(before).toEqual([
      {
        key: "email_marketing",
        state: "granted",
        origin: "operator",
        actor_id: "usr_test_marketer",
        proof: { note: "Told us on the phone." },
      },
    ]);
    await rebuild(db);
    expect(await ledger()).toEqual(before);
    expect(await reason(id, "email_marketing", 2)).toBe("allowed");
    const view = await readPersonConsent(at(2), { profileId: id });
    expect(view.ledgerTotal).toBe(1);
    expect(view.purposes.find(({ purposeId }) => purposeId === "email_marketing")?.answer).toMatchObject({
      allowed: true,
      state: "granted",
    });
    expect(
      (await readPersonConsent(at(2), { profileId: id, asOf: new Date(START).toISOString() })).purposes.find(
        ({ purposeId }) => purposeId === "email_marketing",
      )?.answer.state,
    ).toBe("unknown");
    await expect(
      recordConsent(at(1, member("manager")), { profileId: id, purpose: "email_marketing", state: "granted", note: "x" }),
    ).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });

  it("suppress an address on a channel and let it go again", async () => {
    const id = await person("os-1");
    await recordConsent(at(1), { profileId: id, purpose: "email_marketing", state: "granted", note: "In the shop." });
    await suppressAddress(at(2), { type: "email", value: "OS-1@x.com", channel: "email", reason: "manual" });
    expect(await reason(id, "email_marketing", 3)).toBe("suppressed");
    await suppressAddress(at(4), { type: "email", value: "os-1@x.com", channel: "email", reason: null });
    expect(await reason(id, "email_marketing", 5)).toBe("allowed");
    await expect(suppressAddress(at(4), { type: "email", value: "no address", channel: "email", reason: "manual" })).rejects.toMatchObject({
      code: "VALIDATION",
    });
  });
});
