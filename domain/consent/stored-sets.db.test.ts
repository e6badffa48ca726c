import fc from "fast-check";
import { expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { createContext, type Ctx } from "@/domain/kernel/context";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { testDatabase } from "@/server/test/database";
import { allowedSet, keepConsentSets } from "./allowed-set";
import { blockGate } from "./reset";
import { packSet, pruneConsentChanges, saveSet, unpackSet } from "./stored-sets";
import { noteConsentChanges } from "./write-statements";

const db = testDatabase();
/** As a process that has just started: it remembers nothing. */
const started = (): Ctx => createContext({ kind: "job", id: "test" }, { ...db });
const use = { purpose: "advertising" };
const ids = async (): Promise<number[]> => [...(await allowedSet(started(), use))];

test("packing gives any set back", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(300_000), fc.integer({ min: 65_530, max: 65_540 }))), (list) => {
      const set = IdSet.of(list);
      expect([...unpackSet(packSet(set))]).toEqual([...set]);
    }),
  );
  expect([...unpackSet(packSet(IdSet.range(1, 200_000)))]).toHaveLength([...IdSet.range(1, 200_000)].length);
});

test("a process that starts reads the kept set and what changed since; when people are made anew it reads all", async () => {
  const consent = { consent: { categoryPreferences: { advertising: true } } };
  await feed(
    db.sql,
    [1, 2, 3].map((n) => ({ userId: `u${n}`, event: "Segment Consent Preference Updated", context: consent })),
  );
  await processAll(db);
  const all = await ids();
  expect(all).toHaveLength(3);
  expect(await keepConsentSets({ ...db }, 60_000)).toBeGreaterThan(5);
  expect(await keepConsentSets({ ...db }, 60_000)).toBe(0);

  // A kept set that is wrong shows that it is read, and that a noted change sets its people right.
  const [first = 0, ...rest] = all;
  const rows = await db.sql<{ key: string; set: Buffer }[]>`select key, set from consent_sets where key like '%"purposeId":"advertising"%'`;
  for (const { key, set } of rows)
    await db.sql`update consent_sets set set = ${packSet(unpackSet(set).andNot(IdSet.of([first])))} where key = ${key}`;
  expect(await ids()).toEqual(rest);
  await noteConsentChanges(db.sql, [first]);
  expect(await ids()).toEqual(all);

  // Changes that are pruned: sets of that time are, too.
  await db.sql`update consent_changes set at = now() - interval '8 days'`;
  await db.sql`update consent_sets set saved_at = now() - interval '7 days'`;
  expect(await ids()).toEqual(all);
  expect(await pruneConsentChanges(db.sql)).toBeGreaterThan(0);
  expect(await db.sql`select 1 from consent_changes union all select 1 from consent_sets`).toHaveLength(0);

  const [before] = await db.sql<{ version: number }[]>`select version from consent_config`;
  await keepConsentSets({ ...db }, 0);
  await db.sql.begin((tx) => blockGate(tx as never, undefined));
  expect(await db.sql`select 1 from consent_sets`).toHaveLength(0);
  // A worker that read before cannot put its set back.
  expect(await saveSet(db.sql, "k", { xmin: "1", at: Date.now(), set: IdSet.EMPTY }, before?.version ?? 0)).toBe(false);
});
