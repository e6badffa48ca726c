import { expect, it } from "vitest";
import { judgeMessage, storeMessages } from "@/domain/events";
import { processingFailure } from "@/domain/identity";
import { readOverview } from "@/domain/overview";
import { member, testDatabase } from "@/server/test/database";
import { readiness } from "./health";
import { processInbox } from "./processing";

const database = testDatabase();
const receivedAt = new Date();

async function send(ids: string[]): Promise<void> {
  const items = ids.map((messageId) => {
    const judged = judgeMessage({ type: "track", event: "Bought", userId: `user-${messageId}`, messageId }, { receivedAt });
    if (!judged.ok) throw new Error("unusable");
    return { messageId, body: judged.body, bodyHash: judged.bodyHash };
  });
  await storeMessages(database.sql, [{ sourceId: "src_alarm", receivedAt, items }]);
}

const events = async (): Promise<string[]> =>
  (await database.sql<{ m: string }[]>`select message_id as m from events order by 1`).map(({ m }) => m);

it("a failure that is no message's fault raises an alarm at its place, lets what stands before it pass, and ends by itself", async () => {
  await database.sql`insert into sources (id, name, type) values ('src_alarm', 'Alarm', 'server')`;
  await database.sql.unsafe(`
    create function refuse_odd() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = '23505'; end $$;
    create trigger refuse_odd before insert on events for each row when (new.message_id = 'odd') execute function refuse_odd()`);
  const before = Array.from({ length: 40 }, (_, i) => `n-${String(i).padStart(2, "0")}`);
  await send(before);
  await send(["odd"]);
  await send(["z"]);
  const stopping = new AbortController();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const running = processInbox({ database, signal: stopping.signal, log }, 5);
  const [odd] = await database.sql<{ id: number }[]>`select id from inbox where body like '%"odd"%'`;
  await expect.poll(() => processingFailure(database.sql), { timeout: 20_000 }).toMatchObject({ code: "23505", inboxId: odd?.id });
  expect(await events()).toEqual(before);
  expect(await database.sql`select 1 from rejected_messages`).toHaveLength(0);
  // Seen by monitoring and on the home page; collection goes on, so the process stays ready.
  const state = await readiness(database, { root: process.cwd(), data: process.cwd() });
  expect(state.checks["processing"]).toMatchObject({ ok: false, failure: "23505", inboxId: odd?.id });
  expect(state.degraded).toEqual(["processing"]);
  const overview = await readOverview(database.ctx(member("manager")), {});
  expect(overview.processing.stopped).toMatchObject({ code: "23505" });
  await database.sql`drop trigger refuse_odd on events`;
  await expect.poll(() => events(), { timeout: 20_000 }).toEqual([...before, "odd", "z"]);
  await expect.poll(() => processingFailure(database.sql), { timeout: 20_000 }).toBeNull();
  stopping.abort();
  await running;
});
