import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "@/domain/kernel";
import type { TestMessage } from "./test/feed";
import { World } from "./test/in-memory";
import { randomMessages } from "./test/random-messages";

const at = (minutes: number): string => new Date(Date.UTC(2026, 4, 1, 12) + minutes * 60_000).toISOString();
const users = [
  { type: "user_id", limit: 1, period: "ever", merges: true, reviewed: true },
  { type: "email", limit: 5, period: "ever", merges: true, reviewed: true },
  { type: "anonymous_id", limit: 5, period: "weekly", merges: true, reviewed: true },
] as const;

describe("resolution", () => {
  it("gives one person the same profile in every order of twelve messages", () => {
    const story: TestMessage[] = [
      { anonymousId: "a1", type: "page", context: { timezone: "Europe/Berlin", traits: { plan: "trial" } } },
      { anonymousId: "a1", event: "Product Viewed" },
      { anonymousId: "a1", type: "identify", traits: { email: "jo@x.com", name: "Jo" } },
      { anonymousId: "a2", event: "Product Viewed", context: { active: false } },
      { anonymousId: "a2", userId: "u1", type: "identify", traits: { plan: "free" } },
      { userId: "u1", type: "identify", traits: { email: "jo@x.com", plan: "pro", name: "" } },
      { userId: "u1", event: "Order Completed", properties: { total: 20.5 } },
      { anonymousId: "a3", event: "Signed In" },
      { type: "alias", userId: "u1", previousId: "a3" },
      { userId: "u1", event: "Order Refunded", properties: { total: 5 } },
      { userId: "u1", type: "identify", traits: { city: "Bonn", email: "jo@work.com" } },
      { anonymousId: "a3", type: "identify", traits: { name: "Jo Older" } },
    ].map((message, i) => ({ ...message, messageId: `m${i}`, timestamp: at(i) }) as TestMessage);
    const expected = new World().send(...story).people();
    expect(expected).toHaveLength(1);
    expect(expected[0]).toMatchObject({ eventCount: 6, orderCount: 1, revenue: 155_000n, city: "Bonn", timezone: "Europe/Berlin" });
    fc.assert(
      fc.property(fc.shuffledSubarray(story, { minLength: story.length }), (order) => {
        expect(new World().send(...order).people()).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("loses and doubles nothing, whatever comes in whatever order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const messages = randomMessages(seededRandom(seed), 80);
        const world = new World().send(...messages);
        const { batch, loaded } = world;
        expect(batch.events).toHaveLength(messages.length);
        const people = [...loaded.state.people.values()];
        // Every event stands with a fragment, every fragment with one person, every identifier with one fragment of its person.
        const fragments = people.flatMap((person) => person.fragments);
        expect(new Set(fragments).size).toBe(fragments.length);
        for (const { profileId } of batch.events) expect(profileId === 0 || fragments.includes(profileId)).toBe(true);
        const held = people.flatMap((person) => person.identifiers.map(({ type, value }) => `${type}=${value}`));
        expect(new Set(held).size).toBe(held.length);
        for (const person of people) for (const { fragment } of person.identifiers) expect(person.fragments).toContain(fragment);
        // Edges form a forest: each merge makes one person fewer.
        expect(fragments.length - batch.ledger.length).toBe(people.length);
        const behaviour = batch.events.filter(({ type, profileId }) => profileId !== 0 && !type.startsWith("$")).length;
        expect(people.reduce((sum, person) => sum + person.eventCount, 0)).toBe(behaviour);
        for (const person of people) expect(person.identifiers.filter(({ type }) => type === "user_id").length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  it("never lets a late event overwrite a newer trait, and settles ties by message id", () => {
    const read = (...messages: TestMessage[]) => (new World().send(...messages).people()[0] as { traits: Record<string, unknown> }).traits;
    const set = (plan: string, minute: number, messageId: string): TestMessage => ({
      type: "identify",
      userId: "u",
      traits: { plan },
      timestamp: at(minute),
      messageId,
    });
    expect(read(set("new", 5, "b"), set("old", 1, "z"))).toEqual({ plan: "new" });
    expect(read(set("first", 5, "a"), set("second", 5, "b"))).toEqual({ plan: "second" });
    expect(read(set("second", 5, "b"), set("first", 5, "a"))).toEqual({ plan: "second" });
    expect(read(set("kept", 1, "a"), set("", 9, "b"))).toEqual({ plan: "kept" });
    expect(read(set("said", 1, "a"), { userId: "u", context: { traits: { plan: "carried", tier: 1 } }, timestamp: at(9) })).toEqual({
      plan: "said",
      tier: 1,
    });
  });

  it("marks a device that three people used, and keeps its anonymous events apart", () => {
    const world = new World({ identifiers: [...users] });
    for (const user of ["u1", "u2", "u3"]) world.send({ userId: user, anonymousId: "tablet" });
    expect(world.codes()).toContain("shared_device");
    world.send({ anonymousId: "tablet", event: "Browsed" }, { anonymousId: "tablet", type: "identify", traits: { email: "u4@x.com" } });
    world.send({ anonymousId: "tablet", event: "Browsed again" });
    expect(world.partition()).toEqual(["anonymous_id=tablet", "email=u4@x.com", "user_id=u1", "user_id=u2", "user_id=u3"]);
    const tablet = world.loaded.state.find("anonymous_id", "tablet");
    expect(world.batch.events.filter(({ type }) => type.startsWith("Browsed")).map(({ profileId }) => profileId)).toEqual([
      tablet?.fragment,
      tablet?.fragment,
    ]);
  });

  it("quarantines a value that names very many people on one day", () => {
    const world = new World({ identifiers: [...users], collapsePerDay: 5 });
    for (let i = 0; i < 8; i++) world.send({ type: "identify", userId: `u${i}`, traits: { email: "all@x.com" }, timestamp: at(i) });
    expect(world.codes()).toContain("collapse_value");
    expect(world.loaded.state.find("email", "all@x.com")?.status).toBe("quarantined");
  });

  it("keeps role mailboxes as contact point without joining anybody", () => {
    const world = new World();
    world.send({ type: "identify", userId: "u1", traits: { email: "info@shop.com" } });
    world.send({ type: "identify", anonymousId: "a1", traits: { email: "info@shop.com" } });
    expect(world.partition()).toEqual(["anonymous_id=a1", "email=info@shop.com user_id=u1"]);
  });

  it("holds a new type until somebody reviews it", () => {
    const external = (id: string) => ({ externalIds: [{ id, type: "crm_id", collection: "users", encoding: "none" }] });
    const world = new World();
    world.send({ userId: "u1", context: external("7") }, { anonymousId: "a1", context: external("7") });
    expect(world.partition()).toEqual(["anonymous_id=a1", "crm_id=7 user_id=u1"]);
    expect(world.codes()).toEqual(["new_type", "unreviewed_type"]);
    expect(
      new World({ holdNewTypes: false })
        .send({ userId: "u1", context: external("7") }, { anonymousId: "a1", context: external("7") })
        .partition(),
    ).toEqual(["anonymous_id=a1 crm_id=7 user_id=u1"]);
  });

  it("treats alias calls as merge requests under the same rules", () => {
    const alias = (userId: string, previousId: string): TestMessage => ({ type: "alias", userId, previousId });
    expect(new World().send({ userId: "u1" }, { userId: "u2" }, alias("u2", "u1")).partition()).toEqual(["user_id=u1", "user_id=u2"]);
    expect(new World().send({ userId: "u1" }, { userId: "u2" }, alias("u2", "u1")).codes()).toContain("alias_refused");
    expect(new World().send({ userId: "u1" }, alias("u1", "u1")).codes()).toEqual([]);
    expect(new World().send({ userId: "u1" }, alias("u1", "null")).codes()).toEqual(["alias_placeholder"]);
    const several = { identifiers: [{ ...users[0], limit: 5 }, users[1], users[2]] };
    expect(new World(several).send({ userId: "a" }, { userId: "b" }, alias("b", "a"), alias("a", "b")).partition()).toEqual([
      "user_id=a user_id=b",
    ]);
    expect(new World().send(alias("u1", "seen-later"), { anonymousId: "seen-later" }).partition()).toEqual([
      "anonymous_id=seen-later user_id=u1",
    ]);
  });

  it("does not merge people through a group, and stores what names nobody", () => {
    const world = new World().send(
      { type: "group", userId: "u1", groupId: "g", traits: { email: "office@acme.com" } },
      { type: "group", userId: "u2", groupId: "g", traits: { email: "office@acme.com" } },
      { userId: "undefined", event: "Lost" },
    );
    expect(world.partition()).toEqual(["user_id=u1", "user_id=u2"]);
    expect(world.batch.events.at(-1)?.profileId).toBe(0);
    expect(world.codes()).toEqual(["unresolved"]);
  });

  describe("Signed Out", () => {
    const out = (message: TestMessage): TestMessage => ({ ...message, event: "Signed Out" });
    const owner = (world: World, event: string): (number | undefined)[] =>
      world.batch.events.filter(({ type }) => type === event).map(({ profileId }) => profileId);
    const fragment = (world: World, type: string, value: string): number | undefined => world.loaded.state.find(type, value)?.fragment;
    const signedIn: TestMessage[] = [
      { anonymousId: "a", event: "Before" },
      { type: "identify", userId: "u1", anonymousId: "a" },
    ];

    it("ends the attachment: what the browser does next belongs to a person of its own", () => {
      const world = new World().send(...signedIn, out({ userId: "u1", anonymousId: "a" }));
      // Nothing is taken from the person who signed out, and nobody is made as long as nothing comes.
      expect(world.partition()).toEqual(["anonymous_id=a user_id=u1"]);
      world.send({ anonymousId: "a", event: "After" }, { anonymousId: "a", event: "After" });
      expect(world.partition()).toEqual(["anonymous_id=a", "user_id=u1"]);
      const apart = fragment(world, "anonymous_id", "a");
      expect(owner(world, "After")).toEqual([apart, apart]);
      expect(new Set([...owner(world, "Before"), ...owner(world, "Signed Out")])).toEqual(new Set([fragment(world, "user_id", "u1")]));
      expect(apart).not.toBe(fragment(world, "user_id", "u1"));
    });

    it("needs no user id in the message", () => {
      const world = new World().send(...signedIn, out({ anonymousId: "a" }), { anonymousId: "a", event: "After" });
      expect(world.partition()).toEqual(["anonymous_id=a", "user_id=u1"]);
      expect(owner(world, "Signed Out")).toEqual([fragment(world, "user_id", "u1")]);
    });

    it("lets the same person sign in again, before or after something anonymous", () => {
      const again = new World().send(...signedIn, out({ anonymousId: "a" }), { type: "identify", userId: "u1", anonymousId: "a" });
      again.send({ anonymousId: "a", event: "After" });
      expect(again.partition()).toEqual(["anonymous_id=a user_id=u1"]);
      expect(owner(again, "After")).toEqual([fragment(again, "user_id", "u1")]);
      const between = new World().send(...signedIn, out({ anonymousId: "a" }), { anonymousId: "a", event: "Between" });
      between.send({ type: "identify", userId: "u1", anonymousId: "a" });
      expect(between.partition()).toEqual(["anonymous_id=a user_id=u1"]);
    });

    it("gives the browser to the next person, without a conflict and without marking it as shared", () => {
      const world = new World();
      for (const user of ["u1", "u2", "u3", "u4"]) {
        world.send(
          { type: "identify", userId: user, anonymousId: "a" },
          { anonymousId: "a", event: `Of ${user}` },
          out({ userId: user, anonymousId: "a" }),
        );
      }
      expect(world.partition()).toEqual(["anonymous_id=a user_id=u4", "user_id=u1", "user_id=u2", "user_id=u3"]);
      for (const user of ["u1", "u2", "u3", "u4"]) expect(owner(world, `Of ${user}`)).toEqual([fragment(world, "user_id", user)]);
      expect(world.codes()).toEqual([]);
    });

    it("ends every browser and device id that the message carries, and no other identifier", () => {
      const context = { integrations: { "Google Analytics": { clientId: "ga" } }, traits: { email: "u1@x.com" } };
      const world = new World({ identifiers: [...users, { ...users[2], type: "ga_client_id" }] });
      world.send({ type: "identify", userId: "u1", anonymousId: "a", context }, { userId: "u1", anonymousId: "other" });
      world.send(out({ userId: "u1", anonymousId: "a", context }), {
        anonymousId: "a",
        context: { integrations: context.integrations },
        event: "After",
      });
      world.send({ anonymousId: "other", event: "Elsewhere" }, { type: "identify", traits: { email: "u1@x.com" } });
      expect(world.partition()).toEqual(["anonymous_id=a ga_client_id=ga", "anonymous_id=other email=u1@x.com user_id=u1"]);
    });

    it("of a browser that names nobody, or that is somebody else's, changes nothing", () => {
      expect(new World().send({ anonymousId: "a" }, out({ anonymousId: "a" }), { anonymousId: "a" }).partition()).toEqual([
        "anonymous_id=a",
      ]);
      const world = new World().send(...signedIn, out({ userId: "u2", anonymousId: "a" }), { anonymousId: "a", event: "After" });
      expect(owner(world, "After")).toEqual([fragment(world, "user_id", "u1")]);
    });

    it("by a browser that was never seen before counts too", () => {
      const world = new World().send(out({ userId: "u1", anonymousId: "a" }), { anonymousId: "a", event: "After" });
      expect(world.partition()).toEqual(["anonymous_id=a", "user_id=u1"]);
    });

    it("is about the track call of that very name", () => {
      const world = new World().send(
        ...signedIn,
        { type: "page", anonymousId: "a", event: "Signed Out" },
        { event: "signed out", anonymousId: "a" },
      );
      world.send({ anonymousId: "a", event: "After" });
      expect(owner(world, "After")).toEqual([fragment(world, "user_id", "u1")]);
    });
  });
});
