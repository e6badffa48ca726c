import { request, type ClientRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { basic, makeSource, startListener, storedMessages, type TestListener } from "./test-listener";

const database = testDatabase();
const open: TestListener[] = [];
afterAll(async () => {
  for (const one of open) await one.close();
});

async function listener(readingBytes: number): Promise<{ one: TestListener; headers: Record<string, string>; sourceId: string }> {
  const one = await startListener(database, { limits: { readingBytes } });
  open.push(one);
  const source = await makeSource(database);
  return { one, headers: { authorization: basic(source.key) }, sourceId: source.id };
}

/** A request whose body is written piece by piece, without a length. */
function chunked(one: TestListener, headers: Record<string, string>): { req: ClientRequest; status: Promise<number> } {
  const req = request({ port: one.port, path: "/v1/track", method: "POST", headers: { ...headers, "transfer-encoding": "chunked" } });
  const status = new Promise<number>((done, fail) => {
    req.on("response", (res) => {
      res.resume();
      done(res.statusCode ?? 0);
    });
    req.on("error", fail);
  });
  return { req, status };
}

const message = (id: string, bytes: number): string =>
  JSON.stringify({ type: "track", event: "E", userId: "u", messageId: id, properties: { text: ["x".repeat(5_000)], pad: "" } }).replace(
    '"pad":""',
    `"pad":[${Array.from({ length: Math.ceil(bytes / 5_000) }, () => `"${"y".repeat(4_990)}"`).join(",")}]`,
  );

test("bodies without a length are counted as they come: 429 beyond the room, and room again afterwards", async () => {
  const { one, headers, sourceId } = await listener(100_000);
  const first = chunked(one, headers);
  const whole = message("first", 80_000);
  first.req.write(whole.slice(0, 79_000));
  // The server has what was written when a small body no longer fits beside it.
  await expect
    .poll(async () => {
      const other = chunked(one, headers);
      other.req.end(message("other", 30_000));
      return other.status;
    })
    .toBe(429);
  first.req.end(whole.slice(79_000));
  expect(await first.status).toBe(200);
  const again = chunked(one, headers);
  again.req.end(message("again", 30_000));
  expect(await again.status).toBe(200);
  const stored = await storedMessages(database, sourceId);
  expect(stored.map((one) => one["messageId"])).toEqual(expect.arrayContaining(["first", "again"]));
});

test("what a body inflates to is counted too", async () => {
  const { one, headers } = await listener(150_000);
  const first = chunked(one, headers);
  first.req.write(message("held", 80_000).slice(0, 79_000));
  const packed = gzipSync(message("packed", 120_000));
  expect(packed.length).toBeLessThan(5_000);
  await expect
    .poll(async () => (await fetch(`${one.url}/v1/track`, { method: "POST", headers, body: packed })).status, { timeout: 5_000 })
    .toBe(429);
  first.req.destroy();
  await first.status.catch(() => {});
  await expect
    .poll(async () => (await fetch(`${one.url}/v1/track`, { method: "POST", headers, body: packed })).status, { timeout: 5_000 })
    .toBe(200);
});

test("a body that is announced and never comes takes no room from others", async () => {
  const { one, headers } = await listener(100_000);
  const silent = Array.from({ length: 5 }, () => {
    const req = request({ port: one.port, path: "/v1/track", method: "POST", headers: { ...headers, "content-length": "90000" } });
    req.on("error", () => {});
    req.flushHeaders();
    return req;
  });
  await Promise.all(
    silent.map((req) => new Promise((done) => req.on("socket", (socket) => (socket.connecting ? socket.on("connect", done) : done(null))))),
  );
  for (let i = 0; i < 5; i++) {
    const answer = await fetch(`${one.url}/v1/track`, { method: "POST", headers, body: message(`small-${i}`, 30_000) });
    expect(answer.status).toBe(200);
  }
  for (const req of silent) req.destroy();
});

test("repeated slashes are answered in place, as a host with a slash at its end makes them", async () => {
  const { one, headers, sourceId } = await listener(100_000);
  const paths = ["//v1/track", "/v1//track", "//v1//track//", "///v1/track"];
  for (const [i, path] of paths.entries()) {
    expect(one.collect.matches(path)).toBe(true);
    const answer = await new Promise<number>((done, fail) => {
      const req = request({ port: one.port, path, method: "POST", headers }, (res) => {
        res.resume();
        done(res.statusCode ?? 0);
      });
      req.on("error", fail);
      req.end(message(`slash-${i}`, 1));
    });
    expect(answer).toBe(200);
  }
  expect(await storedMessages(database, sourceId)).toHaveLength(paths.length);
  for (const path of ["//v1/spaces/x", "//evil.example/v1x", "/sources//x"]) expect(one.collect.matches(path)).toBe(false);
});
