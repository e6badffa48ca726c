import { expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { recordConsent } from "@/domain/preferences";
import { testDatabase } from "@/server/test/database";
import { computeSegment } from "./compute";
import { describe, plain } from "./describe";
import { estimateRule, testPerson } from "./estimate";
import { stepSegments } from "./live";
import type { Rule } from "./model";
import { segmentMembersPage } from "./reads";
import { createSegment } from "./verbs";

const db = testDatabase();
const RULE: Rule = {
  version: 1,
  root: { kind: "group", id: "g", match: "all", children: [{ kind: "consent", id: "c", purpose: "email_marketing", channel: "email" }] },
};

it("a row about consent counts, computes, lives and explains as the gate answers", async () => {
  const said = (yes: boolean) => ({ consent: { categoryPreferences: { email_marketing: yes } } });
  await feed(db.sql, [
    { type: "identify", userId: "a", context: said(true) },
    { type: "identify", userId: "b", context: said(false) },
    { type: "identify", userId: "c" },
  ]);
  await processAll(db);
  const ids = new Map(
    (await db.sql<{ id: number; value: string }[]>`select profile_id as id, value from identifiers`).map(({ id, value }) => [value, id]),
  );
  const members = async (id: string): Promise<number[]> =>
    (await segmentMembersPage(db.ctx(), { id })).rows.map(({ profileId }) => profileId).toSorted((x, y) => x - y);
  expect((await estimateRule(db.ctx(), { rule: RULE })).total).toBe(1);
  expect(plain(describe(RULE))).toContain("may be used for email marketing by E-mail");
  expect((await testPerson(db.ctx(), { rule: RULE, query: "user_id:a" })).met).toBe(true);
  expect((await testPerson(db.ctx(), { rule: RULE, query: "user_id:b" })).met).toBe(false);

  const { id, version } = await createSegment(db.ctx(), { name: "May be mailed", rule: RULE });
  await computeSegment(db, id, version, { now: Date.now() });
  expect(await members(id)).toEqual([ids.get("a")]);
  await recordConsent(db.ctx(), { profileId: ids.get("c") ?? 0, purpose: "email_marketing", state: "granted", note: "By letter." });
  await recordConsent(db.ctx(), { profileId: ids.get("a") ?? 0, purpose: "email_marketing", state: "withdrawn", note: "By letter." });
  await processAll(db);
  while (!(await stepSegments(db, Date.now())).idle);
  expect(await members(id)).toEqual([ids.get("c")]);
  expect((await estimateRule(db.ctx(), { rule: RULE })).total).toBe(1);
});
