import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LIMITS, MESSAGE_TYPES } from "@/domain/events/model";
import { testDatabase } from "@/server/test/database";
import { basic, makeSource, startListener, storedMessages, type TestListener, type TestSource } from "./test-listener";

const database = testDatabase();
let listener: TestListener;
let source: TestSource;
beforeAll(async () => {
  listener = await startListener(database);
  source = await makeSource(database, { type: "website" });
});
afterAll(() => listener.close());

let n = 0;
const message = (extra: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: "track",
  event: "Clicked",
  userId: "u1",
  messageId: `g-${++n}`,
  ...extra,
});
interface Answer {
  status: number;
  body: {
    success: boolean;
    accepted: number;
    duplicates: number;
    rejected: { index: number; code: string; field: string | null; messageId: string | null }[];
    warnings: { index: number; code: string; field?: string }[];
    error: { code: string; message: string; limit?: number; got?: number };
  };
  headers: Headers;
}
async function send(
  path: string,
  body: unknown,
  options: { headers?: Record<string, string>; key?: string | null; method?: string } = {},
): Promise<Answer> {
  const key = options.key === undefined ? source.key : options.key;
  const headers = { ...(key === null ? {} : { authorization: basic(key) }), ...options.headers };
  const raw = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const method = options.method ?? "POST";
  const response = await fetch(listener.url + path, {
    method,
    headers,
    redirect: "manual",
    ...(method === "GET" || method === "OPTIONS" ? {} : { body: raw as BodyInit }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === "" ? {} : JSON.parse(text)) as Answer["body"] };
}

const SAMPLE: Record<string, Record<string, unknown>> = {
  identify: { userId: "u1", traits: { plan: "pro" } },
  track: { userId: "u1", event: "Bought" },
  page: { anonymousId: "a1", name: "Home" },
  screen: { anonymousId: "a1", name: "Start" },
  group: { userId: "u1", groupId: "g1" },
  alias: { userId: "u1", previousId: "a1" },
};

test.each(
  MESSAGE_TYPES.flatMap((type) => [
    [`/v1/${type}`, type],
    [`/v1/${type[0]}`, type],
    [`/v1/${type}/`, type],
  ]),
)("POST %s takes one message and gives it its type", async (path, type) => {
  const messageId = `route-${path}`;
  const answer = await send(path, { ...SAMPLE[type as string], messageId });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: [], warnings: [] });
  const stored = (await storedMessages(database, source.id)).find((one) => one["messageId"] === messageId);
  expect(stored?.["type"]).toBe(type);
});

test.each(["/v1/batch", "/v1/b", "/beacon/v1/batch"])("POST %s takes a batch", async (path) => {
  const answer = await send(path, { batch: [message(), message()] });
  expect(answer.body).toMatchObject({ success: true, accepted: 2 });
});

test("SDK metrics are taken and ignored, without a key", async () => {
  const answer = await send("/v1/m", { series: [{ type: "Counter", metric: "x", value: 1, tags: {} }] }, { key: null });
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
});

test("the settings and source configuration name this host and no foreign destination", async () => {
  const settings = await send(`/v1/projects/${source.key}/settings`, "", {
    method: "GET",
    key: null,
    headers: { origin: "https://shop.example" },
  });
  expect(settings.status).toBe(200);
  expect(settings.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  const integrations = (settings.body as unknown as { integrations: Record<string, unknown> }).integrations;
  expect(Object.keys(integrations)).toEqual(["Segment.io"]);
  expect(integrations["Segment.io"]).toMatchObject({ apiKey: source.key, apiHost: `127.0.0.1:${listener.port}/v1`, protocol: "http" });
  for (const path of [`/sourceConfig?writeKey=${source.key}`, `/sourceConfig/?p=npm&v=3`]) {
    const config = await send(path, "", { method: "GET", key: path.includes("writeKey") ? null : source.key });
    expect(config).toMatchObject({
      status: 200,
      body: { source: { id: source.id, writeKey: source.key, enabled: true, destinations: [] } },
    });
  }
});

test("the browser SDK is served from the package, packed where asked, and revalidated", async () => {
  const response = await fetch(`${listener.url}/analytics.js/v1/${source.key}/analytics.min.js`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("javascript");
  expect(response.headers.get("content-encoding")).toBe("gzip");
  const text = await response.text();
  expect(text.length).toBeGreaterThan(80_000);
  const again = await fetch(response.url, { headers: { "if-none-match": response.headers.get("etag") ?? "" } });
  expect(again.status).toBe(304);
  expect((await fetch(`${listener.url}/analytics-next/bundles/..%2f..%2fpackage.js`)).status).toBe(404);
});

const place = (key: string): Record<string, { path?: string; headers?: Record<string, string>; body?: Record<string, unknown> }> => ({
  "Basic with colon": { headers: { authorization: basic(key) } },
  "Basic without colon": { headers: { authorization: basic(key, false) } },
  "Bearer and body": { headers: { authorization: "Bearer some.oauth.token" }, body: { writeKey: key } },
  body: { body: { writeKey: key } },
  query: { path: `?writeKey=${key}` },
  "X-Write-Key": { headers: { "x-write-key": key } },
  "Basic and body": { headers: { authorization: basic(key) }, body: { writeKey: key } },
});

test.each(Object.keys(place("")))("the key is found in: %s", async (where) => {
  const { path = "", headers = {}, body = {} } = place(source.key)[where] ?? {};
  expect((await send(`/v1/track${path}`, message(body), { key: null, headers })).body).toMatchObject({ accepted: 1 });
  expect((await send(`/v1/batch${path}`, { batch: [message()], ...body }, { key: null, headers })).body).toMatchObject({ accepted: 1 });
  const unknown = place(source.key.slice(0, -1) + (source.key.endsWith("0") ? "1" : "0"))[where] ?? {};
  const refused = await send(`/v1/track${unknown.path ?? ""}`, message(unknown.body), { key: null, headers: unknown.headers ?? {} });
  expect(refused).toMatchObject({ status: 401, body: { success: false, error: { code: "unknown_key" } } });
});

test("no key, different keys, keys repeated in the items", async () => {
  const other = await makeSource(database);
  expect(await send("/v1/track", message(), { key: null })).toMatchObject({ status: 401, body: { error: { code: "missing_key" } } });
  for (const body of [message({ writeKey: other.key }), { batch: [message({ writeKey: other.key })] }]) {
    const answer = await send("batch" in body ? "/v1/batch" : "/v1/track", body);
    expect(answer).toMatchObject({ status: 401, body: { error: { code: "conflicting_keys" } } });
  }
  const both = await send("/v1/track", message(), { headers: { "x-write-key": other.key } });
  expect(both.body.error.code).toBe("conflicting_keys");
  const items = [message({ writeKey: source.key }), message({ writeKey: source.key })];
  expect((await send("/v1/b", { batch: items }, { key: null })).body.accepted).toBe(2);
});

test("write keys are never stored", async () => {
  const rows = await database.sql`select 1 from inbox where body like ${"%trb_w_%"} limit 1`;
  expect(rows).toHaveLength(0);
});

test("two keys are valid together in the grace period; an ended or revoked one is not", async () => {
  const own = await makeSource(database);
  const other = await makeSource(database);
  await database.sql`update source_keys set source_id = ${own.id}, expires_at = now() + interval '1 hour' where id = ${other.keyId}`;
  expect((await send("/v1/track", message(), { key: own.key })).body.accepted).toBe(1);
  expect((await send("/v1/track", message(), { key: other.key })).body.accepted).toBe(1);
  const ended = await makeSource(database);
  await database.sql`update source_keys set expires_at = now() - interval '1 second' where id = ${ended.keyId}`;
  expect((await send("/v1/track", message(), { key: ended.key })).body.error.code).toBe("unknown_key");
  const revoked = await makeSource(database);
  await database.sql`update source_keys set revoked_at = now() where id = ${revoked.keyId}`;
  expect((await send("/v1/track", message(), { key: revoked.key })).body.error.code).toBe("unknown_key");
  await expect
    .poll(async () => (await database.sql`select 1 from source_keys where id = ${own.keyId} and last_used_at is not null`).length)
    .toBe(1);
});

test("a disabled source answers 404 and is counted as refused", async () => {
  const off = await makeSource(database, { status: "disabled" });
  expect(await send("/v1/track", message(), { key: off.key })).toMatchObject({ status: 404, body: { error: { code: "source_disabled" } } });
  await expect
    .poll(
      async () =>
        (await database.sql<{ n: number }[]>`select n from refused_requests where source_id = ${off.id} and code = 'source_disabled'`)[0]
          ?.n,
      { timeout: 5000 },
    )
    .toBe(1);
});

test("content type is ignored, gzip is found with and without its header, a BOM is skipped", async () => {
  const text = JSON.stringify(message());
  for (const headers of [{ "content-type": "text/plain" }, { "content-type": "application/x-www-form-urlencoded" }, {}] as Record<
    string,
    string
  >[]) {
    expect((await send("/v1/track", JSON.stringify(message()), { headers })).body.accepted).toBe(1);
  }
  for (const headers of [{ "content-encoding": "gzip" }, {}] as Record<string, string>[]) {
    expect((await send("/v1/track", gzipSync(JSON.stringify(message())), { headers })).body.accepted).toBe(1);
  }
  expect((await send("/v1/track", `\uFEFF${text}`)).body.accepted).toBe(1);
  const utf16 = Buffer.from(JSON.stringify(message()), "utf16le");
  const latin1 = Buffer.from(JSON.stringify(message({ event: "é" })), "latin1");
  for (const bytes of [utf16, latin1, Buffer.from([0x1f, 0x8b, 1, 2, 3])]) {
    expect(await send("/v1/track", bytes)).toMatchObject({ status: 400, body: { error: { code: "invalid_json" } } });
  }
});

test.each([
  ["/v1/track", "", "invalid_json"],
  ["/v1/track", "{", "invalid_json"],
  ["/v1/track", "null", "invalid_envelope"],
  ["/v1/track", "42", "invalid_envelope"],
  ["/v1/track", "[]", "invalid_envelope"],
  ["/v1/batch", "{}", "invalid_envelope"],
  ["/v1/batch", '{"batch":null}', "invalid_envelope"],
  ["/v1/batch", '{"batch":{}}', "invalid_envelope"],
  ["/v1/batch", '{"batch":"x"}', "invalid_envelope"],
  ["/v1/batch", '{"batch":[]}', "empty_batch"],
])("%s with %s is refused: %s", async (path, body, code) => {
  expect(await send(path, body)).toMatchObject({ status: 400, body: { success: false, error: { code } } });
});

const padded = (bytes: number, id: string): string => {
  const empty = JSON.stringify({ type: "track", event: "E", userId: "u", messageId: id, properties: { list: [""] } });
  // Many short texts: one long one would be cut, not refused.
  const parts: string[] = [];
  let left = bytes - empty.length;
  while (left > 1003) {
    parts.push("x".repeat(1000));
    left -= 1003;
  }
  parts.push("x".repeat(left));
  return JSON.stringify({ type: "track", event: "E", userId: "u", messageId: id, properties: { list: parts } });
};

test("the size of one message: at the limit taken, one byte above refused; in a batch only that one", async () => {
  const at = padded(LIMITS.messageBytes, "at-limit");
  expect(Buffer.byteLength(at)).toBe(LIMITS.messageBytes);
  expect((await send("/v1/track", at)).body.accepted).toBe(1);
  const over = await send("/v1/track", padded(LIMITS.messageBytes + 1, "over-limit"));
  expect(over).toMatchObject({
    status: 400,
    body: { error: { code: "event_too_large", limit: LIMITS.messageBytes, got: LIMITS.messageBytes + 1 } },
  });
  const batch = await send(
    "/v1/batch",
    `{"batch":[${JSON.stringify(message())},${padded(LIMITS.messageBytes + 1, "over-2")},${padded(LIMITS.messageBytes, "at-2")}]}`,
  );
  expect(batch).toMatchObject({
    status: 200,
    body: { accepted: 2, rejected: [{ index: 1, messageId: "over-2", code: "event_too_large" }] },
  });
});

test("the number of messages, the size as sent and the size inflated", async () => {
  const batch = (size: number, id: string) => ({
    batch: Array.from({ length: size }, (_, i) => ({ type: "track", event: "E", userId: "u", messageId: `${id}-${i}` })),
  });
  expect((await send("/v1/batch", batch(LIMITS.batchMessages, "many"))).body.accepted).toBe(LIMITS.batchMessages);
  expect(await send("/v1/batch", batch(LIMITS.batchMessages + 1, "more"))).toMatchObject({
    status: 400,
    body: { error: { code: "batch_too_long", limit: LIMITS.batchMessages, got: LIMITS.batchMessages + 1 } },
  });
  const space = (size: number): string => {
    const text = JSON.stringify({ batch: [message()] });
    return text.slice(0, -1) + " ".repeat(size - text.length) + "}";
  };
  expect((await send("/v1/batch", space(LIMITS.bodyBytes))).body.accepted).toBe(1);
  expect((await send("/v1/batch", space(LIMITS.bodyBytes + 1))).body.error).toMatchObject({
    code: "body_too_large",
    limit: LIMITS.bodyBytes,
  });
  expect((await send("/v1/batch", gzipSync(space(LIMITS.inflatedBytes)))).body.accepted).toBe(1);
  const bomb = await send("/v1/batch", gzipSync(space(LIMITS.inflatedBytes + 1)));
  expect(bomb).toMatchObject({ status: 400, body: { error: { code: "body_too_large", limit: LIMITS.inflatedBytes } } });
});

test("preflights: any origin, the headers of both SDKs, retry headers as asked, a day; no credentials", async () => {
  for (const path of [
    "/v1/t",
    "/v1/identify",
    "/v1/b",
    "/v1/batch",
    "/beacon/v1/batch",
    "/sourceConfig/",
    `/v1/projects/${source.key}/settings`,
    "/v1/m",
  ]) {
    const answer = await send(path, "", {
      method: "OPTIONS",
      key: null,
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "anonymousid,authorization,content-type,rsa-retry-attempt,rsa-since-last-attempt,evil",
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(answer.headers.get("vary")).toBe("Origin");
    expect(answer.headers.get("access-control-max-age")).toBe("86400");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    const allowed = answer.headers.get("access-control-allow-headers")?.split(", ");
    for (const name of [
      "authorization",
      "content-type",
      "anonymousid",
      "sentat",
      "x-write-key",
      "x-retry-count",
      "rsa-retry-attempt",
      "rsa-since-last-attempt",
    ]) {
      expect(allowed).toContain(name);
    }
    expect(allowed).not.toContain("evil");
  }
});

test("error answers can be read across origins", async () => {
  for (const [body, key, status] of [
    ["{", source.key, 400],
    ["{}", null, 401],
  ] as const) {
    const answer = await send("/v1/track", body, { key, headers: { origin: "https://shop.example" } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(answer.headers.get("access-control-expose-headers")).toContain("Retry-After");
  }
});

test("origins: a server-only source refuses browsers, an allow-list the others", async () => {
  const server = await makeSource(database, { settings: { serverOnly: true } });
  const listed = await makeSource(database, { settings: { allowedOrigins: ["https://shop.example", "https://*.shop.example"] } });
  const from = async (key: string, origin?: string) =>
    (await send("/v1/track", message(), { key, ...(origin === undefined ? {} : { headers: { origin } }) })).status;
  expect(await from(server.key)).toBe(200);
  expect(await from(server.key, "https://shop.example")).toBe(403);
  expect(await from(listed.key)).toBe(200);
  expect(await from(listed.key, "https://shop.example")).toBe(200);
  expect(await from(listed.key, "https://m.shop.example")).toBe(200);
  for (const origin of [
    "https://evil.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "http://shop.example",
    "null",
  ]) {
    expect(await from(listed.key, origin)).toBe(403);
  }
});

test("other methods and unknown paths, never a redirect", async () => {
  expect(await send("/v1/track", "", { method: "GET" })).toMatchObject({ status: 405, body: { error: { code: "method_not_allowed" } } });
  expect((await send("/v1/track", "{}", { method: "PUT" })).headers.get("allow")).toBe("POST, OPTIONS");
  for (const path of ["/v1/nothing", "/v1/", "/v1", "/beacon/v2", "/pixel/v1/identify"]) {
    expect(await send(path, "{}")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  }
  expect(listener.collect.matches("/v1/spaces/x/collections/users/profiles/user_id:1/traits")).toBe(false);
  expect(listener.collect.matches("/people")).toBe(false);
  expect(listener.collect.matches("/v1x")).toBe(false);
});

test("a batch is answered item by item; neighbours of bad items are stored; the sums add up", async () => {
  const own = await makeSource(database);
  const same = message();
  const batch = [
    same,
    null,
    "text",
    5,
    [],
    { batch: [message()] },
    same,
    message({ userId: undefined }),
    message({ event: "" }),
    message({ type: "trakc" }),
    message(),
  ];
  const { body, status } = await send("/v1/batch", { batch }, { key: own.key });
  expect(status).toBe(200);
  expect(body.accepted).toBe(2);
  expect(body.duplicates).toBe(1);
  expect(body.rejected.map((one) => [one.index, one.code])).toEqual([
    [1, "invalid_field"],
    [2, "invalid_field"],
    [3, "invalid_field"],
    [4, "invalid_field"],
    [5, "unknown_type"],
    [7, "no_user_anon_id"],
    [8, "missing_event"],
    [9, "unknown_type"],
  ]);
  expect(body.accepted + body.duplicates + body.rejected.length).toBe(batch.length);
  const kept = await database.sql<
    { code: string; sample: string }[]
  >`select code, sample from rejected_messages where source_id = ${own.id} and stage = 'collect'`;
  expect(kept).toHaveLength(8);
  expect(kept.some((row) => row.sample === "null")).toBe(true);
});

test("de-duplication holds across routes, in one body and under concurrency, on two listeners", async () => {
  const own = await makeSource(database);
  const second = await startListener(database);
  const first = message();
  expect((await send("/v1/track", first, { key: own.key })).body).toMatchObject({ accepted: 1, duplicates: 0 });
  expect((await send("/v1/batch", { batch: [first] }, { key: own.key })).body).toMatchObject({ accepted: 0, duplicates: 1 });
  expect((await send("/v1/t", { ...first, sentAt: new Date().toISOString() }, { key: own.key })).body).toMatchObject({
    accepted: 0,
    duplicates: 1,
  });
  const ids = Array.from({ length: 60 }, (_, i) => `conc-${i}`);
  const calls = Array.from({ length: 40 }, (_, c) => {
    const some = ids.filter((_, i) => (i * 7 + c) % 3 !== 0);
    const batch = (c % 2 ? some : some.toReversed()).map((messageId) => ({ type: "track", event: "E", userId: "u", messageId }));
    return fetch(`${c % 2 ? listener.url : second.url}/v1/batch`, {
      method: "POST",
      headers: { authorization: basic(own.key) },
      body: JSON.stringify({ batch }),
    }).then((response) => response.json() as Promise<Answer["body"]>);
  });
  const answers = await Promise.all(calls);
  expect(answers.reduce((sum, one) => sum + one.accepted, 0)).toBe(60);
  expect((await storedMessages(database, own.id)).filter((one) => String(one["messageId"]).startsWith("conc-"))).toHaveLength(60);
  const [conflicts] = await database.sql<
    { n: number }[]
  >`select coalesce(sum(conflicts), 0)::int as n from collect_tallies where source_id = ${own.id}`;
  expect(conflicts?.n).toBe(0);
  await second.close();
});

test("envelope: context and integrations go into every item, whose own keys win", async () => {
  const own = await makeSource(database);
  const batch = [message({ context: { locale: "de-DE" }, integrations: { A: true } }), message()];
  await send(
    "/v1/batch",
    { batch, context: { locale: "en-GB", app: { name: "x" } }, integrations: { All: false, A: false } },
    { key: own.key },
  );
  const [a, b] = await storedMessages(database, own.id);
  expect(a).toMatchObject({ context: { locale: "de-DE", app: { name: "x" } }, integrations: { All: false, A: true } });
  expect(b).toMatchObject({ context: { locale: "en-GB" }, integrations: { All: false, A: false } });
});

test("the address is filled in for websites, and for servers only where the message asks", async () => {
  const server = await makeSource(database);
  await send("/v1/track", message({ messageId: "ip-web" }));
  await send("/v1/track", message({ messageId: "ip-own", context: { ip: "203.0.113.7, 10.0.0.1" } }));
  await send("/v1/track", message({ messageId: "ip-none" }), { key: server.key });
  await send("/v1/track", message({ messageId: "ip-direct", context: { direct: true } }), { key: server.key });
  const all = [...(await storedMessages(database, source.id)), ...(await storedMessages(database, server.id))];
  const ip = (id: string) => (all.find((one) => one["messageId"] === id)?.["context"] as Record<string, unknown> | undefined)?.["ip"];
  expect([ip("ip-web"), ip("ip-own"), ip("ip-none"), ip("ip-direct")]).toEqual([
    "127.0.0.1",
    "203.0.113.7, 10.0.0.1",
    undefined,
    "127.0.0.1",
  ]);
});

test("a browser's Sec-GPC header stands in the context; a server's does not", async () => {
  const server = await makeSource(database);
  const gpc = { "sec-gpc": "1" };
  await send("/v1/track", message({ messageId: "gpc-web" }), { headers: gpc });
  await send("/v1/track", message({ messageId: "gpc-own", context: { gpc: false } }), { headers: gpc });
  await send("/v1/track", message({ messageId: "gpc-off" }), { headers: { "sec-gpc": "0" } });
  await send("/v1/track", message({ messageId: "gpc-server" }), { key: server.key, headers: gpc });
  const all = [...(await storedMessages(database, source.id)), ...(await storedMessages(database, server.id))];
  const read = (id: string) => (all.find((one) => one["messageId"] === id)?.["context"] as Record<string, unknown> | undefined)?.["gpc"];
  expect(["gpc-web", "gpc-own", "gpc-off", "gpc-server"].map(read)).toEqual([true, false, undefined, undefined]);
});

test("the pixel is a picture whatever happens, and stores what it can", async () => {
  const own = await makeSource(database, { type: "email" });
  const get = async (query: string) => {
    const response = await fetch(`${listener.url}/pixel/v1/track?${query}`);
    return [response.status, response.headers.get("content-type"), (await response.arrayBuffer()).byteLength] as const;
  };
  const gif = [200, "image/gif", 42] as const;
  expect(
    await get(
      `writeKey=${own.key}&anonymousId=a1&event=Email%20Opened&properties.campaign_id=c7&context.page.url=https%3A%2F%2Fx.y&__proto__.polluted=1&constructor.prototype.polluted=1&userId.x=1`,
    ),
  ).toEqual(gif);
  expect(await get(`writeKey=${own.key}&anonymousId=a1&event=Email%20Opened&properties.campaign_id=c7&messageId=px1`)).toEqual(gif);
  expect(await get("writeKey=nonsense&event=x")).toEqual(gif);
  expect(await get("")).toEqual(gif);
  const stored = await storedMessages(database, own.id);
  expect(stored).toHaveLength(1);
  expect(stored[0]).toMatchObject({
    type: "track",
    event: "Email Opened",
    anonymousId: "a1",
    channel: "web",
    properties: { campaign_id: "c7" },
  });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("a source's own rate gives 429 with whole seconds", async () => {
  const own = await makeSource(database, { settings: { rateLimit: 10 } });
  expect((await send("/v1/batch", { batch: Array.from({ length: 35 }, () => message()) }, { key: own.key })).body.accepted).toBe(35);
  const answer = await send("/v1/track", message(), { key: own.key, headers: { origin: "https://shop.example" } });
  expect(answer).toMatchObject({ status: 429, body: { error: { code: "rate_limited" } } });
  expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  expect(answer.headers.get("x-ratelimit-reset")).toBe(answer.headers.get("retry-after"));
  expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  expect((await storedMessages(database, own.id)).length).toBe(35);
});
