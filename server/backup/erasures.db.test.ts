import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { approveRequest, createRequest, getRequest, runErasures, verifyByHand } from "@/domain/governance";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { testDatabase } from "@/server/test/database";
import { backup } from "./backup";
import { restore } from "./restore";

const folder = mkdtempSync(join(tmpdir(), "tributary-erasures-"));
vi.mock(import("@/domain/kernel/env"), async (original) => {
  const real = await original();
  return { ...real, env: () => ({ ...real.env(), DATA_DIR: folder, MASTER_KEY: "11".repeat(32) }) };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = testDatabase();
const target = testDatabase();

/** Tables in which a text stands somewhere. */
async function tablesWith(database: typeof source, text: string): Promise<string[]> {
  const tables = await database.sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`;
  const out: string[] = [];
  for (const { name } of tables) {
    const found = await database.sql`select 1 from ${database.sql(name)} t where t::text ilike ${`%${text}%`} limit 1`;
    if (found.length > 0) out.push(name);
  }
  return out;
}

test("a backup from before an erasure is restored without the person, whose later messages stay out", async () => {
  const ctx = source.ctx();
  await feed(source.sql, [
    { type: "identify", userId: "user-rosa", anonymousId: "anon-rosa", traits: { email: "rosa.marker@example.com" } },
    { type: "track", userId: "user-rosa", event: "Product Viewed" },
    { type: "identify", userId: "user-stay", traits: { email: "stay@example.com" } },
  ]);
  await processAll(source);
  // Not processed yet when the backup is made.
  await feed(source.sql, [{ type: "track", anonymousId: "anon-rosa", event: "Seen Later" }]);
  const file = join(folder, "yesterday.gz");
  await backup(source.url, file);
  await processAll(source);

  const { id } = await createRequest(ctx, { kind: "erasure", regime: "gdpr", identifiers: [{ type: "user_id", value: "user-rosa" }] });
  await verifyByHand(ctx, { id, how: "by phone" });
  await approveRequest(ctx, { id });
  await runErasures(source);
  expect(await tablesWith(source, "rosa")).toEqual([]);

  expect(await restore(target.url, file)).toMatchObject({ erasuresRepeated: 1 });
  expect(await tablesWith(target, "rosa")).toEqual([]);
  expect(await tablesWith(target, "user-stay")).toEqual(expect.arrayContaining(["identifiers", "inbox"]));
  const again = await getRequest(target.ctx(), id);
  expect(again.status).toBe("completed");
  expect(again.activity.map(({ code }) => code)).toContain("repeated");

  await feed(target.sql, [
    { type: "track", anonymousId: "anon-rosa", event: "Seen Again" },
    { type: "track", userId: "user-stay", event: "Seen Again" },
  ]);
  await processAll(target);
  expect(await tablesWith(target, "rosa")).toEqual([]);
  const [events] = await target.sql<{ n: number }[]>`select count(*)::int as n from events`;
  expect(events?.n).toBe(2);
});
