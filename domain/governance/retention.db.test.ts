import { expect, test } from "vitest";
import { ensureInboxPartitions } from "@/domain/events";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel";
import { createContext } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { enforceRetention, previewRetention, readRetention, setRetention } from "./index";

const database = testDatabase();
const now = new Date("2026-11-23T12:00:00Z");
const admin = () => createContext(member("admin"), database, fixedClock(now));
const DAY = 86_400_000;
const ago = (days: number): Date => new Date(now.getTime() - days * DAY);

const oldest = async (): Promise<{ inbox: number; rejected: number; transitions: number }> => {
  const age = (at: Date | null | undefined): number => (at ? (now.getTime() - at.getTime()) / DAY : 0);
  const [row] = await database.sql<{ inbox: Date | null; rejected: Date | null; transitions: Date | null }[]>`
    select (select min(received_at) from inbox) as inbox, (select min(received_at) from rejected_messages where sample <> '') as rejected,
      (select min(at) from segment_transitions) as transitions`;
  return { inbox: age(row?.inbox), rejected: age(row?.rejected), transitions: age(row?.transitions) };
};

test("nothing older than its rule is left; what has no rule stays; a hold keeps; what is not processed stays", async () => {
  const { sql } = database;
  await ensureInboxPartitions(sql, ago(120), 121);
  await feed(
    sql,
    Array.from({ length: 120 }, (_, n) => ({
      type: "track" as const,
      userId: `u${n % 7}`,
      receivedAt: ago(n).toISOString(),
      timestamp: ago(n).toISOString(),
    })),
  );
  await processAll(database);
  for (let n = 0; n < 100; n++) {
    await sql`insert into rejected_messages (id, source_id, received_at, stage, code, message, sample) values (${`rej_${n}`}, 's', ${ago(n)}, 'collect', 'missing_event', 'm', 'x')`;
    await sql`insert into segment_transitions (profile_id, segment_id, version, entered, at, cause) values (1, 'seg', 1, true, ${ago(n)}, 'event')`;
  }
  const [events] = await sql`select count(*) as n from events`;
  const archive = { dataClass: "inbox", days: 60 };
  expect(await previewRetention(admin(), archive)).toEqual({ due: expect.any(Number), unit: "days" });
  await setRetention(admin(), archive);
  await setRetention(admin(), { dataClass: "rejected", days: 10, hold: "Case 12/26" });
  const preview = (await readRetention(admin())).rules;
  const dueDays = preview.find(({ dataClass }) => dataClass === "inbox")?.due ?? 0;
  expect(dueDays).toBeGreaterThan(50);
  expect(preview.find(({ dataClass }) => dataClass === "rejected")).toMatchObject({ due: null, hold: "Case 12/26" });

  expect(await enforceRetention(database, now)).toEqual({ inbox: dueDays });
  expect((await oldest()).inbox).toBeLessThanOrEqual(61);
  expect((await oldest()).rejected).toBe(99);
  expect((await oldest()).transitions).toBe(99);
  expect(await sql`select count(*) as n from events`).toEqual([events]);

  await setRetention(admin(), { dataClass: "rejected", days: 10, hold: null });
  expect(await enforceRetention(database, now)).toEqual({ rejected: 89 });
  expect((await oldest()).rejected).toBeLessThanOrEqual(11);
  expect((await sql`select 1 from rejected_messages`).length).toBe(100);
  expect(await enforceRetention(database, now)).toEqual({});

  // Old by its time, but not processed yet: it stays.
  await ensureInboxPartitions(sql, ago(100), 1);
  await feed(sql, [{ type: "track", userId: "late", receivedAt: ago(100).toISOString() }]);
  await enforceRetention(database, now);
  expect((await oldest()).inbox).toBe(100);
  await expect(setRetention(admin(), { dataClass: "inbox", days: 3 })).rejects.toThrow(/30/);
});
