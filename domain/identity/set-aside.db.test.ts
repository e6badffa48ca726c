import { beforeEach, describe, expect, it } from "vitest";
import { judgeMessage, replayRejected, sourceBalance, storeMessages } from "@/domain/events";
import { testDatabase } from "@/server/test/database";
import { Processor } from "./processor";
import { processAll, rebuild } from "./rebuild";

const db = testDatabase();
const receivedAt = new Date("2026-11-20T12:00:00.000Z");
const day = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };

beforeEach(async () => {
  await db.sql`create or replace function refuse_odd() returns trigger language plpgsql as $$ begin return new; end $$`;
  await db.sql`create or replace trigger refuse_odd before insert on events for each row when (new.message_id like 'odd%') execute function refuse_odd()`;
});

/** From now on the database refuses events of messages called "odd…" with this code; without one it takes them. */
async function refuse(code?: "22003" | "23505"): Promise<void> {
  await db.sql.unsafe(
    `create or replace function refuse_odd() returns trigger language plpgsql as
      $$ begin ${code ? `raise exception 'refused' using errcode = '${code}';` : ""} return new; end $$`,
  );
}

async function send(sourceId: string, ids: string[], properties: Record<string, unknown> = {}): Promise<void> {
  await db.sql`insert into sources (id, name, type) values (${sourceId}, ${sourceId}, 'server') on conflict do nothing`;
  const items = ids.map((messageId) => {
    const judged = judgeMessage(
      {
        type: "track",
        event: "Bought",
        userId: `user-${messageId}`,
        messageId,
        properties,
        custom: "kept",
        timestamp: "2026-11-20T11:00:00Z",
      },
      { receivedAt },
    );
    if (!judged.ok) throw new Error("unusable");
    return { messageId, body: judged.body, bodyHash: judged.bodyHash };
  });
  await storeMessages(db.sql, [{ sourceId, receivedAt, items }]);
}

const eventsOf = async (sourceId: string): Promise<string[]> =>
  (await db.sql<{ m: string }[]>`select message_id as m from events where source_id = ${sourceId} order by 1`).map(({ m }) => m);
const rejectedOf = (sourceId: string) =>
  db.sql<{ id: string; status: string }[]>`select message_id as id, status from rejected_messages where source_id = ${sourceId}`;

describe("a message whose data the database refuses", () => {
  it("is set aside, replayed with one effect, and stays one through further replays and a rebuild", async () => {
    await refuse("22003");
    await send("src_data", ["a", "odd-1", "b"]);
    await processAll(db);
    expect(await eventsOf("src_data")).toEqual(["a", "b"]);
    expect(await rejectedOf("src_data")).toEqual([{ id: "odd-1", status: "open" }]);
    // The cause is still there: it comes back as another rejected message, not as a lost one.
    expect(await replayRejected(db.ctx(), { sourceId: "src_data" })).toMatchObject({ replayed: 1, duplicates: 0, stillRejected: [] });
    await processAll(db);
    expect((await rejectedOf("src_data")).map(({ status }) => status).sort()).toEqual(["open", "replayed"]);
    await refuse();
    expect(await replayRejected(db.ctx(), { sourceId: "src_data" })).toMatchObject({ replayed: 1 });
    expect(await replayRejected(db.ctx(), { sourceId: "src_data" })).toMatchObject({ replayed: 0 });
    await processAll(db);
    expect(await eventsOf("src_data")).toEqual(["a", "b", "odd-1"]);
    expect(await sourceBalance(db.ctx(), { sourceId: "src_data", ...day })).toMatchObject({
      received: 3,
      accepted: 3,
      rejected: 0,
      rows: { inbox: 3 },
      exact: true,
    });
    await rebuild(db);
    expect(await eventsOf("src_data")).toEqual(["a", "b", "odd-1"]);
    expect((await rejectedOf("src_data")).map(({ status }) => status)).toEqual(["replayed", "replayed"]);
  });

  it("can be mended by rules and keeps its id, time and fields", async () => {
    await refuse("22003");
    await send("src_rules", ["odd-2"], { total: 5 });
    await processAll(db);
    await refuse();
    const rules = [{ op: "set", field: "properties.total", value: 6 }];
    expect(await replayRejected(db.ctx(), { sourceId: "src_rules", rules })).toMatchObject({ replayed: 1 });
    await processAll(db);
    const [event] = await db.sql`select message_id, value, occurred_at, properties from events where source_id = 'src_rules'`;
    expect(event).toMatchObject({ message_id: "odd-2", value: "6.0000", occurred_at: new Date("2026-11-20T11:00:00Z") });
    const bodies = await db.sql<{ body: string }[]>`select body from inbox where source_id = 'src_rules' order by id`;
    expect(JSON.parse(bodies[1]?.body ?? "{}")).toMatchObject({ extra: { custom: "kept" }, receivedAt: receivedAt.toISOString() });
  });

  it("is applied by a rebuild once the cause is gone, and is no longer there to replay", async () => {
    await refuse("22003");
    await send("src_rebuilt", ["odd-3"]);
    await processAll(db);
    await refuse();
    await rebuild(db);
    expect(await eventsOf("src_rebuilt")).toEqual(["odd-3"]);
    expect(await rejectedOf("src_rebuilt")).toEqual([]);
    expect(await replayRejected(db.ctx(), { sourceId: "src_rebuilt" })).toMatchObject({ replayed: 0 });
  });
});

describe("a failure that is not the data's", () => {
  it("sets nobody's message aside: processing stops there and goes on when it is mended", async () => {
    const many = Array.from({ length: 60 }, (_, i) => `m-${String(i).padStart(2, "0")}`);
    await refuse("23505");
    await send("src_stop", [...many, "odd-4"]);
    await expect(processAll(db)).rejects.toMatchObject({ code: "23505" });
    expect(await rejectedOf("src_stop")).toEqual([]);
    await refuse();
    await processAll(db);
    expect(await eventsOf("src_stop")).toEqual([...many, "odd-4"]);
  });

  it("of our own code does not look like a bad message", async () => {
    await send("src_code", ["c-1"]);
    const processor = new Processor(db, {
      beforeCommit: () => {
        throw new TypeError("a mistake of ours");
      },
    });
    // Other databases of the server may hold the messages back for a moment.
    await expect
      .poll(
        () =>
          processor.processNext().then(
            () => "",
            (error: Error) => error.name,
          ),
        { timeout: 20_000 },
      )
      .toBe("TypeError");
    expect(await rejectedOf("src_code")).toEqual([]);
    await processAll(db);
    expect(await eventsOf("src_code")).toEqual(["c-1"]);
  });
});
