import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LIMITS } from "@/domain/events/model";
import { testDatabase } from "@/server/test/database";
import { basic, makeSource, startListener, storedMessages, type TestListener, type TestSource } from "./test-listener";

const database = testDatabase();
let listener: TestListener;
let source: TestSource;
beforeAll(async () => {
  listener = await startListener(database);
  source = await makeSource(database);
});
afterAll(() => listener.close());

interface Case {
  id: string;
  expect: string;
  body: string;
  expandBytes?: number;
}
const lines = (name: string): Record<string, string>[] =>
  readFileSync(join(import.meta.dirname, "fixtures", name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string>);

interface Answer {
  status: number;
  accepted: number;
  duplicates: number;
  rejected: { index: number; code: string }[];
  warnings: { index: number; code: string }[];
  error?: { code: string };
}

async function post(path: string, body: string | Uint8Array, key = source.key): Promise<Answer> {
  const response = await fetch(listener.url + path, { method: "POST", headers: { authorization: basic(key) }, body: body as BodyInit });
  return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
}

const cases = lines("malformed_payloads.jsonl") as unknown as Case[];
const REFUSED_WHOLE = new Set(["reject"]);

test.each(cases.map((one) => [one.id, one] as const))("hostile body: %s", async (id, one) => {
  // One source per body: the shared ids must not meet.
  const own = await makeSource(database);
  let { body } = one;
  if (id === "msgid-reuse-diff-body") await post("/v1/batch", `{"batch":[${cases[0]?.body}]}`, own.key);
  if (one.expandBytes !== undefined) body = body.slice(0, -1) + " ".repeat(one.expandBytes - body.length) + "}";
  // The file holds a shorter version of it to stay small.
  if (id === "keys-11000") body = body.replace('"k0":0', Array.from({ length: 11_000 }, (_, i) => `"k${i}":${i}`).join(","));
  const single = !body.startsWith('{"batch"');
  const bytes = id === "body-latin1-note" ? Buffer.from(cases[0]?.body.replace("Order", "Ordér") ?? "", "latin1") : body;
  const answer = await post(single ? "/v1/track" : "/v1/batch", bytes, own.key);
  const stored = await storedMessages(database, own.id);
  if (REFUSED_WHOLE.has(one.expect)) {
    expect(answer.status).toBe(400);
    expect(stored).toHaveLength(0);
    return;
  }
  expect(answer.status).toBe(200);
  const sent = single ? 1 : (JSON.parse(body) as { batch: unknown[] }).batch.length;
  expect(answer.accepted + answer.duplicates + answer.rejected.length).toBe(sent);
  const codes = answer.warnings.map((warning) => warning.code);
  switch (one.expect) {
    case "quarantine":
    case "quarantine_or_truncate":
      expect(answer.rejected).toHaveLength(1);
      break;
    case "partial":
      expect([answer.accepted, answer.rejected.length]).toEqual([2, 5]);
      break;
    case "accept_normalised":
      expect(answer.accepted).toBe(1);
      expect(codes).not.toEqual([]);
      break;
    case "accept_no_merge":
      expect(answer.accepted).toBe(1);
      expect(codes).toContain("placeholder_id");
      break;
    case "accept_ts_fallback":
      expect(answer.accepted).toBe(1);
      expect(codes).toContain("clock_fallback");
      expect(stored[0]?.["timestamp"]).toBe(stored[0]?.["receivedAt"]);
      break;
    default:
      expect(answer.rejected).toEqual([]);
      expect(answer.accepted + answer.duplicates).toBe(sent);
  }
});

test("big numbers as ids keep every digit and stay apart", async () => {
  const own = await makeSource(database);
  const body = `{"batch":[{"type":"track","event":"x","messageId":"b1","userId":12345678901234567890},{"type":"track","event":"x","messageId":"b2","userId":12345678901234567891,"properties":{"userId":1}},{"type":"track","event":"x","messageId":98765432109876543210,"anonymousId":1.5,"userId":"u"}]}`;
  expect((await post("/v1/batch", body, own.key)).accepted).toBe(3);
  const stored = await storedMessages(database, own.id);
  expect(stored.map((one) => [one["messageId"], one["userId"]])).toEqual([
    ["b1", "12345678901234567890"],
    ["b2", "12345678901234567891"],
    ["98765432109876543210", "u"],
  ]);
  expect(stored[2]?.["anonymousId"]).toBe("1.5");
});

test.each(lines("proto.jsonl").map((line) => line["body"] as string))("prototypes stay as they are: %s", async (value) => {
  const own = await makeSource(database);
  const batch = `{"batch":[{"type":"identify","userId":"u","traits":{"nested":${value}}}],"context":{"nested":${value}}}`;
  expect((await post("/v1/batch", batch, own.key)).accepted).toBe(1);
  await post("/v1/identify", value, own.key);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(JSON.stringify(await storedMessages(database, own.id))).not.toContain("__proto__");
});

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

test("depth: the last level taken, one more refused, bombs refused without a neighbour or the process suffering", async () => {
  const item = (id: string, depth: number): string =>
    `{"type":"track","event":"E","userId":"u","messageId":"${id}","properties":{"a":${nested(depth)}}}`;
  // The message is the first level, properties the second.
  expect((await post("/v1/track", item("deep-ok", LIMITS.depth - 2))).accepted).toBe(1);
  expect((await post("/v1/track", item("deep-1", LIMITS.depth - 1))).rejected[0]?.code).toBe("too_deep");
  for (const depth of [7_000, 120_000, 1_500_000]) {
    const answer = await post(
      "/v1/batch",
      gzipSync(`{"batch":[${item(`ok-a-${depth}`, 1)},${item(`bomb-${depth}`, depth)},${item(`ok-b-${depth}`, 1)}]}`),
    );
    expect(answer).toMatchObject({ status: 200, accepted: 2, rejected: [{ index: 1 }] });
    expect(["too_deep", "event_too_large"]).toContain(answer.rejected[0]?.code);
  }
  expect((await post("/v1/batch", `{"batch":[${"[".repeat(200_000)}`)).error?.code).toBe("invalid_json");
});

test("width: keys, keys of absurd length, long texts, and a body of a million values", async () => {
  const own = await makeSource(database);
  const keys = (n: number, id: string): string =>
    JSON.stringify({
      type: "track",
      event: "E",
      userId: "u",
      messageId: id,
      properties: Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i])),
    });
  // type, event, userId, messageId and properties are keys too.
  expect((await post("/v1/track", keys(LIMITS.keys - 5, "keys-ok"), own.key)).accepted).toBe(1);
  expect((await post("/v1/track", keys(LIMITS.keys - 4, "keys-over"), own.key)).rejected[0]?.code).toBe("too_many_keys");
  const long = {
    type: "track",
    event: "E",
    userId: "u",
    messageId: "long",
    properties: { ["k".repeat(200_000)]: 1, text: "y".repeat(LIMITS.stringLength + 1), ok: "z".repeat(LIMITS.stringLength) },
  };
  const answer = await post("/v1/track", JSON.stringify(long), own.key);
  expect(answer.accepted).toBe(1);
  expect(answer.warnings.map((one) => one.code)).toEqual(["truncated"]);
  const properties = (await storedMessages(database, own.id))[1]?.["properties"] as Record<string, string>;
  expect(Object.keys(properties).map((key) => key.length)).toEqual([LIMITS.keyLength, 4, 2]);
  expect([properties["text"]?.length, properties["ok"]?.length]).toEqual([LIMITS.stringLength, LIMITS.stringLength]);
  const wide = gzipSync(`{"batch":[${Array.from({ length: 1_100_000 }, () => "[]").join(",")}]}`);
  expect(await post("/v1/batch", wide, own.key)).toMatchObject({ status: 400, error: { code: "body_too_large" } });
});

test("a gzip bomb is stopped at the limit and holds nobody up", async () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from('{"batch":['), Buffer.alloc(100 * 1024 * 1024, 32), Buffer.from("]}")]), { level: 9 });
  const before = process.memoryUsage().arrayBuffers;
  const [answer, neighbour] = await Promise.all([post("/v1/batch", bomb), post("/v1/track", '{"event":"E","userId":"u"}')]);
  expect(answer).toMatchObject({ status: 400, error: { code: "body_too_large" } });
  expect(neighbour.accepted).toBe(1);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
});

/** What must be read back for a parsed value, said independently of the code under test. */
function expected(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "\uFFFD").replace(/\p{Surrogate}/gu, "\uFFFD");
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !["__proto__", "constructor", "prototype"].includes(key));
  return Object.fromEntries(entries.map(([key, one]) => [expected(key) as string, expected(one)]));
}

test("any JSON in properties is read back as the repaired value, also as jsonb", async () => {
  const own = await makeSource(database);
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string(),
    fc.constantFrom("\0", "\ud800", "a\udc00b", "__proto__", "'; drop table x;--", "😀"),
  );
  const any = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, depthSize: "small" },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.integer(),
      text,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(text, tie("tree"), { maxKeys: 4 }),
    ),
  })).tree;
  const properties = fc.dictionary(text, any, { maxKeys: 5 });
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(properties, { minLength: 40, maxLength: 40 }), async (many) => {
      const run = ++n;
      // JSON text with escapes, as a client may write it; JSON.parse is what defines the value.
      const items = many.map((one, i) =>
        JSON.stringify({ type: "track", event: "E", userId: "u", messageId: `p-${run}-${i}`, properties: one }),
      );
      const answer = await post("/v1/batch", `{"batch":[${items.join(",")}]}`, own.key);
      expect(answer).toMatchObject({ status: 200, accepted: 40, rejected: [] });
      const rows = await database.sql<{ body: { messageId: string; properties: unknown } }[]>`
        select body::jsonb as body from inbox where source_id = ${own.id} and body like ${`%"p-${run}-%`}`;
      const found = new Map(rows.map((row) => [row.body.messageId, row.body.properties]));
      for (const [i, item] of items.entries()) {
        expect(found.get(`p-${run}-${i}`)).toEqual(expected((JSON.parse(item) as { properties: unknown }).properties));
      }
    }),
    // Shrinking through HTTP and the database would outlast the test: the first counterexample is told instead.
    { numRuns: 10, endOnFailure: true },
  );
});
