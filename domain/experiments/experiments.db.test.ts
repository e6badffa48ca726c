import { describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { definitionSchema, EMPTY_JOURNEY } from "@/domain/journeys";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { followTouches } from "@/domain/campaigns";
import {
  archiveExperiment,
  calibrations,
  experimentChoices,
  experimentResult,
  getExperiment,
  listExperiments,
  saveExperiment,
} from "./index";
import type { ExperimentResult } from "./model";

const db = testDatabase();
/** A new moment each time: what was loaded is kept for a minute. */
let minutes = 0;
const now = (actor = member("marketer")) =>
  createContext(actor, db, fixedClock(new Date(Date.UTC(2026, 5, 1, 12, (minutes += 2))).toISOString()));

const day = (n: number, hour = 12): string => new Date(Date.UTC(2026, 4, n, hour)).toISOString();
const consent = { context: { consent: { categoryPreferences: { analytics: true } } } };
const seen = (userId: string, n: number, variation: string, experiment = "exp_bar"): TestMessage => ({
  userId,
  event: "Experiment Viewed",
  timestamp: day(n),
  properties: { experiment_id: experiment, experiment_name: "Delivery bar", variation_id: variation },
  ...consent,
});
const order = (userId: string, n: number, total: number, more: object = {}): TestMessage => ({
  userId,
  event: "Order Completed",
  timestamp: day(n, 13),
  properties: { order_id: `${userId}-${n}`, total, items: 2, ...more },
});

async function send(messages: TestMessage[]): Promise<void> {
  await feed(db.sql, messages);
  await processAll(db);
}

const draft = {
  name: "Delivery bar",
  assignment: { kind: "events", experiment: "exp_bar" },
  arms: [
    { id: "off", name: "No bar", control: true },
    { id: "on", name: "Bar" },
  ],
  metric: { kind: "conversion", conversionId: "cnv_orders" },
  windowDays: 7,
  startsOn: "2026-05-02",
  endsOn: "2026-05-20",
};
const armOf = (result: ExperimentResult, id: string) => result.arms.find((arm) => arm.id === id);
const result = (id: string, more: object = {}, actor = member("marketer")) => experimentResult(now(actor), { id, ...more });

describe("an experiment seen in events", () => {
  it("is found by itself, and once it is set up counts people under their first arm, within window and period", async () => {
    await send([
      seen("a", 3, "off"),
      order("a", 4, 10),
      order("a", 12, 1_000),
      seen("b", 3, "on"),
      order("b", 4, 20, { currency: "EUR" }),
      order("b", 5, 30),
      seen("c", 4, "on"),
      order("c", 2, 500),
      seen("d", 1, "on"),
      seen("e", 5, "third"),
      // Both arms: the first counts.
      seen("f", 5, "off"),
      seen("f", 6, "on"),
      // Nothing is known of what g allows.
      { ...seen("g", 5, "on"), context: {} },
      { userId: "b", event: "Order Refunded", timestamp: day(9), properties: { order_id: "b-5", total: 5 } },
    ]);
    const [found] = await listExperiments(now());
    expect(found).toMatchObject({ id: "events~exp_bar", name: "Delivery bar", registered: false, status: "ended", arms: 3 });
    expect((await getExperiment(now(), "events~exp_bar")).arms.map(({ id, control }) => [id, control])).toEqual([
      ["off", true],
      ["on", false],
      ["third", false],
    ]);
    const { id } = await saveExperiment(now(), draft);
    expect((await listExperiments(now())).map((one) => one.id)).toEqual([id]);
    const read = await result(id, { measure: "value" });
    expect(armOf(read, "off")).toMatchObject({ people: 2, converted: 1, value: 10 });
    expect(armOf(read, "on")).toMatchObject({ people: 2, converted: 1, value: 45 });
    expect(read).toMatchObject({ crossed: 1, elsewhere: 1, restricted: 1, open: 0, currency: "EUR", arm: "on" });
    expect(read.comparisons[0]?.value?.lift).toBeCloseTo(22.5 - 5, 9);
  });

  it("follows a merge: both arms of one person count once", async () => {
    await send([
      { ...seen("", 6, "on", "exp_merge"), userId: undefined as never, anonymousId: "anon-m" },
      seen("m", 7, "off", "exp_merge"),
      seen("n", 7, "off", "exp_merge"),
    ]);
    const { id } = await saveExperiment(now(), { ...draft, name: "Merge", assignment: { kind: "events", experiment: "exp_merge" } });
    const before = await result(id);
    expect([armOf(before, "on")?.people, armOf(before, "off")?.people, before.crossed]).toEqual([1, 2, 0]);
    await send([{ type: "identify", userId: "m", anonymousId: "anon-m", timestamp: day(8), ...consent }]);
    const after = await result(id);
    expect([armOf(after, "on")?.people, armOf(after, "off")?.people, after.crossed]).toEqual([1, 1, 1]);
  });

  it("reads a number of an event, who was reached, and the measure before", async () => {
    const { id } = await saveExperiment(now(), {
      ...draft,
      name: "Items",
      metric: { kind: "event", event: "Order Completed", property: "items" },
      exposureEvent: "Bar Opened",
    });
    await send([{ userId: "c", event: "Bar Opened", timestamp: day(5) }]);
    const read = await result(id, { cuped: true });
    expect(armOf(read, "on")).toMatchObject({ people: 2, converted: 1, value: 4, reached: 1 });
    expect(armOf(read, "off")).toMatchObject({ reached: 0, value: 2 });
    expect(read.currency).toBeNull();
    // Of four people c alone ordered before, and did not order after: something to explain by.
    expect(read.cuped.rate).toBeGreaterThan(0);
  });

  it("divides people, and ranks them by a score", async () => {
    await db.sql`update profiles set country = 'DE', traits = traits || '{"score": 2, "tier": "gold"}' where id <= 4`;
    const [one] = await listExperiments(now());
    for (const by of ["country", "trait:tier", "segment:seg_none"])
      expect((await result(one?.id ?? "", { by })).subgroups?.rows).toEqual([]);
    expect((await result(one?.id ?? "", { score: "score" })).uplift?.people).toBeGreaterThan(0);
    expect((await result(one?.id ?? "", { score: "before" })).uplift?.people).toBeGreaterThan(0);
    await expect(result(one?.id ?? "", { by: "email" })).rejects.toMatchObject({ code: "VALIDATION" });
  });
});

describe("arms by list and trait", () => {
  it("come from members and values, all from the start", async () => {
    await db.sql`insert into lists (id, name, origin) values ('lst_a', 'Letters', 'upload'), ('lst_b', 'None', 'upload')`;
    await db.sql`
      insert into list_members (list_id, profile_id) select case when i.value in ('a', 'b') then 'lst_a' else 'lst_b' end, i.profile_id
      from identifiers i where i.type = 'user_id' and i.value in ('a', 'b', 'c')`;
    const group = (id: string) => ({ kind: "list", id });
    const { id } = await saveExperiment(now(), {
      ...draft,
      name: "Letters",
      assignment: { kind: "groups" },
      arms: [
        { id: "none", name: "No letter", control: true, group: group("lst_b") },
        { id: "letter", name: "Letter", group: group("lst_a") },
      ],
      windowDays: 30,
    });
    const read = await result(id);
    expect(armOf(read, "letter")).toMatchObject({ people: 2, converted: 2 });
    expect(armOf(read, "none")).toMatchObject({ people: 1, converted: 1, value: 500 });
    await db.sql`update profiles set traits = traits || '{"cell": "B"}' where id in (select profile_id from identifiers where value in ('a', 'b'))`;
    await db.sql`update profiles set traits = traits || '{"cell": "A"}' where id in (select profile_id from identifiers where value = 'c')`;
    const { id: byTrait } = await saveExperiment(now(), {
      ...draft,
      name: "Cells",
      assignment: { kind: "trait", trait: "cell" },
      arms: [
        { id: "A", name: "A", control: true },
        { id: "B", name: "B" },
      ],
    });
    expect((await result(byTrait)).arms.map(({ people }) => people)).toEqual([1, 2]);
    await expect(
      saveExperiment(now(), {
        ...draft,
        name: "Gone",
        assignment: { kind: "groups" },
        arms: draft.arms.map((arm) => ({ ...arm, group: group("lst_gone") })),
      }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("journeys", () => {
  const publish = async (id: string, holdout: number, nodes: unknown[] = []): Promise<void> => {
    const definition = definitionSchema.parse({ ...EMPTY_JOURNEY, nodes, settings: { ...EMPTY_JOURNEY.settings, holdout } });
    const text = JSON.stringify(definition);
    await db.sql`insert into journeys (id, name, status, version, draft) values (${id}, ${`Journey ${id}`}, 'live', 1, ${text}::text::jsonb)`;
    await db.sql`insert into journey_versions (journey_id, version, definition, created_at) values (${id}, 1, ${text}::text::jsonb, ${day(1)})`;
  };
  const idOf = async (user: string): Promise<number> =>
    (await db.sql<{ id: number }[]>`select profile_id as id from identifiers where type = 'user_id' and value = ${user}`)[0]?.id ?? 0;

  it("are experiments through their holdout, and those who got a message were reached", async () => {
    await publish("jrn_h", 50);
    for (const [user, reason] of [
      ["a", "held_out"],
      ["b", null],
      ["c", null],
    ] as const) {
      await db.sql`insert into journey_runs (profile_id, journey_id, version, entry_ref, status, reason, state, entered_at)
        values (${await idOf(user)}, 'jrn_h', 1, ${user}, 'completed', ${reason}, '{}', ${day(3)})`;
    }
    await db.sql`insert into messages (profile_id, idem_key, journey_id, channel, state, outcome, due_at, sent_at)
      values (${await idOf("b")}, 'k', 'jrn_h', 'email', 'sent', 'sent', ${day(3)}, ${day(3, 13)})`;
    expect((await listExperiments(now())).find(({ id }) => id === "holdout~jrn_h")).toMatchObject({
      name: "Holdout of Journey jrn_h",
      arms: 2,
    });
    const read = await result("holdout~jrn_h");
    expect(armOf(read, "held_out")).toMatchObject({ people: 1, converted: 1, value: 1_010, reached: 0, control: true });
    expect(armOf(read, "let_in")).toMatchObject({ people: 2, converted: 1, reached: 1 });
    expect(read.sampleRatio?.expected).toEqual([1.5, 1.5]);
  });

  it("are experiments through their nodes; a bandit has no planned split", async () => {
    const arms = [
      { id: "x", label: "Nothing", share: 50, control: true, next: null },
      { id: "y", label: "Offer", share: 50, next: null },
    ];
    const metric = { event: "Order Completed", value: "rate", within: { n: 7, unit: "day" } };
    await publish("jrn_n", 0, [
      { kind: "experiment", id: "test", label: "Offer?", metric, arms },
      { kind: "optimise", id: "best", label: "", metric, arms, floor: 10 },
    ]);
    for (const [user, arm, node] of [
      ["a", "x", "test"],
      ["b", "y", "test"],
      ["c", "y", "test"],
      ["a", "x", "best"],
    ] as const) {
      await db.sql`insert into journey_exposures (profile_id, journey_id, node, arm, control, at) values (${await idOf(user)}, 'jrn_n', ${node}, ${arm}, ${arm === "x"}, ${day(3)})`;
    }
    const read = await result("node~jrn_n~test");
    expect(read.arms.map(({ name, people, converted }) => [name, people, converted])).toEqual([
      ["Nothing", 1, 1],
      ["Offer", 2, 1],
    ]);
    expect(read.sampleRatio?.expected).toEqual([1.5, 1.5]);
    expect(await getExperiment(now(), "node~jrn_n~best")).toMatchObject({ adaptive: true, name: "Journey jrn_n: best", windowDays: 7 });
    expect((await result("node~jrn_n~best")).sampleRatio).toBeNull();
    // Setting it up oneself takes its place in the list.
    await saveExperiment(now(), {
      ...draft,
      name: "Offer in the journey",
      assignment: { kind: "journey_node", journeyId: "jrn_n", node: "test" },
      arms: [
        { id: "x", name: "Nothing", control: true },
        { id: "y", name: "Offer" },
      ],
    });
    expect((await listExperiments(now())).some(({ id }) => id === "node~jrn_n~test")).toBe(false);
  });
});

describe("who may", () => {
  it("managers read totals without small numbers, and change nothing", async () => {
    const manager = member("manager");
    const one = (await listExperiments(now(manager))).find(({ name }) => name === "Delivery bar");
    const read = await result(one?.id ?? "", {}, manager);
    expect(read.arms.every(({ people, rate }) => people === null && rate === null)).toBe(true);
    await expect(saveExperiment(now(manager), draft)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(archiveExperiment(now(manager), { id: one?.id ?? "" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await experimentChoices(now(manager))).conversions.map(({ name }) => name)).toContain("Orders");
  });

  it("refuses what makes no experiment, and forgets one that is archived", async () => {
    await expect(saveExperiment(now(), draft)).rejects.toMatchObject({ code: "CONFLICT" });
    const bad = (more: object) =>
      expect(saveExperiment(now(), { ...draft, name: "Bad", ...more })).rejects.toMatchObject({ code: "VALIDATION" });
    await bad({ arms: draft.arms.map((arm) => ({ ...arm, control: false })) });
    await bad({ arms: draft.arms.slice(0, 1) });
    await bad({ arms: draft.arms.map((arm) => ({ ...arm, id: "same" })) });
    await bad({ endsOn: "2026-05-01" });
    await bad({ assignment: { kind: "groups" } });
    const mine = (await listExperiments(now())).find(({ name }) => name === "Cells");
    await archiveExperiment(now(), { id: mine?.id ?? "" });
    await expect(getExperiment(now(), mine?.id ?? "")).rejects.toMatchObject({ code: "NOT_FOUND" });
    const audit = await db.sql<{ action: string }[]>`select action from audit_log where action like 'experiment.%' order by seq`;
    expect(audit.map(({ action }) => action)).toContain("experiment.archived");
  });
});

describe("calibration", () => {
  it("sets what was really added beside the credit of the same people in the same windows", async () => {
    const visit = (userId: string, n: number): TestMessage => ({
      type: "page",
      userId,
      timestamp: day(n),
      context: { ...consent.context, page: { url: "https://s.example/?utm_source=crm&utm_medium=email&utm_campaign=letter" } },
    });
    await db.sql`insert into campaigns (id, name, utm_campaign, channel, currency) values ('cmp_l', 'Letter', 'letter', 'E-mail', 'EUR')`;
    const people = Array.from({ length: 20 }, (_, i) => `k${i}`);
    await send([
      ...people.map((id, i) => seen(id, 3, i % 2 === 0 ? "off" : "on", "exp_letter")),
      ...people.filter((_, i) => i % 2 === 1).map((id) => visit(id, 4)),
      // 2 of 10 without the letter buy for 10, 6 of 10 with it for 20, one of them after the window.
      ...["k0", "k2"].map((id) => order(id, 5, 10)),
      ...["k1", "k3", "k5", "k7", "k9"].map((id) => order(id, 5, 20)),
      order("k11", 25, 20),
    ]);
    while (!(await followTouches(db)).idle);
    const { id } = await saveExperiment(now(), {
      ...draft,
      name: "Letter test",
      assignment: { kind: "events", experiment: "exp_letter" },
      covers: { kind: "campaign", name: "Letter" },
    });
    const ask = (more: object, actor = member("marketer")) =>
      calibrations(now(actor), {
        conversionId: "cnv_orders",
        from: "2026-05-01",
        to: "2026-05-31",
        dimension: "campaign",
        models: ["last", "linear"],
        ...more,
      });
    const [found, ...others] = await ask({});
    expect(others).toEqual([]);
    expect(found).toMatchObject({ name: "Letter", experiment: { id }, treated: 10 });
    expect(found?.incremental).toBeCloseTo(100 - 10 * 2, 9);
    expect(found?.models[0]?.credited).toBeCloseTo(100, 9);
    expect(found?.models[0]?.factor).toBeCloseTo(0.8, 9);
    expect((found?.interval.low ?? 0) < 80 && (found?.interval.high ?? 0) > 80).toBe(true);
    expect(await ask({ dimension: "channel" })).toEqual([]);
    expect(await ask({ dimension: "source" })).toEqual([]);
    // Five people converted: a manager gets no number of theirs.
    expect(await ask({}, member("manager"))).toEqual([]);
  });
});
