import { beforeAll, describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { seededRandom } from "@/domain/kernel/random";
import { member, testDatabase } from "@/server/test/database";
import { feedJourneys } from "./feed-journeys";
import { definitionSchema } from "./model";
import type { JourneyDefinition } from "./model";
import { candidates, rehearsePeople } from "./rehearse-history";
import { emptyResult } from "./rehearsal-model";
import type { RehearsalResult } from "./rehearsal-model";
import { latestRehearsal, runRehearsal, startRehearsal, stopRehearsal } from "./rehearsal";
import { wakeDecided } from "./plan-messages";
import { archiveJourney, createJourney, publishJourney } from "./verbs";
import { wakeRuns } from "./wake-runs";
import { walkThrough } from "./walk-through";
import { createTemplate } from "@/domain/templates";

const db = testDatabase();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 5, 1, 8);
const ctxAt = (ms: number): Ctx => createContext({ kind: "job", id: "test" }, db, fixedClock(new Date(ms)));
const marketerAt = (ms: number): Ctx => createContext(member("marketer"), db, fixedClock(new Date(ms)));
const hours = (n: number) => ({ n, unit: "hour" as const });
const iso = (ms: number): string => new Date(ms).toISOString();

const CART: JourneyDefinition = definitionSchema.parse({
  version: 1,
  entry: { kind: "event", event: "Cart Updated", where: [], key: ["cart_id"] },
  start: "hold",
  nodes: [
    {
      kind: "hold_until",
      id: "hold",
      branches: [
        { id: "bought", label: "", event: "Order Completed", where: [], match: ["cart_id"], next: null },
        { id: "changed", label: "", event: "Cart Updated", where: [], match: ["cart_id"], action: "restart", next: null },
      ],
      timeout: { after: hours(2), next: "first" },
    },
    { kind: "message", id: "first", channel: "email", templateId: "tpl", next: "big", notSent: "text" },
    { kind: "message", id: "text", channel: "sms", templateId: "tpl", next: null },
    {
      kind: "split",
      id: "big",
      branches: [
        {
          id: "often",
          label: "Often",
          condition: {
            kind: "group",
            id: "g",
            match: "all",
            children: [
              {
                kind: "event",
                id: "e",
                event: "Cart Updated",
                where: [],
                measure: { of: "count" },
                compare: { operator: "at_least", n: 2 },
                window: { kind: "last", duration: { n: 1, unit: "day" } },
              },
            ],
          },
          next: "wait",
        },
      ],
      otherwise: "wait",
    },
    { kind: "delay", id: "wait", duration: hours(5), next: "second" },
    { kind: "message", id: "second", channel: "email", templateId: "tpl", next: null },
  ],
  settings: {
    purposeId: "service",
    reentry: { kind: "always" },
    exits: [{ kind: "event", id: "paid", event: "Order Completed", where: [], match: ["cart_id"] }],
    goal: { event: "Order Completed", where: [], within: { n: 3, unit: "day" }, exits: false },
    quietHours: { email: { from: "22:00", to: "07:00", action: "hold" } },
  },
});

async function tick(ms: number, messages: TestMessage[] = []): Promise<void> {
  if (messages.length > 0) {
    await feed(
      db.sql,
      messages.map((message) => ({ ...message, receivedAt: iso(ms) })),
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

/** What the sender does: messages that are due go out, and runs that wait to hear of theirs are woken. */
async function send(ms: number): Promise<number> {
  const rows = await db.sql<{ runId: number }[]>`
    update messages set state = 'sent', outcome = 'sent', sent_at = due_at, decided_at = due_at where state = 'queued' and due_at <= ${new Date(ms)}
    returning run_id as "runId"`;
  await wakeDecided(
    ctxAt(ms),
    rows.map(({ runId }) => runId),
  );
  return rows.length;
}

/** Lets the product live from moment to moment: nothing is late. */
async function live(messages: readonly TestMessage[], until: number): Promise<void> {
  const sorted = messages.toSorted((a, b) => Date.parse(a.timestamp ?? "") - Date.parse(b.timestamp ?? ""));
  for (let next = 0; ;) {
    const [due] = await db.sql<{ at: Date | null }[]>`
      select least((select min(wake_at) from journey_runs where status = 'active'), (select min(due_at) from messages where state = 'queued')) as at`;
    const message = Date.parse(sorted[next]?.timestamp ?? "9999-01-01");
    const now = Math.min(due?.at?.getTime() ?? Infinity, message);
    if (now > until) return;
    const happens = message === now ? sorted.slice(next, next + 1) : [];
    next += happens.length;
    await tick(now, happens);
    if ((await send(now)) > 0) await tick(now);
  }
}

async function rehearse(id: string, definition: JourneyDefinition, from: number, to: number): Promise<RehearsalResult> {
  const ids = await candidates(ctxAt(to), id, definition, { from, to });
  const result = emptyResult();
  for (let at = 0; at < ids.length; at += 7)
    await rehearsePeople(ctxAt(to), {
      journeyId: id,
      definition,
      ids: [...ids.subarray(at, at + 7)],
      span: { from, to },
      zone: "UTC",
      result,
    });
  return result;
}

const rows = async (): Promise<object> => {
  const [row] = await db.sql<object[]>`
    select (select count(*)::int from messages) as messages, (select count(*)::int from journey_runs) as runs,
      (select count(*)::int from journey_moves) as moves, (select count(*)::int from inbox) as inbox, (select count(*)::int from journey_starts) as starts`;
  return row ?? {};
};

/** What the worker did, in the words of a rehearsal. */
async function lived(id: string): Promise<object> {
  const nodes = await db.sql<{ node: string; branch: string | null; n: number; people: number }[]>`
    select node, branch, count(*)::int as n, count(distinct profile_id)::int as people from journey_moves where journey_id = ${id} group by 1, 2`;
  const outcomes = await db.sql<{ node: string; outcome: string; n: number }[]>`
    select node, coalesce(outcome, 'waiting') as outcome, count(*)::int as n
    from messages where journey_id = ${id} group by 1, 2`;
  const runs = await db.sql<{ ended: string; n: number; goals: number }[]>`
    select case when status = 'exited' then 'exited: ' || reason else status end as ended, count(*)::int as n, count(goal_at)::int as goals
    from journey_runs where journey_id = ${id} group by 1`;
  return {
    entered: Object.fromEntries(nodes.filter(({ branch }) => branch === null).map(({ node, n, people }) => [node, [n, people]])),
    branches: Object.fromEntries(nodes.filter(({ branch }) => branch !== null).map(({ node, branch, n }) => [`${node}:${branch}`, n])),
    outcomes: Object.fromEntries(outcomes.map(({ node, outcome, n }) => [`${node}:${outcome}`, n])),
    ended: Object.fromEntries(runs.map(({ ended, n }) => [ended, n])),
    goals: runs.reduce((sum, { goals }) => sum + goals, 0),
  };
}

const counted = (result: RehearsalResult): object => ({
  entered: Object.fromEntries(Object.entries(result.nodes).map(([node, { entered, people }]) => [node, [entered, people]])),
  branches: Object.fromEntries(
    Object.entries(result.nodes).flatMap(([node, { branches }]) => Object.entries(branches).map(([branch, n]) => [`${node}:${branch}`, n])),
  ),
  outcomes: Object.fromEntries(
    Object.entries(result.nodes).flatMap(([node, { outcomes }]) =>
      Object.entries(outcomes).map(([outcome, n]) => [`${node}:${outcome}`, n]),
    ),
  ),
  ended: result.ended,
  goals: result.goals,
});

describe("a rehearsal over history", () => {
  const from = START;
  const to = START + 40 * HOUR;
  let id = "";

  beforeAll(async () => {
    await feedJourneys(ctxAt(START - HOUR));
    await db.sql`insert into frequency_caps (id, name, channels, count, hours) values ('cap', 'One a day', array['email'], 1, 24)`;
    await db.sql`insert into templates (id, name, channel, content) values ('tpl', 'Cart', 'email', '{}')`;
    const made = await createJourney(marketerAt(START - HOUR), { name: "Cart", definition: CART });
    id = made.id;
    await publishJourney(marketerAt(START - HOUR), { id, basedOn: 1 });
    const random = seededRandom(5);
    const all = Array.from({ length: 25 }, (_, i) => i).flatMap((person) =>
      Array.from({ length: random.int(1, 7) }, (): TestMessage => {
        const at = START + random.int(1, 30 * 60) * MINUTE + 1_000 * person;
        const cart = `c${random.int(1, 2)}`;
        return {
          userId: `p${person}`,
          event: random.chance(0.7) ? "Cart Updated" : "Order Completed",
          timestamp: iso(at),
          properties: { cart_id: cart },
        };
      }),
    );
    await live(all, to);
  });

  it("counts what the live run then did, and writes nothing", async () => {
    const before = await rows();
    const result = await rehearse(id, CART, from, to);
    expect(await rows()).toEqual(before);
    expect(result.entries).toBeGreaterThan(40);
    expect(Object.keys(result.outcomes)).toEqual(expect.arrayContaining(["sent", "capped"]));
    expect(counted(result)).toEqual(await lived(id));
    const sent = Object.values(result.hours).reduce((sum, channels) => sum + (channels.email ?? 0) + (channels.sms ?? 0), 0);
    expect(sent).toBe(result.outcomes["sent"]);
    // Quiet hours hold e-mails.
    for (const [hour, channels] of Object.entries(result.hours))
      if ((channels.email ?? 0) > 0) expect(new Date(hour).getUTCHours()).toSatisfy((h: number) => h >= 7 && h < 22);
    expect(Object.values(result.reasons)).toContainEqual({
      outcome: "capped",
      because: "One a day: at most 1 in 24 hours.",
      n: result.outcomes["capped"],
    });
  });

  it("runs in the background, goes on after an interruption, and is counted once by two workers", async () => {
    const ctx = marketerAt(to);
    const whole = await rehearse(id, CART, from, to);
    const { id: rehearsal } = await startRehearsal(ctx, { id, from: iso(from), to: iso(to) });
    await expect(startRehearsal(ctx, { id, from: iso(from), to: iso(to) })).rejects.toMatchObject({ code: "CONFLICT" });
    const stop = new AbortController();
    stop.abort();
    await runRehearsal(db, rehearsal, { signal: stop.signal, progress: async () => {} });
    expect(await latestRehearsal(ctx, id)).toMatchObject({ status: "running", progress: 0 });
    const steps: number[] = [];
    const work = () =>
      runRehearsal(db, rehearsal, {
        signal: new AbortController().signal,
        progress: async (done) => void steps.push(done),
      });
    await Promise.all([work(), work()]);
    const view = await latestRehearsal(ctx, id);
    expect(view).toMatchObject({ status: "done", progress: 1, revision: 1 });
    expect(view?.result).toEqual(whole);
    expect(steps.length).toBeGreaterThan(0);
    await expect(startRehearsal(ctx, { id, from: iso(to - 200 * 24 * HOUR), to: iso(to) })).rejects.toMatchObject({ code: "VALIDATION" });
    const empty = await createJourney(ctx, { name: "Empty" });
    await expect(startRehearsal(ctx, { id: empty.id, from: iso(from), to: iso(to) })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
      message: expect.stringContaining("nothing to rehearse"),
    });
    const again = await startRehearsal(ctx, { id, from: iso(from), to: iso(to) });
    await stopRehearsal(ctx, { id: again.id });
    expect(await latestRehearsal(ctx, id)).toMatchObject({ status: "stopped" });
    await expect(startRehearsal(db.ctx(member("manager")), { id, from: iso(from), to: iso(to) })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });

  it("of dates and schedules asks people as they were at the moment", async () => {
    await db.sql`update profiles set traits = '{"birthday": "1990-06-02"}', timezone = 'America/New_York' where id in (select min(id) from profiles)`;
    const birthday = { ...CART, entry: { kind: "date_trait" as const, path: ["birthday"], days: 0, time: "09:00", yearly: true } };
    const result = await rehearse(id, birthday, from, to);
    expect(result).toMatchObject({ people: 1, entries: 1 });
    const daily = {
      ...CART,
      entry: {
        kind: "schedule" as const,
        segmentId: "seg_x",
        at: null,
        recurring: { weekdays: [1, 2, 3, 4, 5, 6, 7], time: "09:00" },
        local: false,
      },
    };
    // One came in after the first morning, another left before the second.
    const [a, b] = await db.sql<{ id: number }[]>`select id from profiles order by id limit 2`;
    await db.sql`insert into segment_members (segment_id, profile_id, entered_at) values ('seg_x', ${a?.id ?? 0}, now())`;
    await db.sql`insert into segment_transitions (profile_id, segment_id, version, entered, at, cause) values
      (${a?.id ?? 0}, 'seg_x', 1, true, ${new Date(START + 3 * HOUR)}, 'event'), (${b?.id ?? 0}, 'seg_x', 1, false, ${new Date(START + 20 * HOUR)}, 'event')`;
    expect(await rehearse(id, daily, from, to)).toMatchObject({ people: 2, entries: 2 });
  });
});

describe("a walk of one person", () => {
  const walk = { events: [], days: 5, start: iso(START + 12 * HOUR) };
  let id = "";
  beforeAll(async () => {
    const made = await createJourney(marketerAt(START), { name: "Walk", definition: CART });
    id = made.id;
  });
  const told = async (input: object) => {
    const { lines, ...rest } = await walkThrough(marketerAt(START), { id, ...walk, ...input });
    return {
      ...rest,
      lines: lines.map((line) => {
        const at = line.at - Date.parse(walk.start);
        const text =
          line.kind === "message"
            ? `${line.node} ${line.outcome} ${iso(line.dueAt)}${line.because === null ? "" : ` ${line.because}`}`
            : line.kind === "entered" || line.kind === "left"
              ? `${line.node} ${line.branch ?? ""}`.trim()
              : line.kind === "event"
                ? line.name
                : line.kind === "ended"
                  ? `${line.status} ${line.reason ?? ""}`.trim()
                  : "";
        return `${at / HOUR} ${line.kind} ${text}`.trim();
      }),
    };
  };

  it("tells times, branches, messages held by quiet hours and stopped by a cap", async () => {
    const before = await rows();
    const { lines, standsAt } = await told({ person: { kind: "made_up", zone: "UTC" }, key: "c1" });
    expect(lines).toEqual([
      "0 entered_journey",
      "0 entered hold",
      "2 left hold timeout",
      "2 entered first",
      "2 message first sent 2026-06-02T07:00:00.000Z Held until quiet hours end (UTC).",
      "11 left first next",
      "11 entered big",
      "11 left big otherwise",
      "11 entered wait",
      "16 left wait next",
      "16 entered second",
      "16 message second capped 2026-06-02T12:00:00.000Z One a day: at most 1 in 24 hours.",
      "16 left second next",
      "16 ended completed",
    ]);
    expect(standsAt).toBeNull();
    expect(await rows()).toEqual(before);
  });

  it("takes events that are supposed to happen, in their order", async () => {
    const supposed = (h: number, name: string, cart = "c1") => ({
      at: iso(Date.parse(walk.start) + h * HOUR),
      name,
      properties: { cart_id: cart },
    });
    const { lines } = await told({
      person: { kind: "made_up", zone: "Africa/Abidjan" },
      key: "c1",
      events: [supposed(1, "Cart Updated"), supposed(2.5, "Order Completed", "other"), supposed(4, "Order Completed")],
    });
    expect(lines).toContain("1 event Cart Updated");
    expect(lines).toContain("1 left hold changed");
    // The wait began anew at one: time is up at three, in the night; the order at four takes the held message back.
    expect(lines).toContain("3 entered first");
    expect(lines.at(-1)).toBe("4 ended exited rule:paid");
    expect(lines.find((line) => line.includes("message first"))).toContain("run_ended");
  });

  it("tells what each message would say, and hides a real person's values from whoever may not see them", async () => {
    const { id: template } = await createTemplate(marketerAt(START), {
      name: "Words",
      description: null,
      channel: "sms",
      content: {
        channel: "sms",
        defaultLanguage: "en",
        variants: { en: { text: "Hello {{ profile.first_name }}, {{ event.cart_id }} waits. {{ now | date: '%H:%M' }}" } },
      },
    });
    const definition = definitionSchema.parse({
      ...CART,
      start: "m",
      nodes: [
        { kind: "message", id: "m", channel: "sms", templateId: template, next: "gone" },
        { kind: "message", id: "gone", channel: "sms", templateId: "tpl", next: null },
      ],
      settings: { ...CART.settings, quietHours: {} },
    });
    const says = async (ctx: Ctx, person: object) => {
      const { lines } = await walkThrough(ctx, { id, ...walk, definition, data: { cart_id: "c7" }, person });
      return lines.flatMap((line) => (line.kind === "message" ? [line.said] : []));
    };
    const [mine, gone] = await says(marketerAt(START), { kind: "made_up", traits: { first_name: "Ann" }, zone: "UTC" });
    expect(mine).toMatchObject({ rendered: { text: "Hello Ann, c7 waits. 20:00" }, problem: null });
    expect(gone).toMatchObject({ rendered: null, problem: expect.stringContaining("cannot be read") });
    const [person] = await db.sql<{ id: number }[]>`
      update profiles set traits = '{"first_name": "Berta"}' where id = (select max(id) from profiles where merged_into is null) returning id`;
    const real = { kind: "profile", profileId: person?.id };
    expect((await says(marketerAt(START), real))[0]?.rendered?.text).toContain("Hello Berta, c7");
    const [hidden] = await says(createContext(member("marketer", false), db, fixedClock(new Date(START))), real);
    expect(hidden?.rendered?.text).toContain("c7 waits");
    expect(hidden?.rendered?.text).not.toContain("Berta");
  });

  it("says what consent stops, for somebody made up and for a real person", async () => {
    const made = await told({ person: { kind: "made_up", agreed: false } });
    expect(made.lines.filter((line) => line.includes(" message "))).toEqual([
      expect.stringContaining("first not_consented"),
      expect.stringContaining("text not_consented"),
    ]);
    const marketing = { ...CART, settings: { ...CART.settings, purposeId: "email_marketing" } };
    const [person] = await db.sql<{ id: number }[]>`select max(id) as id from profiles`;
    const real = await told({ person: { kind: "profile", profileId: person?.id }, definition: marketing });
    expect(real.lines.find((line) => line.includes("message first"))).toContain("not_consented");
    await expect(walkThrough(marketerAt(START), { id, ...walk, person: { kind: "profile", profileId: 99_999 } })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(walkThrough(marketerAt(START), { id, ...walk, person: { kind: "made_up", zone: "Mars/Base" } })).rejects.toMatchObject({
      code: "VALIDATION",
    });
  });
});

describe("a journey that is held for review", () => {
  it("does everything but send: its messages wait for approval, people go on", async () => {
    const t = START + 100 * HOUR;
    const definition = {
      ...CART,
      entry: { kind: "event", event: "Reviewed", where: [], key: null },
      start: "m",
      nodes: [
        { kind: "message", id: "m", channel: "sms", templateId: "tpl", next: "w" },
        { kind: "delay", id: "w", duration: hours(1), next: "n" },
        { kind: "message", id: "n", channel: "sms", templateId: "tpl", next: null },
      ],
      settings: { ...CART.settings, quietHours: {}, exits: [], goal: null, review: true },
    };
    const { id } = await createJourney(marketerAt(t), { name: "Review", definition });
    await publishJourney(marketerAt(t), { id, basedOn: 1 });
    await tick(t + MINUTE, [{ userId: "rita", event: "Reviewed", timestamp: iso(t + MINUTE) }]);
    await tick(t + 2 * HOUR);
    const messages = await db.sql`select node, state, outcome from messages where journey_id = ${id} order by id`;
    expect(messages).toEqual([
      { node: "m", state: "review", outcome: null },
      { node: "n", state: "review", outcome: null },
    ]);
    const [run] = await db.sql`select status from journey_runs where journey_id = ${id}`;
    expect(run).toEqual({ status: "completed" });
    // What was rehearsed says the same.
    const result = await rehearse(id, definitionSchema.parse(definition), t, t + 2 * HOUR);
    expect(result.outcomes).toEqual({ review: 2 });
    await archiveJourney(marketerAt(t), { id });
  });
});
