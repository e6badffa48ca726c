import { beforeAll, describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { newId } from "@/domain/kernel/ids";
import { seededRandom } from "@/domain/kernel/random";
import { testDatabase } from "@/server/test/database";
import { feedJourneys } from "./feed-journeys";
import { definitionSchema } from "./model";
import { newRun, step } from "./step";
import { fakeEnv } from "./test/fake-env";
import { wakeRuns } from "./wake-runs";

const db = testDatabase();
const HOUR = 3_600_000;
const START = Date.UTC(2026, 5, 1, 8);
const ctxAt = (ms: number): Ctx => createContext({ kind: "job", id: "test" }, db, fixedClock(new Date(ms).toISOString()));

const days = (n: number) => ({ n, unit: "day" as const });
const hours = (n: number) => ({ n, unit: "hour" as const });

async function publish(
  nodes: unknown[],
  more: { entry?: unknown; settings?: object } = {},
): Promise<{ id: string; definition: ReturnType<typeof definitionSchema.parse> }> {
  const id = newId("jrn");
  const definition = definitionSchema.parse({
    version: 1,
    entry: more.entry ?? { kind: "event", event: "Cart Updated", key: ["cart_id"] },
    start: "a",
    nodes,
    settings: { purposeId: "service", ...more.settings },
  });
  await db.sql`insert into journeys (id, name, status, version, draft) values (${id}, ${id}, 'live', 1, ${JSON.stringify(definition)}::text::jsonb)`;
  await db.sql`insert into journey_versions (journey_id, version, definition, created_at) values (${id}, 1, ${JSON.stringify(definition)}::text::jsonb, ${new Date(START)})`;
  return { id, definition };
}

const end = async (id: string): Promise<void> => void (await db.sql`update journeys set status = 'archived' where id = ${id}`);

/** Lets the product see messages, and then works until nothing is due at `ms`. */
async function tick(ms: number, messages: TestMessage[] = []): Promise<void> {
  if (messages.length > 0) {
    await feed(
      db.sql,
      messages.map((message) => ({ ...message, receivedAt: new Date(ms).toISOString() })),
    );
    await processAll(db);
  }
  for (let round = 0; round < 50; round++) {
    const woken = await wakeRuns(ctxAt(ms));
    const fed = await feedJourneys(ctxAt(ms));
    if (fed.messages + fed.transitions + fed.starts + woken.runs === 0) return;
  }
  throw new Error("the engine does not come to rest");
}

const cart = (user: string, ms: number, id: string, more: object = {}): TestMessage => ({
  userId: user,
  event: "Cart Updated",
  timestamp: new Date(ms).toISOString(),
  properties: { cart_id: id, ...more },
});
const order = (user: string, ms: number, id: string): TestMessage => ({
  userId: user,
  event: "Order Completed",
  timestamp: new Date(ms).toISOString(),
  properties: { cart_id: id },
});

const CART = [
  {
    kind: "hold_until",
    id: "a",
    branches: [
      { id: "bought", label: "", event: "Order Completed", match: ["cart_id"], next: null },
      { id: "changed", label: "", event: "Cart Updated", match: ["cart_id"], action: "restart", next: null },
    ],
    timeout: { after: hours(4), next: "m" },
  },
  { kind: "message", id: "m", channel: "email", templateId: "tpl_cart", next: "w" },
  { kind: "delay", id: "w", duration: days(1), next: "m2" },
  { kind: "message", id: "m2", channel: "email", templateId: "tpl_cart2", next: null },
];

async function messagesOf(id: string) {
  return db.sql<{ person: string; node: string; state: string; outcome: string | null; dueAt: Date }[]>`
    select i.value as person, m.node, m.state, m.outcome, m.due_at as "dueAt" from messages m join identifiers i on i.profile_id = m.profile_id and i.type = 'user_id'
    where m.journey_id = ${id} order by m.id`;
}

describe("the engine", () => {
  beforeAll(async () => {
    // The first look begins behind what is already there.
    await feedJourneys(ctxAt(START));
  });

  it("runs abandoned carts, each cart by itself, and ends at once", async () => {
    const { id } = await publish(CART, {
      settings: { reentry: { kind: "always" }, exits: [{ kind: "event", id: "paid", event: "Order Completed", match: ["cart_id"] }] },
    });
    const t = START + HOUR;
    await tick(t + 10_000, [
      cart("ann", t, "c1"),
      cart("ann", t + 1_000, "c2"),
      cart("bob", t, "c3"),
      order("bob", t + 5_000, "c3"),
      { ...cart("eve", t, "x"), properties: {} },
    ]);
    await tick(t + 3 * HOUR, [cart("ann", t + 3 * HOUR, "c2")]);
    await tick(t + 4 * HOUR + 2_000);
    // c1 waited four hours, c2 was touched again, bob bought within the same batch, eve's cart has no key.
    expect(await messagesOf(id)).toMatchObject([{ person: "ann", node: "m", state: "queued" }]);
    await tick(t + 7 * HOUR + 1_000);
    expect((await messagesOf(id)).map(({ node }) => node)).toEqual(["m", "m"]);
    // c1's order comes in the middle of the day's wait; c2 gets its second message.
    await tick(t + 10 * HOUR, [order("ann", t + 10 * HOUR, "c1")]);
    await tick(t + 40 * HOUR);
    expect((await messagesOf(id)).map(({ node }) => node)).toEqual(["m", "m", "m2"]);
    const runs = await db.sql<{ entryKey: string; status: string; reason: string | null }[]>`
      select entry_key as "entryKey", status, reason from journey_runs where journey_id = ${id} order by id`;
    expect(runs).toEqual([
      { entryKey: "c1", status: "exited", reason: "rule:paid" },
      { entryKey: "c2", status: "completed", reason: null },
      { entryKey: "c3", status: "exited", reason: "rule:paid" },
    ]);
    await end(id);
  });

  it("lets people in once, or again after a time, and says why not", async () => {
    const { id } = await publish([{ kind: "delay", id: "a", duration: hours(1), next: null }], {
      entry: { kind: "event", event: "Signed Up" },
      settings: { reentry: { kind: "after", duration: days(2) } },
    });
    const sign = (ms: number): TestMessage => ({ userId: "ann", event: "Signed Up", timestamp: new Date(ms).toISOString() });
    const t = START + 100 * HOUR;
    for (const at of [t, t + 0.5 * HOUR, t + 3 * HOUR, t + 49 * HOUR]) await tick(at, [sign(at)]);
    const [runs] = await db.sql<{ n: number }[]>`select count(*)::int as n from journey_runs where journey_id = ${id}`;
    expect(runs?.n).toBe(2);
    const refusals = await db.sql`select reason, times from journey_refusals where journey_id = ${id} order by reason`;
    expect(refusals).toEqual([
      { reason: "already_in", times: 1 },
      { reason: "too_soon", times: 1 },
    ]);
    // Yesterday's news and imports enter nobody.
    await tick(t + 200 * HOUR, [sign(t + 150 * HOUR)]);
    const [after] = await db.sql<{ n: number }[]>`select count(*)::int as n from journey_runs where journey_id = ${id}`;
    expect(after?.n).toBe(2);
    await end(id);
  });

  it("keeps to consent, caps and quiet hours, each with its reason", async () => {
    await db.sql`insert into frequency_caps (id, name, channels, count, hours) values ('cap_1', 'Two a day', '{email}', 2, 24)`;
    const nodes = ["a", "b", "c"].map((id, i, all) => ({
      kind: "message",
      id,
      channel: "email",
      templateId: "t",
      next: all[i + 1] ?? null,
    }));
    const { id } = await publish(nodes, {
      entry: { kind: "event", event: "Go" },
      settings: { quietHours: { email: { from: "22:00", to: "07:00", action: "hold" } } },
    });
    const night = Date.UTC(2026, 5, 10, 23);
    await tick(night, [{ userId: "zoe", event: "Go", timestamp: new Date(night).toISOString() }]);
    const decided = await messagesOf(id);
    expect(decided).toMatchObject([
      { node: "a", state: "queued", outcome: null },
      { node: "b", state: "queued", outcome: null },
      { node: "c", state: "not_sent", outcome: "capped" },
    ]);
    expect(decided[0]?.dueAt.toISOString()).toBe("2026-06-11T07:00:00.000Z");
    await end(id);
    await db.sql`delete from frequency_caps`;
    const marketing = await publish(
      nodes.slice(0, 1).map((node) => ({ ...node, next: null })),
      { entry: { kind: "event", event: "Go2" }, settings: { purposeId: "email_marketing" } },
    );
    await tick(night + HOUR, [{ userId: "zoe", event: "Go2", timestamp: new Date(night + HOUR).toISOString() }]);
    expect(await messagesOf(marketing.id)).toMatchObject([{ state: "not_sent", outcome: "not_consented" }]);
    await end(marketing.id);
  });

  it("keeps a held message of somebody who went through, and takes back that of somebody whom a rule took out", async () => {
    const nodes = [
      { kind: "message", id: "a", channel: "email", templateId: "t", next: "b" },
      { kind: "delay", id: "b", duration: hours(1), next: null },
    ];
    const { id } = await publish(nodes, {
      entry: { kind: "event", event: "Held" },
      settings: {
        quietHours: { email: { from: "22:00", to: "07:00", action: "hold" } },
        exits: [{ kind: "event", id: "paid", event: "Order Completed", match: null }],
      },
    });
    const night = Date.UTC(2026, 5, 20, 22, 30);
    const held = (user: string): TestMessage => ({ userId: user, event: "Held", timestamp: new Date(night).toISOString() });
    await tick(night, [held("through"), held("out")]);
    await tick(night + HOUR / 2, [order("out", night + HOUR / 2, "x")]);
    await tick(night + 2 * HOUR);
    expect(await messagesOf(id)).toMatchObject([
      { person: "through", state: "queued", outcome: null },
      { person: "out", state: "not_sent", outcome: "run_ended" },
    ]);
    await end(id);
  });

  it("sends events and traits into the inbox, where they are like any other", async () => {
    const { id } = await publish(
      [
        { kind: "set_trait", id: "a", trait: "cart_total", value: "{{ event.total | times: 2 }}", next: "b" },
        { kind: "send_event", id: "b", event: "Cart Noted", properties: [{ name: "cart", value: "{{ event.cart_id }}" }], next: null },
      ],
      { settings: { reentry: { kind: "always" } } },
    );
    const t = START + 400 * HOUR;
    await tick(t, [cart("una", t, "c9", { total: 21 })]);
    await processAll(db);
    const [row] = await db.sql<{ traits: object }[]>`
      select p.traits from profiles p join identifiers i on i.profile_id = p.id where i.value = 'una'`;
    expect(row?.traits).toMatchObject({ cart_total: 42 });
    const noted =
      await db.sql`select e.properties ->> 'cart' as cart, e.properties ->> 'node_id' as node from events e join event_types t on t.id = e.event_type where t.name = 'Cart Noted'`;
    expect(noted).toEqual([{ cart: "c9", node: "b" }]);
    await end(id);
  });

  it("spreads people over time at a rate limit", async () => {
    const { id } = await publish(
      [
        { kind: "rate_limit", id: "a", people: 10, per: "minute", next: "m" },
        { kind: "message", id: "m", channel: "webhook", templateId: "t", next: null },
      ],
      { entry: { kind: "event", event: "Burst" } },
    );
    const t = START + 500 * HOUR;
    await tick(
      t,
      Array.from({ length: 40 }, (_, i) => ({ userId: `burst${i}`, event: "Burst", timestamp: new Date(t).toISOString() })),
    );
    const counts: number[] = [];
    for (const minutes of [1, 2, 3, 4]) {
      await tick(t + minutes * 60_000);
      counts.push((await messagesOf(id)).length);
    }
    expect(counts).toEqual([10, 20, 30, 40].map((n) => expect.toSatisfy((count: number) => Math.abs(count - n) <= 1)));
    await end(id);
  });

  it("brings everybody where the oracle in memory says, whatever the order of looks", async () => {
    const { id, definition } = await publish(CART, { settings: { reentry: { kind: "always" } } });
    const random = seededRandom(8);
    const t = START + 1_000 * HOUR;
    const people = Array.from({ length: 60 }, (_, i) => `or${i}`);
    const all = people.flatMap((person) => {
      const first = t + random.int(0, 100) * 60_000;
      const more = Array.from({ length: random.int(0, 4) }, () => {
        const at = first + random.int(1, 600) * 60_000;
        return random.chance(0.7) ? cart(person, at, "k") : order(person, at, "k");
      });
      return [cart(person, first, "k"), ...more];
    });
    const sorted = all.toSorted((a, b) => Date.parse(a.timestamp ?? "") - Date.parse(b.timestamp ?? ""));
    // The product looks every 37 minutes, and sees what happened until then.
    for (let now = t; now < t + 40 * HOUR; now += 37 * 60_000) {
      const seen = sorted.filter((m) => Date.parse(m.timestamp ?? "") <= now && Date.parse(m.timestamp ?? "") > now - 37 * 60_000);
      await tick(now, seen);
    }
    const runs = await db.sql<{ person: string; node: string | null; status: string; visits: Record<string, number>; enteredAt: Date }[]>`
      select i.value as person, r.node, r.status, r.state -> 'visits' as visits, r.entered_at as "enteredAt"
      from journey_runs r join identifiers i on i.profile_id = r.profile_id and i.type = 'user_id' where r.journey_id = ${id} order by r.id`;
    expect(runs.length).toBeGreaterThanOrEqual(people.length);
    for (const run of runs.filter((r, i) => runs.findIndex((one) => one.person === r.person) === i)) {
      let state = newRun({}, "k", run.enteredAt.getTime());
      const own = sorted.filter((m) => m.userId === run.person && Date.parse(m.timestamp ?? "") >= run.enteredAt.getTime());
      state = step(definition, state, { kind: "start" }, fakeEnv(run.enteredAt.getTime())).state;
      for (const m of own) {
        const at = Date.parse(m.timestamp ?? "");
        // Time passes first.
        while (state.wait !== null && "at" in state.wait && state.wait.at < at)
          state = step(definition, state, { kind: "time" }, fakeEnv(state.wait.at)).state;
        state = step(
          definition,
          state,
          { kind: "event", event: { id: "", name: m.event ?? "", at, properties: m.properties ?? {}, context: {} } },
          fakeEnv(at),
        ).state;
      }
      while (state.wait !== null && "at" in state.wait && state.wait.at <= t + 39 * HOUR)
        state = step(definition, state, { kind: "time" }, fakeEnv(state.wait.at)).state;
      expect({ person: run.person, status: run.status, visits: run.visits }).toEqual({
        person: run.person,
        status: state.status,
        visits: state.visits,
      });
    }
    await end(id);
  });

  it("does everything once when several workers look at the same moment", async () => {
    const { id } = await publish(CART, { settings: { reentry: { kind: "always" } } });
    const t = START + 2_000 * HOUR;
    await feed(
      db.sql,
      Array.from({ length: 200 }, (_, i) => ({ ...cart(`many${i}`, t, `q${i}`), receivedAt: new Date(t).toISOString() })),
    );
    await processAll(db);
    const together = async (ms: number): Promise<void> => {
      for (let round = 0; round < 6; round++)
        await Promise.all([
          feedJourneys(ctxAt(ms)),
          wakeRuns(ctxAt(ms)),
          wakeRuns(ctxAt(ms)),
          feedJourneys(ctxAt(ms)),
          wakeRuns(ctxAt(ms)),
        ]);
    };
    await together(t);
    await together(t + 4 * HOUR);
    await together(t + 29 * HOUR);
    const [count] = await db.sql<{ runs: number; messages: number; moves: number }[]>`
      select (select count(*)::int from journey_runs where journey_id = ${id} and status = 'completed') as runs,
        (select count(*)::int from messages where journey_id = ${id}) as messages, (select count(*)::int from journey_moves where journey_id = ${id}) as moves`;
    expect(count).toEqual({ runs: 200, messages: 400, moves: 200 * 8 });
    await end(id);
  });
});
