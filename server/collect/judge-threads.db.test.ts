import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sourceBalance } from "@/domain/events";
import { createContext } from "@/domain/kernel/context";
import { fixedClock } from "@/domain/kernel/clock";
import { testDatabase } from "@/server/test/database";
import { basic, judgeBundle, makeSource, startListener, storedMessages, type TestListener, type TestSource } from "./test-listener";

const database = testDatabase();
const clock = fixedClock("2026-11-23T12:00:00.000Z");
const open: TestListener[] = [];
let bundle: Awaited<ReturnType<typeof judgeBundle>>;
let apart: TestListener;
let here: TestListener;

beforeAll(async () => {
  bundle = await judgeBundle();
  apart = await startListener(database, { clock, judgeThreads: { file: bundle.file, count: 2 } });
  here = await startListener(database, { clock });
  open.push(apart, here);
});
afterAll(async () => {
  for (const one of open) await one.close();
  bundle.remove();
});

async function send(one: TestListener, source: TestSource, body: string | Buffer<ArrayBuffer>) {
  const response = await fetch(`${one.url}/v1/batch`, { method: "POST", headers: { authorization: basic(source.key) }, body });
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    answer: (await response.json()) as Record<string, unknown>,
  };
}

async function rejectedOf(source: TestSource) {
  return database.sql`
    select stage, code, field, message, message_id, sample, sample_cut from rejected_messages where source_id = ${source.id} order by sample, code`;
}

const pad = "p".repeat(300);
const good = (i: number) => ({
  type: "track",
  event: "E",
  userId: `u${i}`,
  messageId: `m${i}`,
  timestamp: "2026-11-23T11:00:00.000Z",
  properties: { i, pad },
});
const items: unknown[] = [
  ...Array.from({ length: 60 }, (_, i) => good(i)),
  good(3),
  { ...good(4), properties: { other: 1 } },
  { type: "track", userId: "u", messageId: "no-event" },
  { type: "track", event: "E", messageId: "nobody" },
  "no object",
  { ...good(100), properties: { nul: "a\u0000b", half: "\ud800", __proto__x: 1, long: "x".repeat(9_000) } },
  { ...good(101), userId: 17, timestamp: "no time" },
  { ...good(102), properties: { large: Array.from({ length: 40 }, () => "y".repeat(8_000)) } },
  { messageId: "typeless", userId: "u", event: "E" },
];
const batch = JSON.stringify({ batch: items, context: { locale: "de" }, integrations: { All: true }, sentAt: "2026-11-23T11:59:00.000Z" });

test.each([
  ["as sent", batch],
  ["gzipped", gzipSync(batch)],
])("a large body is judged by a thread as it is judged here: %s", async (_, body) => {
  const [one, other] = [await makeSource(database), await makeSource(database)];
  const inThread = await send(apart, one, body);
  const inProcess = await send(here, other, body);
  expect(inThread.status).toBe(200);
  expect(inThread).toEqual(inProcess);
  const { accepted, duplicates, rejected } = inThread.answer as { accepted: number; duplicates: number; rejected: unknown[] };
  expect(accepted + duplicates + rejected.length).toBe(items.length);
  expect(rejected.length).toBeGreaterThanOrEqual(5);
  expect(await storedMessages(database, one.id)).toEqual(await storedMessages(database, other.id));
  expect(await rejectedOf(one)).toEqual(await rejectedOf(other));
  const hour = { from: new Date("2026-11-23T11:00:00Z"), to: new Date("2026-11-23T13:00:00Z") };
  const ctx = createContext({ kind: "job", id: "test" }, database);
  const balance = await sourceBalance(ctx, { sourceId: one.id, ...hour });
  expect(balance.exact).toBe(true);
  expect(balance).toEqual(await sourceBalance(ctx, { sourceId: other.id, ...hour }));
});

test.each([
  ["not JSON", `${batch}}`],
  ["an empty envelope", JSON.stringify({ pad: pad.repeat(100) })],
  ["another key inside", JSON.stringify({ writeKey: "another", batch: items })],
  ["too deep to parse", `{"batch":[${"[".repeat(40_000)}${"]".repeat(40_000)}]}`],
])("a large body is refused by a thread as it is refused here: %s", async (_, body) => {
  const source = await makeSource(database);
  const inThread = await send(apart, source, body);
  expect(inThread).toEqual(await send(here, source, body));
  expect(inThread.answer["success"] === false || (inThread.answer["rejected"] as unknown[]).length === 1).toBe(true);
});

test("a rate is kept for large bodies too", async () => {
  const source = await makeSource(database, { settings: { rateLimit: 50 } });
  const body = (prefix: string): string =>
    JSON.stringify({ batch: Array.from({ length: 60 }, (_, i) => ({ ...good(i), messageId: `${prefix}${i}` })) });
  expect((await send(apart, source, body("a"))).status).toBe(200);
  const second = await send(apart, source, body("b"));
  expect(second.status).toBe(429);
  expect(Number(second.retryAfter)).toBeGreaterThanOrEqual(1);
  expect(await storedMessages(database, source.id)).toHaveLength(60);
});

test("a thread that dies takes nothing with it that was acknowledged: 503, and the next body starts another", async () => {
  const folder = dirname(bundle.file);
  const marker = join(folder, "died");
  const mortal = join(folder, "mortal.mjs");
  writeFileSync(
    mortal,
    `import { existsSync, writeFileSync } from "node:fs";
     import { parentPort } from "node:worker_threads";
     if (existsSync(${JSON.stringify(marker)})) await import(${JSON.stringify(bundle.file)});
     else parentPort.on("message", () => { writeFileSync(${JSON.stringify(marker)}, ""); process.exit(1); });`,
  );
  const one = await startListener(database, { clock, judgeThreads: { file: mortal, count: 1 } });
  open.push(one);
  const source = await makeSource(database);
  expect((await send(one, source, batch)).status).toBe(503);
  expect(await storedMessages(database, source.id)).toEqual([]);
  expect((await send(one, source, batch)).status).toBe(200);
  expect((await storedMessages(database, source.id)).length).toBeGreaterThan(50);
});
