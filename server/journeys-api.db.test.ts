import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiKey } from "@/domain/access";
import { createJourney, feedJourneys, publishJourney } from "@/domain/journeys";
import { EMPTY_JOURNEY } from "@/domain/journeys/model";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { createJourneysApi } from "./journeys-api";

const database = testDatabase();
let server: Server;
let origin = "";
let key = "";
let other = "";
let journey = "";

beforeAll(async () => {
  await database.sql`insert into users (id, email, name, role, status) values ('usr_test_admin', 'a@x.test', 'Ada', 'admin', 'active')`;
  const admin = database.ctx(member("admin"));
  key = (await createApiKey(admin, { name: "Shop", scopes: ["journeys:start"] })).key;
  other = (await createApiKey(admin, { name: "Reader", scopes: ["profiles:read"] })).key;
  const api = createJourneysApi({ database });
  server = createServer((req, res) => (api.matches(req.url ?? "") ? api.handle(req, res) : res.writeHead(404).end()));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await feed(database.sql, [{ type: "identify", userId: "user-vera", traits: { email: "vera@example.com" } }]);
  await processAll(database);
  await feedJourneys(database.ctx());
  const { id } = await createJourney(admin, {
    name: "By call",
    definition: {
      ...EMPTY_JOURNEY,
      entry: { kind: "api" },
      start: "a",
      nodes: [{ kind: "exit", id: "a" }],
      settings: { ...EMPTY_JOURNEY.settings, reentry: { kind: "always" } },
    },
  });
  journey = id;
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
});

const call = async (body: unknown, headers: Record<string, string> = {}, token = key, method = "POST") => {
  const answer = await fetch(`${origin}/api/v1/journeys/${journey}/start`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(method === "POST" ? { body: typeof body === "string" ? body : JSON.stringify(body) } : {}),
  });
  return { status: answer.status, json: (await answer.json()) as { ok: boolean; data?: object; error?: { message: string } } };
};
const runs = async () => {
  await feedJourneys(database.ctx());
  const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from journey_runs where journey_id = ${journey}`;
  return row?.n;
};

test("another system lets a person in, once per Idempotency-Key", async () => {
  expect(await call({ userId: "user-vera" })).toMatchObject({
    status: 412,
    json: { error: { message: expect.stringContaining("not live") } },
  });
  await publishJourney(database.ctx(member("admin")), { id: journey, basedOn: 1 });
  const first = await Promise.all(
    [1, 2, 3].map(() => call({ email: " Vera@Example.com", data: { plan: "pro" } }, { "idempotency-key": "order-7" })),
  );
  expect(first.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(first.filter(({ json }) => (json.data as { repeated: boolean }).repeated)).toHaveLength(2);
  expect(await runs()).toBe(1);
  // The run is over, and everybody may enter again: the key still means the first call.
  expect(await call({ email: " Vera@Example.com", data: { plan: "pro" } }, { "idempotency-key": "order-7" })).toMatchObject({
    status: 202,
    json: { data: { repeated: true } },
  });
  expect(await runs()).toBe(1);
  expect(await call({ userId: "user-vera" }, { "idempotency-key": "order-7" })).toMatchObject({ status: 409 });
  for (const n of [2, 3]) {
    expect((await call({ userId: "user-vera" })).status).toBe(202);
    expect(await runs()).toBe(n);
  }
  const [state] =
    await database.sql`select state #>> '{context,entry,plan}' as plan from journey_runs where journey_id = ${journey} order by id limit 1`;
  expect(state).toEqual({ plan: "pro" });
});

test("refuses with the way out", async () => {
  expect((await call({ userId: "user-vera" }, {}, "nonsense")).status).toBe(401);
  expect(await call({ userId: "user-vera" }, {}, other)).toMatchObject({
    status: 403,
    json: { error: { message: expect.stringContaining("journeys:start") } },
  });
  expect((await call({ userId: "nobody" })).status).toBe(404);
  expect((await call({ userId: "user-vera", email: "vera@example.com" })).status).toBe(400);
  expect((await call("{")).status).toBe(400);
  expect((await call({ userId: "user-vera", data: { text: "x".repeat(70_000) } })).status).toBe(400);
  expect((await call(undefined, {}, key, "GET")).status).toBe(405);
});
