import { afterAll, expect, test } from "vitest";
import { replayRejected } from "@/domain/events";
import { testDatabase } from "@/server/test/database";
import { basic, makeSource, startListener, storedMessages } from "./test-listener";

const database = testDatabase();
const now = new Date("2026-11-20T12:00:00.000Z");
const listener = startListener(database, { clock: { now: () => now } });
afterAll(async () => (await listener).close());

test("a replayed message has what its envelope gave it: context, integrations, and the clock that corrects its time", async () => {
  const source = await makeSource(database);
  const item = (id: string, more = ""): string =>
    `{"type":"track","event":"E","messageId":"${id}","user_id":12345678901234567891,"timestamp":"2026-11-20T10:00:00.000Z"${more}}`;
  const body = `{"batch":[${item("plain")},${item("own", ',"sentAt":"2026-11-20T10:30:00.000Z","context":{"locale":"de"}')},
    {"type":"track","event":"E","messageId":"good","userId":"u","timestamp":"2026-11-20T10:00:00.000Z"}],
    "context":{"app":{"name":"Shop"}},"integrations":{"All":false},"sentAt":"2026-11-20T11:00:00.000Z"}`;
  const answer = await fetch(`${(await listener).url}/v1/batch`, { method: "POST", headers: { authorization: basic(source.key) }, body });
  expect(await answer.json()).toMatchObject({ accepted: 1, rejected: [{ messageId: "plain" }, { messageId: "own" }] });
  const rules = [{ op: "rename", from: "user_id", to: "userId" }];
  expect(await replayRejected(database.ctx(), { sourceId: source.id, rules })).toMatchObject({ replayed: 2 });
  const stored = new Map((await storedMessages(database, source.id)).map((message) => [message["messageId"], message]));
  // Sent at eleven by a clock that is an hour slow.
  const envelope = { timestamp: "2026-11-20T11:00:00.000Z", context: { app: { name: "Shop" } }, integrations: { All: false } };
  expect(stored.get("good")).toMatchObject(envelope);
  expect(stored.get("plain")).toMatchObject({ ...envelope, userId: "12345678901234567891" });
  expect(stored.get("own")).toMatchObject({ timestamp: "2026-11-20T11:30:00.000Z", context: { locale: "de" } });
});
