import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash } from "node:crypto";
import { newApiKey } from "@/domain/access/api-key-format";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import { createProfileApi } from "./handler";

const database = testDatabase();
let server: Server;
let base = "";
const KEY = newApiKey();
const MASKED = newApiKey();
const OTHER = newApiKey();
const REVOKED = newApiKey();

const get = async (path: string, key: string | null = KEY, init: RequestInit = {}) => {
  const response = await fetch(`${base}/v1/spaces/any/collections/${path}`, {
    ...init,
    headers: { ...(key === null ? {} : { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` }), ...init.headers },
  });
  expect(response.headers.get("request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are checked by value
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
};

beforeAll(async () => {
  await seedPeople(database, [
    {
      id: 1,
      name: "Jane Doe",
      email: "jane+x@example.com",
      traits: Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`t${String(n).padStart(2, "0")}`, n])),
      identifiers: [
        ["user_id", "u1"],
        ["email", "jane+x@example.com"],
      ],
      events: [
        { event: "$identify", at: "2026-03-01T00:00:00.000Z" },
        { event: "Page Viewed", at: "2026-03-02T00:00:00.000Z", properties: { path: "/" } },
        ...Array.from({ length: 5 }, (_, n) => ({
          event: "Product Viewed",
          at: "2026-03-03T00:00:00.000Z",
          properties: { n, email: "jane+x@example.com" },
        })),
      ],
    },
    {
      id: 2,
      mergedInto: 1,
      identifiers: [["anonymous_id", "a-2"]],
      events: [{ event: "Order Completed", at: "2026-02-01T00:00:00.000Z", source: "src_crm" }],
    },
    { id: 3, identifiers: [["user_id", "u3"]] },
  ]);
  await database.sql`insert into accounts (id, name, traits, meta, first_seen_at, last_seen_at)
    values ('acme', 'Acme', '{"name":"Acme","plan":"gold"}', '{"plan":{"at":"2026-01-01T00:00:00.000Z","sourceId":"src_crm","messageId":"g1"}}', '2026-01-01', '2026-01-02')`;
  await database.sql`insert into account_links (profile_id, account_id, first_seen_at, last_seen_at, source_id, message_id)
    values (2, 'acme', '2026-01-01', '2026-01-02', 'src_crm', 'g1'), (3, 'acme', '2026-01-01', '2026-01-02', 'src_crm', 'g2')`;
  const key = (id: string, text: string, scopes: string[], revoked = false) =>
    database.sql`insert into api_keys (id, name, key_hash, prefix, last4, scopes, revoked_at)
      values (${id}, ${id}, ${createHash("sha256").update(text).digest("hex")}, 'trb_sk', 'test', ${scopes}::text[], ${revoked ? new Date() : null})`;
  await key("key_full", KEY, ["profile_api:read", "personal_data:see"]);
  await key("key_masked", MASKED, ["profile_api:read"]);
  await key("key_other", OTHER, ["sources:read"]);
  await key("key_revoked", REVOKED, ["profile_api:read"], true);
  const api = createProfileApi({ database });
  server = createServer((req, res) => api.handle(req, res));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

describe("refusals", () => {
  test.each([
    ["no key", "users/profiles/user_id:u1/traits", null, 401, "authentication_error"],
    ["an unknown key", "users/profiles/user_id:u1/traits", newApiKey(), 401, "authentication_error"],
    ["a revoked key", "users/profiles/user_id:u1/traits", REVOKED, 401, "authentication_error"],
    ["a key without the scope", "users/profiles/user_id:u1/traits", OTHER, 403, "authentication_error"],
    ["nobody", "users/profiles/user_id:nobody/traits", KEY, 404, "not_found"],
    ["an unknown account", "accounts/profiles/group_id:none/traits", KEY, 404, "not_found"],
    ["another collection", "devices/profiles/user_id:u1/traits", KEY, 400, "invalid_request_error"],
    ["no type", "users/profiles/u1/traits", KEY, 400, "invalid_request_error"],
    ["broken encoding", "users/profiles/user_id:%E0%A4%A/traits", KEY, 400, "invalid_request_error"],
    ["a NUL", "users/profiles/user_id:a%00b/traits", KEY, 400, "invalid_request_error"],
    ["a limit too high", "users/profiles/user_id:u1/traits?limit=201", KEY, 400, "validation_error"],
    ["no date", "users/profiles/user_id:u1/events?start=yesterday", KEY, 400, "validation_error"],
    ["a made-up cursor", "users/profiles/user_id:u1/events?next=abc", KEY, 400, "validation_error"],
    ["an unknown part", "users/profiles/user_id:u1/secrets", KEY, 404, "not_found"],
  ])("%s", async (_name, path, key, status, code) => {
    const { status: got, body } = await get(path, key);
    expect([got, body.error.code]).toEqual([status, code]);
    expect(typeof body.error.message).toBe("string");
  });

  test("reads only, and the texts of Segment", async () => {
    const post = await get("users/profiles/user_id:u1/traits", KEY, { method: "POST", body: "{}" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await get("users/profiles/user_id:nobody/metadata")).body).toEqual({
      error: { code: "not_found", message: "Profile was not found." },
    });
  });
});

describe("users", () => {
  test("traits: ten at first, then by cursor to the end, each once", async () => {
    const seen: string[] = [];
    let next = "";
    for (let page = 0; page < 9; page++) {
      const { body } = await get(`users/profiles/user_id:u1/traits${next === "" ? "" : `?next=${next}`}`);
      seen.push(...Object.keys(body.traits));
      expect(body.cursor).toMatchObject({
        url: "/v1/spaces/any/collections/users/profiles/user_id:u1/traits",
        limit: 10,
        has_more: seen.length < 25,
      });
      if (!body.cursor.has_more) break;
      next = body.cursor.next;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `t${String(n).padStart(2, "0")}`));
  });

  test("traits: include, verbose, class", async () => {
    expect((await get("users/profiles/email:jane%2Bx@example.com/traits?include=t03,t04,none")).body.traits).toEqual({ t03: 3, t04: 4 });
    expect((await get("users/profiles/anonymous_id:a-2/traits?include=t03&verbose=true")).body.traits).toEqual({
      t03: { value: 3, source_id: "src_web", updated_at: "2026-02-01T00:00:00.000Z" },
    });
    expect((await get("users/profiles/user_id:u1/traits?class=audience")).body.traits).toEqual({});
    expect((await get("users/profiles/user_id:u1/traits?class=other")).status).toBe(400);
  });

  test("external ids of all fragments", async () => {
    const { body } = await get("users/profiles/user_id:u1/external_ids?limit=2");
    expect(body.data.map((item: { type: string }) => item.type)).toEqual(["anonymous_id", "email"]);
    expect(body.data[0]).toEqual({
      source_id: "src_web",
      collection: "users",
      id: "a-2",
      type: "anonymous_id",
      created_at: "2026-01-01T00:00:00.000Z",
      encoding: "none",
      first_message_id: "m-2-0",
    });
    const rest = await get(`users/profiles/user_id:u1/external_ids?limit=2&next=${body.cursor.next}`);
    expect(rest.body.data.map((item: { type: string }) => item.type)).toEqual(["user_id"]);
    expect(rest.body.cursor).toMatchObject({ has_more: false, next: "" });
    expect((await get("users/profiles/user_id:u1/external_ids?include=email")).body.data).toHaveLength(1);
  });

  test("events: behaviour of all fragments, both orders, paged under equal times", async () => {
    const { body } = await get("users/profiles/user_id:u1/events");
    expect(body.data.map((event: { event: string }) => event.event)).toEqual([
      ...Array.from({ length: 5 }, () => "Product Viewed"),
      "Page Viewed",
      "Order Completed",
    ]);
    expect(body.data[5]).toMatchObject({
      type: "page",
      properties: { path: "/" },
      source_id: "src_web",
      timestamp: "2026-03-02T00:00:00.000Z",
    });
    expect(body.data[6]).toMatchObject({
      type: "track",
      external_ids: [{ collection: "users", type: "anonymous_id", id: "a-2", encoding: "none" }],
    });
    for (const sort of ["asc", "desc"]) {
      const ids: string[] = [];
      let next = "";
      do {
        const page = await get(`users/profiles/user_id:u1/events?sort=${sort}&limit=2${next === "" ? "" : `&next=${next}`}`);
        ids.push(...page.body.data.map((event: { message_id: string }) => event.message_id));
        next = page.body.cursor.next;
      } while (next !== "");
      const whole = body.data.map((event: { message_id: string }) => event.message_id);
      expect(ids).toEqual(sort === "desc" ? whole : whole.toReversed());
    }
    expect((await get("users/profiles/user_id:u1/events?start=2026-03-01&end=2026-03-02T12:00:00Z")).body.data).toHaveLength(1);
    expect((await get("users/profiles/user_id:u1/events?include=Order%20Completed")).body.data).toHaveLength(1);
    expect((await get("users/profiles/user_id:u1/events?exclude=Product%20Viewed,Page%20Viewed")).body.data).toHaveLength(1);
  });

  test("metadata and links", async () => {
    expect((await get("users/profiles/user_id:u1/metadata")).body.metadata).toMatchObject({
      created_at: "2026-01-01T00:00:00.000Z",
      expires_at: null,
      first_source_id: "src_crm",
      last_source_id: "src_web",
    });
    expect((await get("users/profiles/user_id:u1/links")).body.data).toEqual([
      { to_collection: "accounts", external_ids: [{ type: "group_id", id: "acme", collection: "accounts", encoding: "none" }] },
    ]);
  });

  test("masked without the scope that sees personal data", async () => {
    for (const what of ["traits", "external_ids", "events", "metadata", "links"]) {
      const { status, body } = await get(`users/profiles/user_id:u1/${what}?limit=20`, MASKED);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toMatch(/jane|example\.com/);
    }
  });
});

test("accounts: traits, ids, links to people through their canonical profile", async () => {
  expect((await get("accounts/profiles/group_id:acme/traits")).body.traits).toEqual({ name: "Acme", plan: "gold" });
  expect((await get("accounts/profiles/group_id:acme/external_ids")).body.data).toMatchObject([
    { type: "group_id", id: "acme", collection: "accounts" },
  ]);
  expect((await get("accounts/profiles/group_id:acme/metadata")).body.metadata).toMatchObject({ first_message_id: "g1", expires_at: null });
  expect((await get("accounts/profiles/group_id:acme/events")).body.data).toEqual([]);
  const { body } = await get("accounts/profiles/group_id:acme/links?limit=1");
  expect(body.data[0].external_ids.map((item: { id: string }) => item.id)).toEqual(["a-2", "jane+x@example.com", "u1"]);
  const second = await get(`accounts/profiles/group_id:acme/links?limit=1&next=${body.cursor.next}`);
  expect(second.body.data).toEqual([
    { to_collection: "users", external_ids: [{ type: "user_id", id: "u3", collection: "users", encoding: "none" }] },
  ]);
});
