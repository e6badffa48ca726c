import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { Analytics } from "@segment/analytics-node";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { makeSource, startListener, storedMessages, type TestListener } from "./test-listener";
import { recordingProxy, type RecordingProxy } from "./test-proxy";

const database = testDatabase();
let listener: TestListener;
let proxy: RecordingProxy;
let url = "";
beforeAll(async () => {
  listener = await startListener(database);
  proxy = await recordingProxy(listener.port);
  url = proxy.url;
});
beforeEach(() => {
  proxy.seen = [];
  proxy.first = [];
});
afterAll(async () => {
  proxy.close();
  await listener.close();
});

test("@segment/analytics-node: all six calls arrive; the same request again changes nothing", async () => {
  const source = await makeSource(database);
  const sdk = new Analytics({ writeKey: source.key, host: url });
  const failures: unknown[] = [];
  sdk.on("error", (error) => failures.push(error));
  sdk.identify({ userId: "u1", traits: { email: "a@b.c", plan: "pro" } });
  sdk.track({ userId: "u1", event: "Order Completed", properties: { revenue: 12.5 }, timestamp: new Date("2024-01-02T03:04:05.000Z") });
  sdk.page({ anonymousId: "an1", name: "Home", properties: { url: "https://x.y" } });
  sdk.screen({ userId: "u1", name: "S" });
  sdk.group({ userId: "u1", groupId: "g1", traits: { name: "Acme" } });
  sdk.alias({ userId: "u1", previousId: "an1" });
  await sdk.closeAndFlush();
  expect(failures).toEqual([]);
  const stored = await storedMessages(database, source.id);
  expect(stored.map((one) => one["type"])).toEqual(["identify", "track", "page", "screen", "group", "alias"]);
  expect(stored[0]).toMatchObject({
    userId: "u1",
    traits: { email: "a@b.c", plan: "pro" },
    context: { library: { name: "@segment/analytics-node" } },
  });
  expect(stored[1]).toMatchObject({
    event: "Order Completed",
    properties: { revenue: 12.5 },
    originalTimestamp: "2024-01-02T03:04:05.000Z",
  });
  expect(String(stored[1]?.["timestamp"])).toMatch(/^2024-01-02T03:04:/);
  expect(stored[2]).toMatchObject({ anonymousId: "an1", name: "Home", properties: { name: "Home", url: "https://x.y" } });
  expect(stored[4]).toMatchObject({ groupId: "g1", traits: { name: "Acme" } });
  expect(stored[5]).toMatchObject({ userId: "u1", previousId: "an1" });
  expect(JSON.stringify(stored)).not.toContain(source.key);
  for (const one of proxy.seen.filter((request) => request.status === 200)) {
    const { authorization = "" } = one.headers;
    const again = await fetch(url + one.path, { method: "POST", headers: { authorization }, body: one.body as BodyInit });
    expect(await again.json()).toMatchObject({ accepted: 0, rejected: [] });
  }
  expect(await storedMessages(database, source.id)).toHaveLength(6);
});

test.each([
  [429, { "retry-after": "1" }],
  [503, { "retry-after": "1" }],
  [500, {}],
] as [number, Record<string, string>][])(
  "@segment/analytics-node sends again after %s, and the event is stored once",
  async (status, headers) => {
    proxy.first = [{ status, headers }];
    const source = await makeSource(database);
    const sdk = new Analytics({ writeKey: source.key, host: url });
    sdk.track({ userId: "u1", event: "Retried" });
    await sdk.closeAndFlush({ timeout: 20_000 });
    expect(await storedMessages(database, source.id)).toHaveLength(1);
    expect(proxy.seen.map((one) => one.status)).toEqual([status, 200]);
    expect(proxy.seen[1]?.headers["x-retry-count"]).toBe("1");
  },
);

test("@segment/analytics-node takes our own 401 as final", async () => {
  const sdk = new Analytics({ writeKey: "trb_w_wrong", host: url });
  const failures: unknown[] = [];
  sdk.on("error", (error) => failures.push(error));
  sdk.track({ userId: "u1", event: "Lost" });
  await sdk.closeAndFlush();
  expect(proxy.seen.map((one) => one.status)).toEqual([401]);
  expect(failures).toHaveLength(1);
});

test.each([true, false])("@rudderstack/rudder-sdk-node (gzip %s): all six calls arrive, traits from the context too", async (gzip) => {
  const source = await makeSource(database);
  const sdk = new RudderAnalytics(source.key, { dataPlaneUrl: url, gzip, flushAt: 6, flushInterval: 200, logLevel: "silent" });
  sdk.identify({ userId: "u2", traits: { email: "d@e.f" } });
  sdk.track({ userId: "u2", event: "Order Completed", properties: { revenue: 5 } });
  sdk.page({ userId: "u2", name: "Home" });
  sdk.screen({ userId: "u2", name: "Start" });
  sdk.group({ userId: "u2", groupId: "g2", traits: { name: "Acme" } });
  sdk.alias({ userId: "u2", previousId: "an2" });
  await expect.poll(async () => (await storedMessages(database, source.id)).length, { timeout: 20_000 }).toBe(6);
  const stored = await storedMessages(database, source.id);
  expect(new Set(stored.map((one) => one["type"]))).toEqual(new Set(["identify", "track", "page", "screen", "group", "alias"]));
  expect(stored.find((one) => one["type"] === "identify")).toMatchObject({ userId: "u2", traits: { email: "d@e.f" } });
  expect(proxy.seen.every((one) => one.status === 200)).toBe(true);
});
