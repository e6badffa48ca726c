import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash, randomUUID, verify, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createApiKey } from "@/domain/access";
import { runErasures } from "@/domain/governance";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { createRequestsApi } from "./handler";

const folder = mkdtempSync(join(tmpdir(), "tributary-requests-api-"));
vi.mock(import("@/domain/kernel/env"), async (original) => {
  const real = await original();
  return { ...real, env: () => ({ ...real.env(), DATA_DIR: folder, MASTER_KEY: "11".repeat(32) }) };
});

const database = testDatabase();
let server: Server;
let origin = "";
let key = "";

beforeAll(async () => {
  await database.sql`insert into users (id, email, name, role, status) values ('usr_test_admin', 'a@x.test', 'Ada', 'admin', 'active')`;
  const made = await createApiKey(database.ctx(member("admin")), {
    name: "Controller",
    scopes: ["requests:write", "people:erase", "personal_data:see"],
  });
  key = made.key;
  const api = createRequestsApi({ database, origin: () => origin });
  server = createServer((req, res) => (api.matches(req.url ?? "") ? api.handle(req, res) : res.writeHead(404).end()));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await feed(database.sql, [
    { type: "identify", userId: "user-vera", traits: { email: "vera@example.com" } },
    { type: "identify", userId: "user-walt", traits: { email: "walt@example.com" } },
  ]);
  await processAll(database);
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const call = async (method: string, path: string, body?: unknown, token = key) => {
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    json: JSON.parse(text) as Record<string, never>,
    signature: answer.headers.get("x-opendsr-signature") ?? "",
  };
};

const request = (type: string, identity: Record<string, string>, extra: Record<string, unknown> = {}) => ({
  regulation: "gdpr",
  subject_request_id: randomUUID(),
  subject_request_type: type,
  submitted_time: "2026-11-23T10:00:00Z",
  subject_identities: [{ identity_format: "raw", ...identity }],
  api_version: "2.0",
  ...extra,
});

test("OpenDSR: discovery, request, status, results; every answer's signature holds", async () => {
  const discovery = await call("GET", "/v2/discovery");
  expect(discovery.json).toMatchObject({ api_version: "2.0", supported_subject_request_types: ["access", "portability", "erasure"] });
  const certificate = await (await fetch(`${origin}/v2/certificate`)).text();
  const { publicKey } = new X509Certificate(certificate);
  const body = request("access", { identity_type: "email", identity_value: "vera@example.com" });
  const made = await call("POST", "/v2/requests", body);
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({
    subject_request_id: body.subject_request_id,
    encoded_request: Buffer.from(JSON.stringify(body)).toString("base64"),
  });
  for (const { text, signature } of [discovery, made])
    expect(verify("sha256", Buffer.from(text), publicKey, Buffer.from(signature, "base64"))).toBe(true);
  expect(verify("sha256", Buffer.from(`${made.text} `), publicKey, Buffer.from(made.signature, "base64"))).toBe(false);

  const status = await call("GET", `/v2/requests/${body.subject_request_id}`);
  expect(status.json).toMatchObject({
    request_status: "completed",
    results_url: `${origin}/v2/requests/${body.subject_request_id}/results`,
  });
  expect((await call("GET", `/status/${body.subject_request_id}`)).json).toEqual(status.json);
  const results = await call("GET", `/v2/requests/${body.subject_request_id}/results`);
  expect(results.text).toContain("user-vera");
  expect(results.text).not.toContain("walt");
  expect((await call("POST", "/v2/requests", body)).status).toBe(409);
  expect((await call("DELETE", `/v2/requests/${body.subject_request_id}`)).status).toBe(409);
});

test("OpenDSR: an erasure by a hashed identity runs", async () => {
  const sha = createHash("sha256").update("vera@example.com").digest("hex");
  const body = request("erasure", { identity_type: "email", identity_value: sha, identity_format: "sha256" });
  expect((await call("POST", "/v2/requests", body)).status).toBe(201);
  expect((await call("GET", `/v2/requests/${body.subject_request_id}`)).json).toMatchObject({ request_status: "in_progress" });
  await runErasures(database);
  expect((await call("GET", `/v2/requests/${body.subject_request_id}`)).json).toMatchObject({ request_status: "completed" });
  expect(await database.sql`select 1 from identifiers where value = 'vera@example.com'`).toHaveLength(0);
});

test("bad requests are refused in OpenDSR's form without the identity; keys need the scopes", async () => {
  const bad = await call("POST", "/v2/requests", {
    ...request("erasure", { identity_type: "email", identity_value: "secret@example.com" }),
    subject_request_id: "1",
  });
  expect(bad.status).toBe(400);
  expect(bad.json).toMatchObject({ error: { code: 400, errors: [{ domain: "subject_request_id" }] } });
  expect(bad.text).not.toContain("secret@example.com");
  expect((await call("POST", "/v2/requests", {}, "trb_sk_nobody")).status).toBe(401);
  const { key: reader } = await createApiKey(database.ctx(member("admin")), { name: "Reader", scopes: ["profiles:read"] });
  expect((await call("POST", "/regulations", { regulationType: "DELETE_ONLY", subjectIds: ["x"] }, reader)).status).toBe(403);
});

test("regulations: delete, suppress, let in again, each by any identifier; the whole call or nothing", async () => {
  const run = async (regulationType: string, subjectType: string, subjectIds: string[]) => {
    const made = await call("POST", "/regulations", { regulationType, subjectType, subjectIds });
    expect(made.status, made.text).toBe(200);
    await runErasures(database);
    const { regulateId } = made.json["data"] as unknown as { regulateId: string };
    return (await call("GET", `/regulations/${regulateId}`)).json["data"] as unknown as { regulation: Record<string, unknown> };
  };
  const events = async () => (await database.sql`select 1 from identifiers where value = 'user-walt'`).length;
  expect(await run("SUPPRESS_WITH_DELETE", "EMAIL", ["walt@example.com", "never-seen@example.com"])).toMatchObject({
    regulation: { overallStatus: "FINISHED", subjects: 2, finished: 2 },
  });
  const again = async () => {
    await feed(database.sql, [{ type: "track", userId: "user-walt", event: "Back" }]);
    await processAll(database);
  };
  await again();
  expect(await events()).toBe(0);
  await run("UNSUPPRESS", "USER_ID", ["user-walt"]);
  await again();
  expect(await events()).toBe(1);
  await run("DELETE_ONLY", "USER_ID", ["user-walt"]);
  expect(await events()).toBe(0);
  await again();
  expect(await events()).toBe(1);
  await run("SUPPRESS_ONLY", "USER_ID", ["user-walt"]);
  expect(await events()).toBe(1);
  const before = (await database.sql`select 1 from dsr_requests`).length;
  expect(
    (
      await call("POST", "/regulations", {
        regulationType: "DELETE_ONLY",
        subjectType: "email",
        subjectIds: ["ok@example.com", "no address"],
      })
    ).status,
  ).toBe(400);
  expect((await database.sql`select 1 from dsr_requests`).length).toBe(before);
});
