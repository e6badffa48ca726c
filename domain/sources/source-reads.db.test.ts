import { expect, test } from "vitest";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext, type Actor, type Ctx } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import {
  createSource,
  getSource,
  listRejected,
  listSources,
  readMessage,
  readRejectedSample,
  readRejectedSummary,
  readSourceVolume,
  recentMessages,
  tailMessages,
} from ".";

const database = testDatabase();
const NOW = "2026-05-10T12:30:00Z";
const at = (minutesAgo: number) => new Date(Date.parse(NOW) - minutesAgo * 60_000);
const ctxAs = (actor: Actor = { kind: "job", id: "test" }): Ctx => createContext(actor, database, fixedClock(NOW));

const tally = (sourceId: string, when: Date, accepted: number, duplicates = 0, rejected = 0) =>
  database.sql`insert into collect_tallies (source_id, at, accepted, duplicates, rejected) values (${sourceId}, ${when}, ${accepted}, ${duplicates}, ${rejected})`;

const reject = (sourceId: string, id: string, when: Date, code: string, sample: string, status = "open") =>
  database.sql`insert into rejected_messages (id, source_id, received_at, stage, code, message, sample, status)
    values (${id}, ${sourceId}, ${when}, 'collect', ${code}, 'Because.', ${sample}, ${status})`;

const accept = (sourceId: string, message: Record<string, unknown>) =>
  database.sql<
    { id: number }[]
  >`insert into inbox (received_at, source_id, body) values (now(), ${sourceId}, ${JSON.stringify(message)}) returning id`;

test("volume balances in every bucket and in total, and leaves no bucket out", async () => {
  const ctx = ctxAs();
  const { id } = await createSource(ctx, { name: "Volume", type: "website" });
  const other = await createSource(ctx, { name: "Other volume", type: "website" });
  await tally(id, at(5), 10, 2, 1);
  await tally(id, at(5.2), 5);
  await tally(id, at(50), 100, 0, 7);
  await tally(id, at(60 * 30), 1000, 1, 1);
  await tally(other.id, at(5), 999, 999, 999);

  const hour = await readSourceVolume(ctx, { id, range: "1h" });
  expect(hour.points).toHaveLength(60);
  expect(hour.total).toEqual({ accepted: 115, duplicates: 2, rejected: 8 });
  expect(hour.points.at(-1)?.at).toBe("2026-05-10T12:30:00.000Z");
  expect(hour.points.find((point) => point.at === "2026-05-10T12:25:00.000Z")).toMatchObject({ accepted: 10, duplicates: 2, rejected: 1 });
  const week = await readSourceVolume(ctx, { id, range: "7d" });
  expect(week.points).toHaveLength(168);
  expect(week.total).toEqual({ accepted: 1115, duplicates: 3, rejected: 9 });
  const month = await readSourceVolume(ctx, { id, range: "30d" });
  expect(month.points.at(-1)).toEqual({ at: "2026-05-10T00:00:00.000Z", accepted: 115, duplicates: 2, rejected: 8 });

  const listed = (await listSources(ctx)).find((source) => source.id === id);
  expect(listed).toMatchObject({ last24h: { accepted: 115, duplicates: 2, rejected: 8 }, lastSeenAt: at(5).toISOString() });
  expect(listed?.hours).toHaveLength(24);
  expect(listed?.hours.at(-1)).toEqual({ accepted: 115, duplicates: 2, rejected: 8 });
  expect(listed?.firstSeenAt).toBe(at(60 * 30).toISOString());
  const detail = await getSource(ctx, { id });
  expect(detail.total).toMatchObject({ accepted: 1115, duplicates: 3, rejected: 9 });
  expect(detail.neverReceived).toBe(false);
  expect(detail.keys).toMatchObject([{ state: "active", hint: expect.stringMatching(/^trb_w_....…....$/), lastUsedAt: null }]);
});

test("health follows the source's own rhythm in the database too", async () => {
  const ctx = ctxAs();
  const steady = await createSource(ctx, { name: "Steady then silent", type: "website" });
  for (let quarter = 20; quarter < 80; quarter++) await tally(steady.id, at(quarter * 15), 3);
  const nightly = await createSource(ctx, { name: "Nightly", type: "server" });
  for (let day = 0; day < 7; day++) for (let part = 0; part < 3; part++) await tally(nightly.id, at(600 + day * 1440 + part * 15), 50);
  const failing = await createSource(ctx, { name: "Failing", type: "server" });
  await tally(failing.id, at(10), 88, 0, 12);
  const empty = await createSource(ctx, { name: "Empty", type: "server" });
  const health = new Map((await listSources(ctx)).map((source) => [source.id, source.health]));
  expect(health.get(steady.id)).toEqual({
    state: "quiet",
    sentence: "Last message 5 h ago; in the last 7 days it was never silent for more than 15 min.",
  });
  expect(health.get(nightly.id)?.state).toBe("live");
  expect(health.get(failing.id)).toEqual({ state: "errors", sentence: "12 % rejected in the last hour (12 of 100)." });
  expect(health.get(empty.id)?.state).toBe("no_data");
});

test("rejected messages: by code over time, paged without gaps, and one sample", async () => {
  const ctx = ctxAs();
  const { id } = await createSource(ctx, { name: "Rejecting", type: "server" });
  for (let i = 0; i < 7; i++)
    await reject(id, `rej_${i}`, at(10), i < 5 ? "missing_event" : "no_user_anon_id", '{"type":"track","userId":"u-12345678"}');
  await reject(id, "rej_done", at(70), "too_deep", "[[[", "discarded");
  const summary = await readRejectedSummary(ctx, { id, range: "24h" });
  expect(summary.codes).toEqual([
    { code: "missing_event", n: 5 },
    { code: "no_user_anon_id", n: 2 },
    { code: "too_deep", n: 1 },
  ]);
  expect(summary.byStatus).toEqual({ open: 7, replayed: 0, discarded: 1 });
  expect(summary.points.at(-1)?.counts).toEqual({ missing_event: 5, no_user_anon_id: 2 });

  const seen: string[] = [];
  let before: string | undefined;
  for (let page = 0; page < 10; page++) {
    const got = await listRejected(ctx, { id, limit: 3, before });
    seen.push(...got.items.map((item) => item.id));
    if (!got.next) break;
    before = got.next;
  }
  expect(seen.toSorted()).toEqual(["rej_0", "rej_1", "rej_2", "rej_3", "rej_4", "rej_5", "rej_6"]);
  expect((await listRejected(ctx, { id, code: "no_user_anon_id" })).items).toHaveLength(2);
  await expect(listRejected(ctx, { id, before: "x'; drop" })).rejects.toMatchObject({ code: "VALIDATION" });

  const open = await readRejectedSample(ctx, { sourceId: id, id: "rej_0" });
  expect(open).toMatchObject({ sample: '{"type":"track","userId":"u-12345678"}', masked: false });
  const masked = await readRejectedSample(ctxAs(member("marketer", false)), { sourceId: id, id: "rej_0" });
  expect(masked.masked).toBe(true);
  expect(masked.sample).not.toContain("u-12345678");
  const other = await createSource(ctx, { name: "Not rejecting", type: "server" });
  await expect(readRejectedSample(ctx, { sourceId: other.id, id: "rej_0" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("the debugger's tail neither misses a message that commits late nor shows one twice", async () => {
  const ctx = database.ctx();
  const { id } = await createSource(ctx, { name: "Tailed", type: "server" });
  const other = await createSource(ctx, { name: "Not tailed", type: "server" });
  const message = (n: number) => ({
    type: "track",
    event: `Event ${n}`,
    messageId: `m-${n}`,
    userId: "u-1",
    context: {},
    timestamp: NOW,
    receivedAt: NOW,
  });
  await accept(id, message(1));
  await accept(other.id, message(99));
  const first = await recentMessages(ctx, { id });
  expect(first.items.map((item) => item.name)).toEqual(["Event 1"]);

  let cursor = first.cursor;
  const take = async () => {
    const page = await tailMessages(ctx, { id, cursor });
    cursor = page.cursor;
    return page.items.filter((item) => item.kind === "accepted").map((item) => item.name);
  };
  // A slow request takes its id first and commits last.
  const slow = await database.sql.reserve();
  await slow`begin`;
  await slow`insert into inbox (received_at, source_id, body) values (now(), ${id}, ${JSON.stringify(message(2))})`;
  expect(await take()).toEqual([]);
  await accept(id, message(3));
  expect(await take()).toEqual(["Event 3"]);
  expect(await take()).toEqual([]);
  await slow`commit`;
  slow.release();
  expect(await take()).toEqual(["Event 2"]);
  expect(await take()).toEqual([]);

  // A burst shows the newest and says how many it leaves out.
  for (let n = 10; n < 20; n++) await accept(id, message(n));
  const burst = await tailMessages(ctx, { id, cursor, limit: 4 });
  expect(burst.items.map((item) => item.name)).toEqual(["Event 16", "Event 17", "Event 18", "Event 19"]);
  expect(burst.left).toBe(6);

  await database.sql`insert into rejected_messages (id, source_id, stage, code, message, sample)
    values ('rej_tail', ${id}, 'collect', 'missing_event', 'A track call needs an event.', '{"type":"track","userId":"u-1"}')`;
  const page = await tailMessages(ctx, { id, cursor: burst.cursor });
  const rejected = page.items.find((item) => item.kind === "rejected");
  expect((await tailMessages(ctx, { id, cursor: page.cursor })).items).toEqual([]);
  expect(rejected).toMatchObject({
    id: "rej_tail",
    code: "missing_event",
    type: "track",
    who: "u-1",
    reason: "A track call needs an event.",
  });
  // A cursor that is not one of ours starts again instead of failing.
  expect((await tailMessages(ctx, { id, cursor: "rubbish" })).items.length).toBeGreaterThan(0);
});

test("payloads and identifiers are masked without the permission to see personal data", async () => {
  const ctx = database.ctx();
  const { id } = await createSource(ctx, { name: "Personal", type: "server" });
  const [row] = await accept(id, {
    type: "identify",
    messageId: "m-1",
    userId: "customer-4711",
    traits: { email: "jane@example.com", plan: "pro" },
    context: { ip: "203.0.113.9" },
    timestamp: NOW,
    receivedAt: NOW,
  });
  const seen = await recentMessages(ctx, { id });
  expect(seen.items[0]).toMatchObject({ who: "customer-4711", payload: expect.stringContaining("jane@example.com") });
  const blind = database.ctx(member("marketer", false));
  const masked = JSON.stringify([
    await recentMessages(blind, { id }),
    await tailMessages(blind, { id, cursor: "x" }),
    await readMessage(blind, { sourceId: id, inboxId: row?.id }),
  ]);
  for (const secret of ["4711", "jane", "203.0.113.9"]) expect(masked).not.toContain(secret);
  expect(masked).toContain("pro");
});

test("managers read nothing of sources", async () => {
  const { id } = await createSource(database.ctx(), { name: "Closed to managers", type: "server" });
  const ctx = database.ctx(member("manager"));
  for (const refused of [
    listSources(ctx),
    getSource(ctx, { id }),
    readSourceVolume(ctx, { id }),
    readRejectedSummary(ctx, { id }),
    listRejected(ctx, { id }),
    readRejectedSample(ctx, { sourceId: id, id: "rej" }),
    recentMessages(ctx, { id }),
    tailMessages(ctx, { id, cursor: "x" }),
    readMessage(ctx, { sourceId: id, inboxId: 1 }),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
});
