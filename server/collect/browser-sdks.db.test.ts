import { build } from "esbuild";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { chromium, type Browser, type Page } from "@playwright/test";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { findBrowser } from "@/server/test/browser.mjs";
import { makeSource, startListener, storedMessages, type TestListener, type TestSource } from "./test-listener";
import { recordingProxy, type RecordingProxy } from "./test-proxy";

/** The published browser SDKs, unmodified, on a page of another origin than the collector. */
const database = testDatabase();
let listener: TestListener;
let proxy: RecordingProxy;
let browser: Browser;
let shop: Server;
let shopUrl = "";
let source: TestSource;
let page: Page;
const scripts = new Map<string, string>();

beforeAll(async () => {
  const executablePath = await findBrowser(process.cwd(), () => {});
  browser = await chromium.launch({ args: ["--no-sandbox"], ...(executablePath ? { executablePath } : {}) });
  listener = await startListener(database);
  proxy = await recordingProxy(listener.port);
  const bundled = await build({
    stdin: { contents: 'export { AnalyticsBrowser } from "@segment/analytics-next";', resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "Segment",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  scripts.set("/segment.js", bundled.outputFiles[0]?.text ?? "");
  const rudder = join(process.cwd(), "node_modules/@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js");
  scripts.set("/rudder.js", await readFile(rudder, "utf8"));
  shop = createServer((req, res) => {
    const path = (req.url ?? "/").split("?", 1)[0] ?? "/";
    const script = scripts.get(path);
    res.writeHead(200, { "content-type": script === undefined ? "text/html" : "text/javascript" });
    res.end(script ?? "<!doctype html><title>Shop</title><h1>Shop</h1>");
  });
  await new Promise<void>((done) => shop.listen(0, "127.0.0.1", done));
  // localhost and 127.0.0.1 are different origins (and sites) for the browser.
  shopUrl = `http://localhost:${(shop.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser.close();
  proxy.close();
  shop.close();
  shop.closeAllConnections();
  await listener.close();
});
beforeEach(async () => {
  proxy.seen = [];
  proxy.first = [];
  source = await makeSource(database, { type: "website" });
  const context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`${shopUrl}/?utm_source=nl&utm_campaign=spring`);
  return () => context.close();
});

interface Sdk {
  identify(id: string, traits: object): Promise<unknown>;
  track(event: string, properties?: object): Promise<unknown>;
  page(category?: string, name?: string): Promise<unknown>;
  group(id: string, traits?: object): Promise<unknown>;
  alias(id: string): Promise<unknown>;
  reset(anonymousToo: boolean): void;
}

/** What a visitor does, in the page, with whatever SDK lies in `window.sdk`. */
const visit = (): Promise<void> =>
  page.evaluate(async () => {
    const { sdk } = window as unknown as { sdk: Sdk };
    await sdk.page("Product", "Home");
    await sdk.track("Clicked", { a: 1 });
    await sdk.alias("n1");
    await sdk.identify("u1", { email: "a@b.c" });
    await sdk.group("g1", { name: "Acme" });
    // RudderStack keeps the anonymous id unless told otherwise; Segment takes no argument.
    sdk.reset(true);
    await sdk.track("After reset", {});
  });

const stored = () => storedMessages(database, source.id);
const waitFor = (n: number) => expect.poll(async () => (await stored()).length, { timeout: 30_000, interval: 100 }).toBe(n);

async function check(): Promise<void> {
  await waitFor(6);
  const all = await stored();
  const one = (type: string, event?: string) =>
    all.find((row) => row["type"] === type && (event === undefined || row["event"] === event)) ?? {};
  expect(new Set(all.map((row) => row["type"]))).toEqual(new Set(["page", "track", "alias", "identify", "group"]));
  expect(one("page")).toMatchObject({ name: "Home", category: "Product", properties: { name: "Home", category: "Product" } });
  expect(one("track", "Clicked")).toMatchObject({
    properties: { a: 1 },
    context: { campaign: { source: "nl", name: "spring" }, ip: "127.0.0.1" },
  });
  expect(one("identify")).toMatchObject({ userId: "u1", traits: { email: "a@b.c" } });
  expect((one("identify")["context"] as Record<string, unknown>)["traits"]).toBeUndefined();
  expect(one("group")).toMatchObject({ groupId: "g1", traits: { name: "Acme" } });
  expect(one("alias")).toMatchObject({ userId: "n1" });
  const after = one("track", "After reset");
  expect(after["userId"]).toBeUndefined();
  expect(after["anonymousId"]).not.toBe(one("track", "Clicked")["anonymousId"]);
  expect(JSON.stringify(all)).not.toContain(source.key);
  expect(proxy.seen.filter((request) => request.status >= 300)).toEqual([]);
  expect(proxy.seen.some((request) => request.method === "OPTIONS" && request.status === 204)).toBe(true);
  // The same requests once more: a retry after an answer that was lost on its way.
  for (const request of proxy.seen.filter((two) => two.method === "POST" && !two.path.startsWith("/v1/m"))) {
    const { authorization } = request.headers;
    const again = await fetch(proxy.url + request.path, {
      method: "POST",
      body: request.body as BodyInit,
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });
    expect(await again.json()).toMatchObject({ accepted: 0, rejected: [] });
  }
  expect(await stored()).toHaveLength(6);
}

async function loadSegment(batching: boolean): Promise<void> {
  await page.addScriptTag({ url: `${shopUrl}/segment.js` });
  await page.evaluate(
    async ([key, cdnURL, on]) => {
      const { Segment } = window as unknown as { Segment: { AnalyticsBrowser: { load(a: object, b: object): Promise<[Sdk]> } } };
      const options = on
        ? { integrations: { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 3, timeout: 300 } } } } }
        : {};
      const [analytics] = await Segment.AnalyticsBrowser.load({ writeKey: key, cdnURL }, options);
      (window as unknown as { sdk: Sdk }).sdk = analytics;
    },
    [source.key, proxy.url, batching] as const,
  );
}

test("@segment/analytics-next from npm: settings from us, every call arrives, a repeat changes nothing", async () => {
  await loadSegment(false);
  await visit();
  await check();
  expect(proxy.seen.some((request) => request.path === `/v1/projects/${source.key}/settings`)).toBe(true);
  expect(new Set(proxy.seen.filter((request) => request.method === "POST").map((request) => request.path))).toEqual(
    new Set(["/v1/p", "/v1/t", "/v1/a", "/v1/i", "/v1/g"]),
  );
});

test("@segment/analytics-next with batching sends to /v1/b", async () => {
  await loadSegment(true);
  await visit();
  await check();
  expect(new Set(proxy.seen.filter((request) => request.method === "POST").map((request) => request.path))).toEqual(new Set(["/v1/b"]));
});

test("the classic snippet loads analytics.min.js from us and works", async () => {
  await page.evaluate(
    ([key, host]) => {
      const methods = ["identify", "track", "page", "group", "alias", "reset", "ready"];
      const stub = [] as unknown as unknown[] & Record<string, unknown>;
      for (const method of methods) stub[method] = (...args: unknown[]) => void stub.push([method, ...args]);
      Object.assign(stub, { _writeKey: key, _cdn: host, SNIPPET_VERSION: "5.2.1", _loadOptions: {} });
      (window as unknown as Record<string, unknown>)["analytics"] = stub;
      const script = document.createElement("script");
      script.src = `${host}/analytics.js/v1/${key}/analytics.min.js`;
      script.async = true;
      document.head.append(script);
    },
    [source.key, proxy.url] as const,
  );
  await page.waitForFunction(() => (window as unknown as { analytics: { initialized?: boolean } }).analytics.initialized === true);
  await page.evaluate(() => {
    const both = window as unknown as { sdk: unknown; analytics: unknown };
    both.sdk = both.analytics;
  });
  await visit();
  await check();
});

test.each([429, 503])("@segment/analytics-next sends again after %s and the event is stored once", async (status) => {
  proxy.first = [{ status, headers: { "retry-after": "1" } }];
  await loadSegment(false);
  await page.evaluate(() => void (window as unknown as { sdk: Sdk }).sdk.track("Retried", {}));
  await waitFor(1);
  expect(proxy.seen.filter((request) => request.method === "POST").map((request) => request.status)).toEqual([status, 200]);
});

async function loadRudder(options: object): Promise<void> {
  await page.addScriptTag({ url: `${shopUrl}/rudder.js` });
  await page.evaluate(
    async ([key, url, more]) => {
      const global = window as unknown as Record<string, { RudderAnalytics: new () => Record<string, (...args: unknown[]) => unknown> }>;
      const Rudder = (global["rudderanalytics"] ?? global["RudderAnalytics"])?.RudderAnalytics;
      if (!Rudder) throw new Error("no SDK");
      const sdk = new Rudder();
      (window as unknown as { sdk: unknown }).sdk = sdk;
      await new Promise<void>((done) => {
        sdk["load"]?.(key, url, {
          configUrl: url,
          lockIntegrationsVersion: true,
          lockPluginsVersion: true,
          onLoaded: () => done(),
          ...more,
        });
      });
    },
    [source.key, proxy.url, options] as const,
  );
}

test("@rudderstack/analytics-js: configuration from us, every call arrives, traits out of the context", async () => {
  await loadRudder({});
  await visit();
  await check();
  expect(proxy.seen.some((request) => request.path.startsWith("/sourceConfig/") && request.status === 200)).toBe(true);
});

test("@rudderstack/analytics-js with batching and with the beacon", async () => {
  await loadRudder({ queueOptions: { batch: { enabled: true, maxItems: 3, flushInterval: 300 } } });
  await visit();
  await check();
  expect(proxy.seen.some((request) => request.path === "/v1/batch")).toBe(true);
});

test("@rudderstack/analytics-js over the beacon: no header, the key in the query", async () => {
  await loadRudder({ useBeacon: true, beaconQueueOptions: { flushQueueInterval: 300 } });
  await page.evaluate(() => {
    const { sdk } = window as unknown as { sdk: Sdk };
    void sdk.track("Beacon", { a: 1 });
  });
  await page.goto("about:blank");
  await waitFor(1);
  expect(
    proxy.seen.some((request) => request.path.startsWith("/beacon/v1/batch?writeKey=") && request.headers["authorization"] === undefined),
  ).toBe(true);
});

test.each([429, 503])("@rudderstack/analytics-js sends again after %s and the event is stored once", async (status) => {
  proxy.first = [{ status, headers: { "retry-after": "1" } }];
  await loadRudder({});
  await page.evaluate(() => void (window as unknown as { sdk: Sdk }).sdk.track("Retried", {}));
  await waitFor(1);
  const posts = proxy.seen.filter((request) => request.method === "POST");
  expect(posts.map((request) => request.status)).toEqual([status, 200]);
});
