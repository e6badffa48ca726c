import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { importLocalFile } from "@/domain/imports";
import { createSource } from "@/domain/sources";
import { basic, makeSource, startListener, type TestSource } from "@/server/collect/test-listener";
import { testDatabase } from "@/server/test/database";
import { likePatterns, verifyGone } from "./erase-mentions";
import { approveRequest, createRequest, runErasures, verifyByHand } from "./index";
import { Mentions } from "./mentions";

const dataDir = mkdtempSync(join(tmpdir(), "tributary-suppression-"));
process.env["DATA_DIR"] = dataDir;
const database = testDatabase();
const listener = startListener(database);
let source: TestSource;
beforeAll(async () => {
  source = await makeSource(database);
});
afterAll(async () => {
  await (await listener).close();
  rmSync(dataDir, { recursive: true, force: true });
});

const MARKERS = ["gone-user", "gone.person@example.com", "gone-anon", "Gone Person"];

async function batch(messages: object[]): Promise<void> {
  const answer = await fetch(`${(await listener).url}/v1/batch`, {
    method: "POST",
    headers: { authorization: basic(source.key), "content-type": "application/json" },
    body: JSON.stringify({ batch: messages }),
  });
  expect(answer.status).toBe(200);
  await processAll(database);
}

async function importFile(lines: string[]): Promise<void> {
  const path = join(dataDir, `people-${lines.length}-${Math.random().toString(36).slice(2)}.csv`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  const { id } = await createSource(database.ctx(), { name: `File ${path.slice(-9)}`, type: "csv" });
  await importLocalFile(database.ctx(), database, { path, sourceId: id, mapping: "auto", dryRun: false });
  rmSync(path);
  await processAll(database);
}

async function request(kind: string): Promise<void> {
  const { id } = await createRequest(database.ctx(), { kind, regime: "gdpr", identifiers: [{ type: "user_id", value: "gone-user" }] });
  await verifyByHand(database.ctx(), { id, how: "in person" });
  await approveRequest(database.ctx(), { id });
}

/** Everything that could bring the person back, by each way in. */
async function comeBack(round: string): Promise<void> {
  await batch([
    { type: "track", event: "Order Completed", userId: "gone-user", messageId: `${round}-1`, properties: { total: 5 } },
    {
      type: "identify",
      userId: `other-${round}`,
      messageId: `${round}-2`,
      traits: { email: "Gone.Person@example.com", name: "Gone Person" },
    },
    { type: "alias", userId: `other-${round}`, previousId: "gone-user", messageId: `${round}-3` },
    { type: "page", anonymousId: "gone-anon", messageId: `${round}-4` },
  ]);
  await importFile([
    "user_id,email,name",
    `gone-user,gone.person@example.com,Gone Person ${round}`,
    `kept-${round},kept-${round}@example.com,Kept`,
  ]);
}

test("a suppressed, then erased person comes in by no way: /v1/batch, aliases, CSV", async () => {
  await batch([
    {
      type: "identify",
      userId: "gone-user",
      anonymousId: "gone-anon",
      messageId: "0",
      traits: { email: "gone.person@example.com", name: "Gone Person" },
    },
  ]);
  await request("suppression");
  const held = async (): Promise<unknown> => ({
    identifiers: await database.sql`select type, value from identifiers where value = any(${MARKERS}::text[]) order by 1, 2`,
    traits: await database.sql`select traits from profile_traits where traits::text like '%Gone Person%'`,
    events:
      await database.sql`select count(*)::int as n from events where profile_id in (select profile_id from identifiers where value = 'gone-user')`,
  });
  const before = await held();
  await comeBack("first");
  expect(await held()).toEqual(before);
  expect(await database.sql`select 1 from identifiers where value = 'kept-first'`).toHaveLength(1);

  await request("erasure");
  expect(await runErasures(database)).toEqual({ completed: 1, failed: 0 });
  await comeBack("second");
  expect(await database.sql`select 1 from identifiers where value = 'kept-second'`).toHaveLength(1);
  const { left } = await verifyGone(database.sql, new Mentions(MARKERS), likePatterns(MARKERS), 1e12);
  expect(left).toEqual({});
  const [hits] = await database.sql<{ n: number }[]>`select sum(hits)::int as n from suppressions`;
  expect(hits?.n).toBeGreaterThanOrEqual(10);
});
