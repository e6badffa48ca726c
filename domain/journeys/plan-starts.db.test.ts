import { beforeAll, describe, expect, it } from "vitest";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import type { SeedPerson } from "@/server/test/people";
import { feedJourneys } from "./feed-journeys";
import { EMPTY_JOURNEY } from "./model";
import { planStarts } from "./plan-starts";
import { archiveJourney, createJourney, pauseJourney, publishJourney, resumeJourney, saveDraft } from "./verbs";

const db = testDatabase();
const HOUR = 3_600_000;
const ctxAt = (ms: number): Ctx => createContext({ kind: "job", id: "test" }, db, fixedClock(new Date(ms)));
const marketerAt = (ms: number): Ctx => createContext(member("marketer"), db, fixedClock(new Date(ms)));

const drawing = (entry: object, reentry = "always") => ({
  ...EMPTY_JOURNEY,
  entry,
  start: "a",
  nodes: [{ kind: "exit", id: "a" }],
  settings: { ...EMPTY_JOURNEY.settings, reentry: { kind: reentry } },
});

async function publish(entry: object, at: number): Promise<string> {
  const { id } = await createJourney(marketerAt(at), { name: "Timed", definition: drawing(entry) });
  await publishJourney(marketerAt(at), { id, basedOn: 1 });
  return id;
}

/** Several workers look at the same moment, until nothing is left. */
async function look(ms: number): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const planned = await Promise.all([planStarts(ctxAt(ms)), planStarts(ctxAt(ms)), planStarts(ctxAt(ms))]);
    const fed = await Promise.all([feedJourneys(ctxAt(ms)), feedJourneys(ctxAt(ms))]);
    if (planned.every(({ idle }) => idle) && fed.every(({ starts }) => starts === 0)) return;
  }
  throw new Error("planning does not come to rest");
}

const entered = async (id: string) =>
  (
    await db.sql<{ p: number; ref: string; at: Date }[]>`
      select profile_id as p, entry_ref as ref, entered_at as at from journey_runs where journey_id = ${id} order by entered_at, profile_id, entry_ref`
  ).map(({ p, ref, at }) => `${p} ${ref} ${at.toISOString().slice(0, 16)}`);

const person = (id: number, zone: string | null, birthday?: string): SeedPerson & { zone: string | null } => ({
  id,
  zone,
  ...(birthday === undefined ? {} : { traits: { birthday } }),
});

describe("starts by date and schedule", () => {
  beforeAll(async () => {
    const people = [
      person(1, "Europe/Berlin", "1990-06-15"),
      person(2, "America/New_York", "1985-06-15T00:00:00Z"),
      person(3, "Asia/Tokyo", "1999-06-16"),
      person(4, null, "2030-06-15"),
      person(5, "No/Such_Place", "2001-06-15"),
      person(6, "Europe/Berlin", "2000-02-29"),
      person(7, "Europe/Berlin", "15.06.1990"),
      person(8, "Asia/Kathmandu"),
    ];
    await seedPeople(db, people);
    for (const { id, zone } of people) await db.sql`update profiles set timezone = ${zone} where id = ${id}`;
    await seedPeople(db, [{ id: 9, mergedInto: 1, traits: { birthday: "1990-06-15" } }]);
    // A schedule's segment: its members stand in a table that segments keep up to date.
    await db.sql`insert into segments (id, key, name, kind, status, version) values ('seg_some', 'some', 'Some', 'dynamic', 'live', 1)`;
    await feedJourneys(ctxAt(Date.UTC(2026, 0, 1)));
  });

  it("let people in on their birthday, in their own zone, once, and again in the next year", async () => {
    const start = Date.UTC(2026, 5, 14);
    const id = await publish({ kind: "date_trait", path: ["birthday"], days: 0, time: "09:00", yearly: true }, start);
    for (let ms = start; ms < start + 72 * HOUR; ms += 2.5 * HOUR) await look(ms);
    const of2026 = [
      "1 date:2026-06-15 2026-06-15T07:00",
      "5 date:2026-06-15 2026-06-15T09:00",
      "2 date:2026-06-15 2026-06-15T13:00",
      "3 date:2026-06-16 2026-06-16T00:00",
    ];
    expect(await entered(id)).toEqual(of2026);
    for (const [year, day] of [
      [2027, 14],
      [2027, 15],
      [2028, 14],
    ] as const)
      for (let hour = 0; hour < 26; hour += 5) await look(Date.UTC(year, 5, day, hour));
    expect((await entered(id)).filter((line) => line.includes("2027")).map((line) => line.slice(0, 17))).toEqual([
      "1 date:2027-06-15",
      "5 date:2027-06-15",
      "2 date:2027-06-15",
      "3 date:2027-06-16",
    ]);
    await archiveJourney(marketerAt(start), { id });
  });

  it("hold 29 February, and days before or after a date that comes once", async () => {
    const start = Date.UTC(2027, 1, 25);
    const leap = await publish({ kind: "date_trait", path: ["birthday"], days: 0, time: "09:00", yearly: true }, start);
    const before = await publish({ kind: "date_trait", path: ["birthday"], days: -3, time: "00:00", yearly: false }, start);
    for (let hour = 0; hour < 96; hour += 4) await look(start + hour * HOUR);
    expect(await entered(leap)).toEqual(["6 date:2027-02-28 2027-02-28T08:00"]);
    expect(await entered(before)).toEqual([]);
    await db.sql`update profiles set traits = '{"birthday": "2027-03-05"}' where id = 8`;
    for (let hour = 96; hour < 200; hour += 4) await look(start + hour * HOUR);
    // 2 March at 00:00 in Kathmandu.
    expect(await entered(before)).toEqual(["8 date:2027-03-02 2027-03-01T18:15"]);
    for (const id of [leap, before]) await archiveJourney(marketerAt(start), { id });
  });

  it("survive a time out of service: late but once, and left out where the grace is over", async () => {
    const start = Date.UTC(2026, 8, 7);
    const daily = {
      kind: "schedule",
      segmentId: null,
      at: null,
      recurring: { weekdays: [1, 2, 3, 4, 5, 6, 7], time: "08:00" },
      local: false,
    };
    const id = await publish(daily, start);
    await look(start + HOUR);
    // Down from 01:00 on the 7th to 19:00 on the 9th: the 7th's, the 8th's are over; the 9th's is eleven hours late.
    await look(start + 2 * 24 * HOUR + 19 * HOUR);
    const lines = await entered(id);
    expect(lines).toHaveLength(8);
    expect(lines.every((line) => line.endsWith("schedule:2026-09-09 2026-09-09T08:00"))).toBe(true);
    // A pause is no downtime: what it skipped stays out.
    await pauseJourney(marketerAt(start + 3 * 24 * HOUR), { id, drain: false });
    await resumeJourney(marketerAt(start + 3 * 24 * HOUR + 9 * HOUR), { id });
    await look(start + 3 * 24 * HOUR + 10 * HOUR);
    expect(await entered(id)).toHaveLength(8);
    // Published again with the same entry: nothing twice, nothing left out.
    await look(start + 4 * 24 * HOUR + 8 * HOUR);
    await saveDraft(marketerAt(start), { id, basedOn: 1, definition: { ...drawing(daily), notes: [{ id: "n", text: "x", x: 0, y: 0 }] } });
    await publishJourney(marketerAt(start + 4 * 24 * HOUR + 9 * HOUR), { id, basedOn: 2 });
    await look(start + 4 * 24 * HOUR + 10 * HOUR);
    expect(await entered(id)).toHaveLength(16);
    // Starts that were written, but that no worker took in time, are noted and left out.
    await planStarts(ctxAt(start + 5 * 24 * HOUR + 8 * HOUR));
    await look(start + 6 * 24 * HOUR);
    expect(await entered(id)).toHaveLength(16);
    const [noted] = await db.sql`select count(*)::int as n from journey_refusals where journey_id = ${id} and reason = 'too_late'`;
    expect(noted).toEqual({ n: 8 });
    await archiveJourney(marketerAt(start), { id });
  });

  it("take a segment's members at the moment, once each over a move between zones and a merge", async () => {
    const start = Date.UTC(2026, 10, 2);
    await db.sql`insert into segment_members (segment_id, profile_id, entered_at) values ('seg_some', 1, now()), ('seg_some', 2, now()) on conflict do nothing`;
    const entry = { kind: "schedule", segmentId: "seg_some", at: "2026-11-03T09:00:00Z", recurring: null, local: true };
    const { id } = await createJourney(marketerAt(start), { name: "Timed", definition: drawing(entry) });
    await publishJourney(marketerAt(start), { id, basedOn: 1 });
    await look(start + 33 * HOUR);
    expect(await entered(id)).toEqual(["1 schedule:2026-11-03 2026-11-03T08:00"]);
    // Berlin's member goes to New York before it is nine o'clock there; another one joins.
    await db.sql`update profiles set timezone = 'America/New_York' where id = 1`;
    await db.sql`insert into segment_members (segment_id, profile_id, entered_at) values ('seg_some', 8, now())`;
    await look(start + 38 * HOUR);
    await look(start + 39 * HOUR);
    expect(await entered(id)).toEqual(["1 schedule:2026-11-03 2026-11-03T08:00", "2 schedule:2026-11-03 2026-11-03T14:00"]);
    await look(start + 80 * HOUR);
    const [plan] = await db.sql`select count(*)::int as n from journey_plans where journey_id = ${id}`;
    expect(plan).toEqual({ n: 0 });
    await archiveJourney(marketerAt(start), { id });
  });

  it("cost an index read while nothing is due", async () => {
    await db.sql`insert into journey_plans (journey_id, planned_to, next_at) select 'jrn_far_' || n, now(), now() + interval '1 day' from generate_series(1, 5000) n`;
    await db.sql`analyze journey_plans`;
    const plan = await db.sql<Record<string, string>[]>`
      explain select p.journey_id from journey_plans p join journeys j on j.id = p.journey_id and j.status = 'live'
      where p.next_at <= now() order by p.next_at limit 1 for update of p skip locked`;
    expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).toContain("journey_plans_next_idx");
    await db.sql`delete from journey_plans where journey_id like 'jrn_far_%'`;
  });
});
