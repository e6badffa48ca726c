import { describe, expect, it } from "vitest";
import { seededRandom, type Random } from "@/domain/kernel";
import { member, testDatabase } from "@/server/test/database";
import { mergeProfiles } from "./merge-profiles";
import { DEFAULT_IDENTITY_RULES } from "./model";
import { processAll, rebuild } from "./rebuild";
import { splitIdentifiers } from "./split-identifiers";
import { partition, tableDigests } from "./test/digests";
import { feed } from "./test/feed";
import { randomMessages } from "./test/random-messages";
import { unmergeProfiles } from "./unmerge-profiles";
import { updateIdentityRules } from "./update-identity-rules";

const db = testDatabase();

const ids = async (query: Promise<{ id: number | string }[]>): Promise<(number | string)[]> => (await query).map(({ id }) => id);
const people = () => ids(db.sql`select id from profiles where merged_into is null order by id`);
const merges = () => ids(db.sql`select id from merges where undone_at is null order by id`);

/** The ledger and what keeps people apart remember that something happened; everything else must be as before. */
const STATE = [
  "profiles",
  "profile_traits",
  "identifiers",
  "profile_aliases",
  "accounts",
  "account_links",
  "devices",
  "profile_search",
  "events",
  "profile_event_stats",
  "daily_event_counts",
  "identity_notes",
];

async function randomChange(random: Random): Promise<void> {
  const version = (await db.sql<{ v: number }[]>`select coalesce(max(version), 1)::int as v from identity_rules`)[0]?.v ?? 1;
  switch (random.int(0, 3)) {
    case 0: {
      const open = await merges();
      if (open.length > 0) await unmergeProfiles(db.ctx(), { mergeId: random.pick(open), neverMerge: random.chance(0.5) });
      return;
    }
    case 1: {
      const [survivorId, loserId] = random.shuffle(await people());
      await mergeProfiles(db.ctx(), { survivorId, loserId });
      return;
    }
    case 2: {
      const held = await db.sql<{ type: string; value: string; person: number }[]>`
        select i.type, i.value, coalesce(a.canonical_id, i.profile_id) as person from identifiers i
        left join profile_aliases a on a.profile_id = i.profile_id order by i.type, i.value`;
      const one = random.pick(held);
      if (held.filter(({ person }) => person === one.person).length < 2) return;
      await splitIdentifiers(db.ctx(), { identifiers: [{ type: one.type, value: one.value }] });
      return;
    }
    default:
      await updateIdentityRules(db.ctx(), {
        rules: { ...DEFAULT_IDENTITY_RULES, sharedDeviceThreshold: random.int(2, 5), traitRule: random.pick(["last_updated", "first"]) },
        basedOn: version,
      });
  }
}

describe("changes by hand", () => {
  it("rebuilds the very same state after random messages, merges, un-merges, splits and rule changes", async () => {
    const random = seededRandom(4711);
    const messages = randomMessages(random, 500, "r");
    for (let i = 0; i < messages.length; i += 25) {
      await feed(db.sql, messages.slice(i, i + 25));
      await processAll(db);
      await randomChange(random);
      if (random.chance(0.4)) await randomChange(random);
    }
    expect((await merges()).length).toBeGreaterThan(3);
    expect(await db.sql`select distinct operation->>'kind' as kind from identity_operations order by 1`).toHaveLength(4);
    const live = await tableDigests(db.sql);
    await rebuild(db);
    expect(await tableDigests(db.sql)).toEqual(live);
    expect(await db.sql`select 1 from identity_notes where code = 'operation_not_repeated'`).toHaveLength(0);
    // The digests can tell: one row changed by hand is noticed.
    await db.sql`update profiles set revenue = revenue + 1 where id = (select min(id) from profiles)`;
    expect((await tableDigests(db.sql, ["profiles"]))["profiles"]).not.toBe(live["profiles"]);
    await rebuild(db);
    expect(await tableDigests(db.sql)).toEqual(live);
  });

  it("merge then un-merge leaves every table as it was", async () => {
    const random = seededRandom(99);
    for (let i = 0; i < 25; i++) {
      const before = await tableDigests(db.sql, STATE);
      const [survivorId, loserId, thirdId] = random.shuffle(await people());
      const first = await mergeProfiles(db.ctx(), { survivorId, loserId });
      // Two merges, taken back in either order.
      const second = await mergeProfiles(db.ctx(), { survivorId: thirdId, loserId: survivorId });
      expect(await tableDigests(db.sql, ["profiles"])).not.toEqual({ profiles: before["profiles"] });
      for (const { mergeId } of random.shuffle([first, second])) await unmergeProfiles(db.ctx(), { mergeId, neverMerge: false });
      expect(await tableDigests(db.sql, STATE)).toEqual(before);
    }
  });

  it("un-merge of merges that messages made gives both sides back, and keeps them apart", async () => {
    await feed(db.sql, [
      { type: "identify", userId: "um-u", traits: { name: "U" } },
      { type: "identify", traits: { email: "um@x.com", city: "Rome" } },
      { anonymousId: "um-a" },
    ]);
    await processAll(db);
    const before = await tableDigests(db.sql, ["profiles", "profile_traits", "profile_aliases", "profile_search"]);
    // An alias call without effect on anything else: the merge is all that it does to the two people, but for its event.
    await feed(db.sql, [{ type: "alias", userId: "um-u", previousId: "um-a" }]);
    await processAll(db);
    const [merge] = await db.sql<{ id: string; cause: string }[]>`select id, cause from merges order by id desc limit 1`;
    expect(merge?.cause).toBe("alias");
    await unmergeProfiles(db.ctx(), { mergeId: merge?.id });
    const after = await tableDigests(db.sql, ["profiles", "profile_traits", "profile_aliases", "profile_search"]);
    expect({ ...after, profiles: "" }).toEqual({ ...before, profiles: "" });
    await feed(db.sql, [{ type: "alias", userId: "um-u", previousId: "um-a" }]);
    await processAll(db);
    expect(await partition(db.sql, "um-")).toEqual(["anonymous_id=um-a", "user_id=um-u"]);
    await expect(unmergeProfiles(db.ctx(), { mergeId: merge?.id })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(unmergeProfiles(db.ctx(), { mergeId: "mrg_none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("refuses whoever may not, writes the audit log, and refuses rules based on an old version", async () => {
    await expect(unmergeProfiles(db.ctx(member("manager")), { mergeId: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(updateIdentityRules(db.ctx(member("marketer")), { rules: DEFAULT_IDENTITY_RULES, basedOn: 1 })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(updateIdentityRules(db.ctx(), { rules: DEFAULT_IDENTITY_RULES, basedOn: -1 })).rejects.toMatchObject({ code: "CONFLICT" });
    const bad = { ...DEFAULT_IDENTITY_RULES, blocked: [{ type: "*", match: "pattern", value: "(", action: "block" }] };
    await expect(updateIdentityRules(db.ctx(), { rules: bad, basedOn: 1 })).rejects.toMatchObject({ code: "VALIDATION" });
    const [row] = await db.sql`select count(*)::int as n from audit_log where action = 'profiles.unmerged'`;
    expect(row?.["n"]).toBeGreaterThan(0);
  });
});
