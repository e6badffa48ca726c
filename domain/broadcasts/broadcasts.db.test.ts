import fc from "fast-check";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import type { Actor, Ctx } from "@/domain/kernel/context";
import { createLabelPolicy, deleteLabelPolicy, setFieldLabels } from "@/domain/labels";
import { contentSchema, createTemplate } from "@/domain/templates";
import { testDatabase } from "@/server/test/database";
import { checkBroadcast } from "./check-broadcast";
import { broadcastSchema } from "./model";
import { broadcastNumbers } from "./numbers";
import { getBroadcast, listBroadcasts } from "./reads";
import { localInstant, placeOf, startOf, zoneOr } from "./schedule";
import { stepBroadcasts } from "./step-broadcasts";
import {
  archiveBroadcast,
  cancelBroadcast,
  createBroadcast,
  duplicateBroadcast,
  launchBroadcast,
  pauseBroadcast,
  resumeBroadcast,
  saveBroadcast,
} from "./verbs";

const db = testDatabase();
const HOUR = 3_600_000;
const START = Date.UTC(2026, 5, 1, 8);
const PEOPLE = 60;
const actor: Actor = {
  kind: "user",
  id: "usr_t",
  name: "T",
  email: "t@acme.example",
  role: "marketer",
  seesPersonalData: true,
  sessionId: "s",
};
const at = (ms: number): Ctx => createContext(actor, db, fixedClock(new Date(ms).toISOString()));
const worker = (ms: number): Ctx => createContext({ kind: "job", id: "test" }, db, fixedClock(new Date(ms).toISOString()));
let template = "";

/** Transactional, so that the tests of planning do not speak about consent; the checklist's test does. */
const definition = (more: object = {}): object =>
  broadcastSchema.parse({
    channel: "email",
    audience: { segments: ["seg_all"] },
    arms: [{ id: "a", templateId: template }],
    transactional: true,
    ...more,
  });

async function work(ms: number): Promise<number> {
  let people = 0;
  for (let round = 0; round < 100; round++) {
    const step = await stepBroadcasts(worker(ms));
    people += step.people;
    if (step.idle) return people;
  }
  throw new Error("the planner does not come to rest");
}

async function launched(more: object = {}, ms = START): Promise<string> {
  const { id } = await createBroadcast(at(ms), { name: "Spring", definition: definition(more) });
  await launchBroadcast(at(ms), { id, basedOn: 1 });
  return id;
}
const sent = (id: string, ms: number) =>
  db.sql`update messages set state = 'sent', outcome = 'sent', sent_at = due_at where broadcast_id = ${id} and state = 'queued' and due_at <= ${new Date(ms)}`;
const rows = (id: string) =>
  db.sql<{ profileId: number; state: string; outcome: string | null; variant: string | null; dueAt: Date; because: string | null }[]>`
    select profile_id as "profileId", state, outcome, variant, due_at as "dueAt", because from messages where broadcast_id = ${id} order by profile_id`;

beforeAll(async () => {
  await feed(
    db.sql,
    Array.from({ length: PEOPLE }, (_, i) => ({
      type: "identify" as const,
      userId: `u${i}`,
      traits: { email: `u${i}@acme.example`, ...(i === 0 ? { timezone: "Asia/Tokyo" } : i === 1 ? { timezone: "No/Where" } : {}) },
    })),
  );
  await processAll(db);
  await db.sql`insert into segments (id, key, name, kind, status, version, size, size_at) values ('seg_all', 'all', 'All', 'dynamic', 'live', 1, ${PEOPLE}, now()), ('seg_some', 'some', 'Some', 'dynamic', 'live', 1, 10, now())`;
  await db.sql`insert into segment_members (segment_id, profile_id, entered_at) select 'seg_all', id, now() from profiles where merged_into is null`;
  await db.sql`insert into segment_members (segment_id, profile_id, entered_at) select 'seg_some', id, now() from profiles where merged_into is null order by id limit 10`;
  const content = contentSchema.parse({
    channel: "email",
    variants: {
      en: {
        subject: "Hi",
        body: {
          kind: "blocks",
          blocks: [
            { kind: "text", id: "b1", text: "Hello" },
            { kind: "footer", id: "b2", text: "[out]({{ links.unsubscribe }})" },
          ],
        },
      },
    },
  });
  template = (await createTemplate(at(START), { name: "Spring mail", content })).id;
});

beforeEach(async () => {
  await db.sql`update broadcasts set status = 'cancelled' where status in ('scheduled', 'sending', 'paused')`;
  await db.sql`delete from messages`;
});

it("everybody in the audience gets it once, and it ends when all is sent", async () => {
  const id = await launched({ audience: { segments: ["seg_all", "seg_some"], except: [] } });
  expect(await work(START)).toBe(PEOPLE);
  const all = await rows(id);
  expect(all).toHaveLength(PEOPLE);
  expect(new Set(all.map(({ profileId }) => profileId)).size).toBe(PEOPLE);
  expect(all.every(({ state, variant }) => state === "queued" && variant === "a")).toBe(true);
  expect((await getBroadcast(at(START), { id })).status).toBe("sending");
  await sent(id, START);
  await work(START + 1_000);
  expect((await getBroadcast(at(START), { id })).status).toBe("done");
  const numbers = await broadcastNumbers(at(START), { id });
  expect(numbers.arms[0]).toMatchObject({ people: PEOPLE, sent: PEOPLE, opened: 0 });
  expect((await listBroadcasts(at(START)))[0]).toMatchObject({ id, sent: PEOPLE, audience: PEOPLE });
  const [campaign] = await db.sql<{ origin: string; utm: string }[]>`
    select c.origin, c.utm_campaign as utm from campaigns c join broadcasts b on b.campaign_id = c.id where b.id = ${id}`;
  expect(campaign).toEqual({ origin: "broadcast", utm: `spring-${id.slice(-4)}` });
});

it("leaves people out, keeps a holdout and splits the rest, each person the same way", async () => {
  const id = await launched({
    audience: { segments: ["seg_all"], except: ["seg_some"] },
    holdout: 20,
    arms: [
      { id: "a", templateId: template, weight: 1 },
      { id: "b", templateId: template, weight: 3 },
    ],
  });
  await work(START);
  const all = await rows(id);
  expect(all).toHaveLength(PEOPLE - 10);
  const held = all.filter(({ outcome }) => outcome === "held_out");
  expect(
    held.every(({ state, variant, because }) => state === "not_sent" && because?.includes("Held out") === true && variant !== undefined),
  ).toBe(true);
  const numbers = await broadcastNumbers(at(START), { id });
  expect(numbers.heldOut).toBe(held.length);
  expect(numbers.arms.reduce((sum, { people }) => sum + people, 0)).toBe(PEOPLE - 10 - held.length);
  expect(numbers.sampleRatio?.mismatch).toBe(false);
  expect(numbers.comparisons.map(({ arm }) => arm)).toEqual(["a", "b"]);
});

it("two workers and a step taken back send nothing twice", async () => {
  const id = await launched();
  await stepBroadcasts(worker(START));
  const broken = db.sql.begin(async (tx) => {
    await tx`select id from broadcasts where id = ${id} for update`;
    // Held by somebody else: another worker passes it by.
    expect(await stepBroadcasts(worker(START))).toEqual({ people: 0, idle: true });
    throw new Error("dies");
  });
  await expect(broken).rejects.toThrow("dies");
  await Promise.all([work(START), work(START), work(START)]);
  await db.sql`update broadcast_people set planned = false where broadcast_id = ${id}`;
  await work(START);
  expect(await rows(id)).toHaveLength(PEOPLE);
});

it("people who were merged since get one", async () => {
  const [one, other] = await db.sql<{ id: number }[]>`select id from profiles where merged_into is null order by id desc limit 2`;
  if (!one || !other) throw new Error("there are people");
  const id = await launched({ audience: { segments: ["seg_all"], except: [] } });
  await stepBroadcasts(worker(START));
  await db.sql`insert into profile_aliases (profile_id, canonical_id) values (${one.id}, ${other.id})`;
  await work(START);
  const got = (await rows(id)).filter(({ profileId }) => profileId === one.id || profileId === other.id);
  await db.sql`delete from profile_aliases where profile_id = ${one.id}`;
  expect(got).toHaveLength(1);
});

it("is spread over time, waits in a pause without losing its distances, and can be stopped", async () => {
  const id = await launched({ perMinute: 10 });
  await work(START);
  const due = (await rows(id)).map(({ dueAt }) => dueAt.getTime() - START).toSorted((a, b) => a - b);
  expect(due).toEqual(Array.from({ length: PEOPLE }, (_, i) => i * 6_000));
  expect(await pauseBroadcast(at(START + HOUR), { id })).toEqual({ held: PEOPLE });
  expect(await work(START + HOUR)).toBe(0);
  await expect(pauseBroadcast(at(START + HOUR), { id })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await resumeBroadcast(at(START + 3 * HOUR), { id })).toEqual({ released: PEOPLE });
  expect(Math.min(...(await rows(id)).map(({ dueAt }) => dueAt.getTime()))).toBe(START + 2 * HOUR);
  expect(await cancelBroadcast(at(START + 3 * HOUR), { id })).toEqual({ stopped: PEOPLE });
  expect((await rows(id)).every(({ outcome }) => outcome === "run_ended")).toBe(true);
  await archiveBroadcast(at(START), { id });
  await expect(getBroadcast(at(START), { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

it("comes at each person's own time", async () => {
  await db.sql`insert into settings (key, value) values ('company', '{"timezone":"Europe/Berlin"}') on conflict (key) do update set value = excluded.value`;
  const id = await launched({ schedule: { kind: "local", date: "2026-06-03", time: "09:00" } });
  const { startsAt } = await getBroadcast(at(START), { id });
  expect(startsAt).toBe("2026-06-02T19:00:00.000Z");
  expect(await work(START)).toBe(0);
  await work(Date.parse("2026-06-02T19:00:01Z"));
  const [tokyo, nowhere, ...others] = await rows(id);
  expect(tokyo?.dueAt.toISOString()).toBe("2026-06-03T00:00:00.000Z");
  expect([nowhere, ...others].every((row) => row?.dueAt.toISOString() === "2026-06-03T07:00:00.000Z")).toBe(true);
});

it("tries the variants on a part and sends the rest the better one", async () => {
  const id = await launched({
    arms: [
      { id: "a", templateId: template },
      { id: "b", templateId: template },
    ],
    winner: { metric: "click", afterHours: 4, testShare: 50 },
  });
  const tested = await work(START);
  expect(tested).toBeGreaterThan(10);
  expect(tested).toBeLessThan(PEOPLE - 10);
  await sent(id, START);
  await db.sql`
    insert into message_signals (profile_id, message_id, event_id, kind, at, received_at)
    select profile_id, id, 'c', 'clicked', sent_at, sent_at from messages where broadcast_id = ${id} and variant = 'b'`;
  await db.sql`
    insert into message_signals (profile_id, message_id, event_id, kind, machine, at, received_at)
    select profile_id, id, 'm', 'clicked', true, sent_at, sent_at from messages where broadcast_id = ${id} and variant = 'a'`;
  expect(await work(START + 4 * HOUR - 1)).toBe(0);
  expect(await work(START + 4 * HOUR)).toBe(PEOPLE - tested);
  const numbers = await broadcastNumbers(at(START + 4 * HOUR), { id });
  expect(numbers.winner).toBe("b");
  expect(numbers.winnerBecause).toContain("B: 100.0 % clicked, A: 0.0 %");
  expect(numbers.comparisons[1]).toMatchObject({ arm: "b", rate: 1, difference: 1 });
  expect((await rows(id)).filter(({ state }) => state === "queued").every(({ variant }) => variant === "b")).toBe(true);
});

it("frequency caps hold for broadcasts as for journeys", async () => {
  await db.sql`insert into frequency_caps (id, name, channels, count, hours) values ('cap_1', 'One a day', '{}', 1, 24)`;
  const push = (
    await createTemplate(at(START), {
      name: "Hook",
      content: contentSchema.parse({ channel: "webhook", variants: { en: { body: "{}" } } }),
    })
  ).id;
  const more = { channel: "webhook", arms: [{ id: "a", templateId: push }], transactional: false };
  const first = await launched(more);
  await work(START);
  const check = await checkBroadcast(at(START), definition(more));
  expect(check.reach).toBe(0);
  expect(check.items.some(({ title }) => title === `${PEOPLE} people have heard enough from us`)).toBe(true);
  await expect(launched(more, START + HOUR)).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  await db.sql`delete from frequency_caps`;
  expect((await rows(first)).every(({ state }) => state === "queued")).toBe(true);
});

it("is launched by no one while something is missing, and changed by no one after", async () => {
  const checked = await checkBroadcast(
    at(START),
    definition({ transactional: false, arms: [{ id: "a", templateId: null }], schedule: { kind: "at", at: "2026-05-01T08:00:00Z" } }),
  );
  expect(checked.items.filter(({ level }) => level === "error").map(({ title }) => title)).toEqual(
    expect.arrayContaining(["Choose a purpose", "Choose a template", "The time lies behind"]),
  );
  const asked = await checkBroadcast(at(START), definition({ transactional: false, purposeId: "marketing" }));
  expect(asked.steps[0]).toEqual({ label: "In the audience", people: PEOPLE });
  expect(asked.reach).toBe(0);
  const { id } = await createBroadcast(at(START), { name: "Draft", definition: definition({ audience: { segments: [] } }) });
  await expect(launchBroadcast(at(START), { id, basedOn: 1 })).rejects.toThrow("Choose who gets it");
  expect(await saveBroadcast(at(START), { id, basedOn: 1, name: "Draft", definition: definition() })).toEqual({ revision: 2 });
  await expect(saveBroadcast(at(START), { id, basedOn: 1, name: "Draft", definition: definition() })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await launchBroadcast(at(START), { id, basedOn: 2 });
  await expect(saveBroadcast(at(START), { id, basedOn: 2, name: "Draft", definition: definition() })).rejects.toThrow("stays as it is");
  const copy = await duplicateBroadcast(at(START), { id, name: "Again" });
  expect((await getBroadcast(at(START), { id: copy.id })).definition.utmCampaign).toBe("");
  await expect(
    launchBroadcast(createContext({ ...actor, role: "manager" } as Actor, db), { id: copy.id, basedOn: 1 }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
});

it("places of a throttle never crowd a minute (property)", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 3_000 }), (perMinute, n) => {
      const places = Array.from({ length: n }, (_, k) => placeOf(0, k, perMinute));
      for (let k = perMinute; k < n; k++) expect((places[k] ?? 0) - (places[k - perMinute] ?? 0)).toBeGreaterThanOrEqual(60_000 - 1);
    }),
    { numRuns: 30 },
  );
  expect(zoneOr("Europe/Paris", "UTC")).toBe("Europe/Paris");
  expect(zoneOr("Mars/Olympus", "UTC")).toBe("UTC");
  // A time that a clock change skips is the first after it.
  expect(new Date(localInstant({ kind: "local", date: "2026-03-29", time: "02:30" }, "Europe/Berlin")).toISOString()).toBe(
    "2026-03-29T01:00:00.000Z",
  );
  expect(startOf({ kind: "now" }, 5, "UTC")).toEqual({ at: 5, late: false });
});

it("is refused where a policy keeps what chooses its people or what it says from messages, and stopped where the policy came later", async () => {
  const rule = {
    version: 1,
    root: {
      kind: "group",
      id: "r",
      match: "all",
      children: [{ kind: "trait", id: "t", path: ["diagnosis"], test: { type: "presence", operator: "exists" } }],
    },
  };
  await db.sql`insert into segment_versions (segment_id, version, rule, sentence) values ('seg_all', 1, ${JSON.stringify(rule)}::text::jsonb, '')`;
  const admin = createContext({ ...actor, role: "admin" }, db, fixedClock(new Date(START).toISOString()));
  await db.sql`insert into field_classes (kind, scope, key, found) values ('trait', '', 'diagnosis', 'special_category')`;
  await setFieldLabels(admin, { kind: "trait", scope: "", key: "diagnosis", labels: ["no-mail"] });
  const before = await launched({ review: true });
  const policy = { name: "Health stays here", label: "no-mail", target: { kind: "use", id: "messages" } };
  const { id: policyId } = await createLabelPolicy(admin, policy);
  await work(START);
  expect(new Set((await rows(before)).map(({ state, outcome }) => `${state} ${outcome}`))).toEqual(new Set(["not_sent not_consented"]));
  expect((await rows(before))[0]?.because).toContain("diagnosis");
  const { id } = await createBroadcast(at(START), { name: "To the ill", definition: definition() });
  await expect(launchBroadcast(at(START), { id, basedOn: 1 })).rejects.toMatchObject({
    code: "PRECONDITION_FAILED",
    message: expect.stringContaining("diagnosis"),
  });
  await deleteLabelPolicy(admin, { id: policyId });
  await expect(launchBroadcast(at(START), { id, basedOn: 1 })).resolves.toMatchObject({ startsAt: expect.any(String) });
});
