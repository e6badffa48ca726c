import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { newId } from "@/domain/kernel/ids";
import { testDatabase } from "@/server/test/database";
import { feedJourneys } from "./feed-journeys";
import { definitionSchema } from "./model";
import { wakeRuns } from "./wake-runs";

const db = testDatabase();
const HOUR = 3_600_000;
const PEOPLE = 12;
const ctxAt = (ms: number): Ctx => createContext({ kind: "job", id: "test" }, db, fixedClock(new Date(ms)));

/** A journey in which everybody waits `wait` hours and then gets `messages` messages, one behind the other. */
async function publish(event: string, wait: number, messages: number, priority: number, start: number): Promise<string> {
  const id = newId("jrn");
  const definition = definitionSchema.parse({
    version: 1,
    entry: { kind: "event", event, where: [], key: null },
    start: "wait",
    nodes: [
      { kind: "delay", id: "wait", duration: { n: wait, unit: "hour" }, next: "m0" },
      ...Array.from({ length: messages }, (_, i) => ({
        kind: "message",
        id: `m${i}`,
        channel: i % 2 === 0 ? "email" : "sms",
        templateId: "tpl",
        next: i === messages - 1 ? null : `m${i + 1}`,
      })),
    ],
    settings: { purposeId: "service", priority },
  });
  await db.sql`insert into journeys (id, name, status, version, draft) values (${id}, ${id}, 'live', 1, ${JSON.stringify(definition)}::text::jsonb)`;
  await db.sql`insert into journey_versions (journey_id, version, definition, created_at) values (${id}, 1, ${JSON.stringify(definition)}::text::jsonb, ${new Date(start)})`;
  return id;
}

beforeAll(async () => {
  await feedJourneys(ctxAt(Date.UTC(2026, 0, 1)));
});

it("journeys that run at once on two workers never exceed a cap, nor leave room that they could have used", async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        cap: fc.integer({ min: 1, max: 3 }),
        emailOnly: fc.boolean(),
        journeys: fc.array(fc.record({ messages: fc.integer({ min: 1, max: 3 }), priority: fc.constantFrom(40, 50, 60) }), {
          minLength: 2,
          maxLength: 4,
        }),
      }),
      async ({ cap, emailOnly, journeys }) => {
        round += 1;
        const start = Date.UTC(2026, 5, 1) + round * 400 * HOUR;
        await db.sql`delete from frequency_caps`;
        await db.sql`insert into frequency_caps (id, name, channels, count, hours) values ('cap', 'Cap', ${emailOnly ? ["email"] : []}::text[], ${cap}, 48)`;
        const event = `Go ${round}`;
        const ids = [];
        for (const one of journeys) ids.push(await publish(event, 1, one.messages, one.priority, start));
        const at = new Date(start + 1_000).toISOString();
        await feed(
          db.sql,
          Array.from({ length: PEOPLE }, (_, i) => ({ userId: `p${i}`, event, timestamp: at, receivedAt: at })),
        );
        await processAll(db);
        for (let i = 0; i < 4; i++) await feedJourneys(ctxAt(start + 2_000));
        // Everybody is due in every journey at one moment, and several workers take them.
        const due = start + HOUR + 1_000;
        for (let i = 0; i < 3; i++)
          await Promise.all([wakeRuns(ctxAt(due)), wakeRuns(ctxAt(due)), wakeRuns(ctxAt(due)), feedJourneys(ctxAt(due))]);
        const rows = await db.sql<{ person: number; counted: number; capped: number; wanted: number }[]>`
          select profile_id as person, count(*)::int as wanted, count(*) filter (where outcome in ('capped', 'out_prioritised'))::int as capped,
            count(*) filter (where state = 'queued' and (${!emailOnly} or channel = 'email'))::int as counted
          from messages where journey_id = any(${ids}::text[]) group by 1`;
        const wanted = journeys.reduce((sum, { messages }) => sum + messages, 0);
        const under = journeys.reduce((sum, { messages }) => sum + (emailOnly ? Math.ceil(messages / 2) : messages), 0);
        expect(rows).toHaveLength(PEOPLE);
        for (const row of rows) expect(row).toMatchObject({ wanted, counted: Math.min(cap, under), capped: under - Math.min(cap, under) });
        await db.sql`update journeys set status = 'archived' where id = any(${ids}::text[])`;
      },
    ),
    { numRuns: 12 },
  );
});
