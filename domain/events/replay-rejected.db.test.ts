import { expect, test } from "vitest";
import { member, testDatabase } from "@/server/test/database";
import { discardRejected, judgeMessage, replayRejected, sourceBalance, storeMessages, type RejectedItem } from "./index";

const database = testDatabase();
const receivedAt = new Date("2026-11-23T12:00:00.000Z");
const range = { from: "2026-11-23T00:00:00Z", to: "2026-11-24T00:00:00Z" };

async function rejectedSource(id: string, samples: string[]): Promise<string[]> {
  await database.sql`insert into sources (id, name, type) values (${id}, ${id}, 'server')`;
  const rejected = samples.map((sample): RejectedItem => {
    const judged = judgeMessage(JSON.parse(sample), { receivedAt, rawText: () => sample });
    if (judged.ok) throw new Error(`usable: ${sample}`);
    return { code: judged.code, field: judged.field, message: judged.message, messageId: judged.messageId, sample };
  });
  await storeMessages(database.sql, [{ sourceId: id, receivedAt, items: [], rejected }]);
  const rows = await database.sql<{ id: string; sample: string }[]>`select id, sample from rejected_messages where source_id = ${id}`;
  return samples.map((sample) => rows.find((row) => row.sample === sample)?.id ?? "");
}

test("replay after a fix stores each once with its id and time, keeps the balance, and is audited", async () => {
  const many = Array.from(
    { length: 1200 },
    (_, i) => `{"type":"track","event":"E","messageId":"r-${i}","user_id":"u${i}","timestamp":"2026-11-20T00:00:00.000Z"}`,
  );
  await rejectedSource("src_replay", [
    ...many,
    `{"type":"track","event":"E","messageId":"big","user_id":12345678901234567891}`,
    `{"type":"nope","messageId":"x"}`,
  ]);
  const ctx = database.ctx();
  const before = await sourceBalance(ctx, { sourceId: "src_replay", ...range });
  expect(before).toMatchObject({ received: 1202, accepted: 0, rejected: 1202, exact: true });
  const rules = [{ op: "rename", from: "user_id", to: "userId" }];
  const result = await replayRejected(ctx, { sourceId: "src_replay", rules });
  expect(result).toMatchObject({ replayed: 1201, duplicates: 0, stillRejected: [{ code: "unknown_type", field: "type" }] });
  const again = await replayRejected(ctx, { sourceId: "src_replay", rules });
  expect(again).toMatchObject({ replayed: 0, duplicates: 0 });
  const rows = await database.sql<{ id: string; u: string; t: string }[]>`
    select body::jsonb->>'messageId' as id, body::jsonb->>'userId' as u, body::jsonb->>'timestamp' as t from inbox where source_id = 'src_replay'`;
  expect(rows).toHaveLength(1201);
  expect(rows.find((row) => row.id === "big")?.u).toBe("12345678901234567891");
  expect(rows.find((row) => row.id === "r-7")).toEqual({ id: "r-7", u: "u7", t: "2026-11-20T00:00:00.000Z" });
  expect(await sourceBalance(ctx, { sourceId: "src_replay", ...range })).toMatchObject({
    received: 1202,
    accepted: 1201,
    rejected: 1,
    exact: true,
  });
  const audit = await database.sql`select 1 from audit_log where action = 'rejected.replayed' and object_id = 'src_replay'`;
  expect(audit).toHaveLength(2);
});

test("a message that came again meanwhile is a duplicate, not a double", async () => {
  const [id] = await rejectedSource("src_twice", [`{"type":"track","messageId":"t1","userId":"u"}`]);
  const fixed = judgeMessage({ type: "track", event: "E", messageId: "t1", userId: "u" }, { receivedAt });
  if (!fixed.ok) throw new Error("unusable");
  await storeMessages(database.sql, [
    { sourceId: "src_twice", receivedAt, items: [{ messageId: "t1", body: fixed.body, bodyHash: fixed.bodyHash }] },
  ]);
  const rules = [{ op: "set", field: "event", value: "E" }];
  expect(await replayRejected(database.ctx(), { sourceId: "src_twice", ids: [id], rules })).toMatchObject({ replayed: 0, duplicates: 1 });
  expect(await sourceBalance(database.ctx(), { sourceId: "src_twice", ...range })).toMatchObject({
    received: 2,
    accepted: 1,
    duplicates: 1,
    rejected: 0,
    exact: true,
  });
});

test("rules: copy from deep inside, set, drop; a path into a prototype is refused", async () => {
  const [id] = await rejectedSource("src_rules", [
    `{"type":"track","event":"E","messageId":"m","properties":{"customer":{"id":"c9"}},"traits":[1]}`,
  ]);
  const rules = [
    { op: "copy", from: "properties.customer.id", to: "userId" },
    { op: "drop", field: "traits" },
    { op: "set", field: "context.locale", value: "de" },
  ];
  await expect(
    replayRejected(database.ctx(), { sourceId: "src_rules", rules: [{ op: "set", field: "__proto__.x", value: 1 }] }),
  ).rejects.toMatchObject({ code: "VALIDATION" });
  expect((await replayRejected(database.ctx(), { sourceId: "src_rules", ids: [id], rules })).replayed).toBe(1);
  const [row] = await database.sql<{ body: string }[]>`select body from inbox where source_id = 'src_rules'`;
  expect(JSON.parse(row?.body ?? "{}")).toMatchObject({ userId: "c9", context: { locale: "de" }, properties: { customer: { id: "c9" } } });
});

test("discard keeps the reason; both need the permission and an existing source", async () => {
  const [id] = await rejectedSource("src_discard", [`{"type":"track","messageId":"d1","userId":"u"}`]);
  for (const role of ["marketer", "manager"] as const) {
    await expect(replayRejected(database.ctx(member(role)), { sourceId: "src_discard" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(discardRejected(database.ctx(member(role)), { sourceId: "src_discard", reason: "test data" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  }
  await expect(sourceBalance(database.ctx(member("manager")), { sourceId: "src_discard", ...range })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(replayRejected(database.ctx(), { sourceId: "src_none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await discardRejected(database.ctx(member("admin")), { sourceId: "src_discard", ids: [id], reason: "test data" })).toEqual({
    discarded: 1,
  });
  const [row] = await database.sql`select status, status_reason as reason from rejected_messages where id = ${id ?? ""}`;
  expect(row).toEqual({ status: "discarded", reason: "test data" });
});
