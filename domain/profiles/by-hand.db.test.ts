import { beforeAll, describe, expect, it } from "vitest";
import { mergeProfiles, processAll, splitIdentifiers, unmergeProfiles } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { previewMerge, resolveProfile, sharedEvents } from "./index";

const db = testDatabase();
const idOf = (ref: string) => resolveProfile(db.ctx(), ref);

beforeAll(async () => {
  await feed(db.sql, [
    { type: "identify", userId: "h-u", traits: { name: "Jane", plan: "pro", city: "Lyon" } },
    { event: "Alone", anonymousId: "h-a" },
    // Joins the two.
    { event: "Joined", userId: "h-u", anonymousId: "h-a" },
    { event: "Only user", userId: "h-u" },
    { event: "Only browser", anonymousId: "h-a" },
    { event: "Again both", userId: "h-u", anonymousId: "h-a" },
    { type: "identify", userId: "h-v", traits: { name: "Janet", plan: "pro", email: "h-v@example.com" } },
  ]);
  await processAll(db);
});

describe("events that carried identifiers of both sides of a merge", () => {
  it("are listed with the side they go to, and go there", async () => {
    const [merge] = await db.sql<{ id: string }[]>`select id from merges where undone_at is null and cause = 'event'`;
    const found = await sharedEvents(db.ctx(member("marketer")), { mergeId: merge?.id });
    expect(found).toMatchObject({ total: 2, examined: 4, complete: true });
    expect(found.events.map(({ event, side }) => [event, side])).toEqual([
      ["Again both", "survivor"],
      ["Joined", "survivor"],
    ]);
    expect(found.events[0]?.identifiers).toEqual([
      { type: "user_id", value: "h-u", side: "survivor" },
      { type: "anonymous_id", value: "h-a", side: "loser" },
    ]);
    const masked = await sharedEvents(db.ctx(member("marketer", false)), { mergeId: merge?.id });
    expect(JSON.stringify(masked)).not.toContain("h-u");
    await unmergeProfiles(db.ctx(), { mergeId: merge?.id });
    const where = await db.sql<{ event: string; person: number }[]>`
      select t.name as event, e.profile_id as person from events e join event_types t on t.id = e.event_type where t.name = any('{Joined,Again both}')`;
    const user = await idOf("user_id:h-u");
    expect(where.map(({ person }) => person)).toEqual([user, user]);
    await expect(sharedEvents(db.ctx(), { mergeId: merge?.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("of a merge by hand are those that came since", async () => {
    const [user, browser] = [await idOf("user_id:h-u"), await idOf("anonymous_id:h-a")];
    const at = new Date(Date.UTC(2026, 5, 1));
    const { mergeId } = await mergeProfiles(
      { ...db.ctx(), clock: { now: () => at } },
      { survivorId: user, loserId: browser, reason: "same" },
    );
    expect(await sharedEvents(db.ctx(), { mergeId })).toMatchObject({ total: 0, examined: 0, complete: true });
    await feed(db.sql, [{ event: "Later", userId: "h-u", anonymousId: "h-a", timestamp: "2026-06-02T00:00:00.000Z" }]);
    await processAll(db);
    expect((await sharedEvents(db.ctx(), { mergeId })).events.map(({ event }) => event)).toEqual(["Later"]);
  });
});

describe("what two people would be as one", () => {
  it("says what differs, what wins, what is too much, and keeps on record who looked", async () => {
    const [one, two] = [await idOf("user_id:h-u"), await idOf("user_id:h-v")];
    const preview = await previewMerge(db.ctx(member("marketer")), { profileId: one, otherId: two });
    expect(preview.sides.map(({ id, name }) => [id, name])).toEqual([
      [one, "Jane"],
      [two, "Janet"],
    ]);
    // The newer value; "plan" is the same on both sides, "city" and "email" are on one only.
    expect(preview.traits).toEqual([{ key: "name", values: ["Jane", "Janet"], wins: two }]);
    expect(preview).toMatchObject({ identifiers: 4, traitCount: 4, takenApart: false, limits: [{ type: "user_id", count: 2, limit: 1 }] });
    const opened = await db.sql`select 1 from audit_log where action = 'profile.opened' and object_id = ${String(two)}`;
    expect(opened).toHaveLength(1);
    const { mergeId } = await mergeProfiles(db.ctx(), { survivorId: one, loserId: two, reason: "same" });
    const [row] = await db.sql<{ traits: unknown }[]>`select traits from profiles where id = ${one}`;
    expect(row?.traits).toEqual({ name: "Janet", plan: "pro", city: "Lyon", email: "h-v@example.com" });
    await expect(previewMerge(db.ctx(), { profileId: one, otherId: two })).rejects.toMatchObject({ code: "CONFLICT" });
    await unmergeProfiles(db.ctx(), { mergeId });
    expect(await previewMerge(db.ctx(), { profileId: two, otherId: one })).toMatchObject({ takenApart: true, traits: [{ wins: two }] });
  });

  it("masks, and refuses whoever may not change people", async () => {
    const [one, two] = [await idOf("user_id:h-u"), await idOf("user_id:h-v")];
    const masked = await previewMerge(db.ctx(member("marketer", false)), { profileId: one, otherId: two });
    expect(masked.unmasked).toBe(false);
    expect(JSON.stringify(masked)).not.toMatch(/Jane|h-v@example|h-u/);
    await expect(previewMerge(db.ctx(member("manager")), { profileId: one, otherId: two })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(previewMerge(db.ctx(), { profileId: one, otherId: 999_999 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("knows of a split too", async () => {
    const one = await idOf("user_id:h-u");
    const { profileId } = await splitIdentifiers(db.ctx(), { identifiers: [{ type: "anonymous_id", value: "h-a" }], reason: "tablet" });
    expect(await previewMerge(db.ctx(), { profileId: one, otherId: profileId })).toMatchObject({ takenApart: true, limits: [] });
  });
});
