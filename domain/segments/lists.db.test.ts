import { beforeAll, expect, test } from "vitest";
import type { Ctx } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { seedPeople } from "@/server/test/people";
import { computeSegment } from "./compute";
import { estimateRule, testPerson } from "./estimate";
import { getList, listLists, listMembersPage } from "./list-reads";
import { changeList, createList, deleteList, snapshotSegment } from "./lists";
import { stepSegments } from "./live";
import type { Leaf, Rule } from "./model";
import { getSegment, segmentMembersPage } from "./reads";
import { uploadToList } from "./upload-list";
import { createSegment, updateSegment } from "./verbs";

const database = testDatabase();
const ctx = (): Ctx => database.ctx();
const rule = (...children: Leaf[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match: "all", children } });
const on = (listId: string): Leaf => ({ kind: "list", id: "l", listId });

/** The text in pieces of a few bytes, as a slow upload brings it. */
async function* pieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}
const ids = async (listId: string): Promise<number[]> =>
  (await listMembersPage(ctx(), { id: listId })).rows.map(({ profileId }) => profileId);

beforeAll(() =>
  seedPeople(database, [
    { id: 1, name: "Ada", email: "ada@example.com", identifiers: [["email", "ada@example.com"]] },
    {
      id: 2,
      name: "Ben",
      identifiers: [
        ["email", "ben@example.com"],
        ["user_id", "u-2"],
      ],
    },
    { id: 3, name: "Cyd", identifiers: [["phone", "+493012345678"]] },
    // 4 is a fragment of 3.
    { id: 4, mergedInto: 3, identifiers: [["email", "cyd@example.com"]] },
    { id: 5, name: "Dan", identifiers: [["user_id", "007"]] },
  ]),
);

test("an upload says what it found, masks what it did not, and keeps no identifier", async () => {
  const { id } = await createList(ctx(), { name: "Fair visitors" });
  const csv =
    'Name;E-Mail\r\n"Ada; A.";  ADA@Example.com \r\nCyd;cyd@example.com\r\nEve;eve.nobody@example.com\r\nBad;no address\r\nAda;ada@example.com\r\nX;\r\n';
  const done = await uploadToList(ctx(), { id, fileName: "fair.csv" }, pieces(csv));
  expect(done).toMatchObject({ type: "email", rows: 6, matched: 3, unmatched: 1, invalid: 2, changed: 2, size: 2 });
  expect(done.sample.map(({ line, reason }) => [line, reason])).toEqual([
    [4, "nobody"],
    [5, "invalid"],
    [7, "invalid"],
  ]);
  expect(JSON.stringify(done.sample)).not.toContain("eve.nobody");
  expect(await ids(id)).toEqual([1, 3]);
  const stored =
    JSON.stringify(await database.sql`select * from list_uploads`) + JSON.stringify(await database.sql`select detail from audit_log`);
  expect(stored).not.toMatch(/eve\.nobody|ada@example/i);
  const [audit] = await database.sql<{ detail: object }[]>`select detail from audit_log where action = 'list.uploaded'`;
  expect(audit?.detail).toMatchObject({ mode: "add", rows: 6, matched: 3, unmatched: 1, invalid: 2, changed: 2 });
});

test("add, take off by any fragment, replace; types by choice; numbers stay text", async () => {
  const { id } = await createList(ctx(), { name: "Modes" });
  const upload = (text: string, more: object = {}) => uploadToList(ctx(), { id, ...more }, pieces(text));
  expect(await upload("user_id\n007\nu-2\n7\n")).toMatchObject({ type: "user_id", matched: 2, unmatched: 1, changed: 2 });
  expect(await upload("+49 30 12345678\n", { type: "phone" })).toMatchObject({ rows: 1, matched: 1, changed: 1, size: 3 });
  expect(await upload("email\ncyd@example.com\n", { mode: "remove" })).toMatchObject({ changed: 1, size: 2 });
  expect(await ids(id)).toEqual([2, 5]);
  expect(await upload("profile_id\n1\n4\n99\n0\nx\n", { mode: "replace" })).toMatchObject({
    matched: 2,
    unmatched: 1,
    invalid: 2,
    changed: 4,
    size: 2,
  });
  expect(await ids(id)).toEqual([1, 3]);
  expect((await getList(ctx(), { id })).uploads.map(({ mode }) => mode)).toEqual(["replace", "remove", "add", "add"]);
});

test("files that cannot be used are refused in words and change nothing", async () => {
  const { id } = await createList(ctx(), { name: "Refused" });
  const refused = async (bytes: AsyncIterable<Uint8Array>, more: object = {}): Promise<string> =>
    uploadToList(ctx(), { id, ...more }, bytes).then(
      () => "",
      (error: Error) => error.message,
    );
  expect(await refused(pieces(""))).toContain("empty");
  expect(await refused(pieces("email\n"))).toContain("no row");
  expect(await refused(pieces("a,b\n1,2\n"))).toContain("headed by a type");
  expect(await refused(pieces("a,b\n1,2\n"), { type: "email" })).toContain('headed "email"');
  expect(await refused(pieces('email\n"never closed\n'))).toContain("never closed");
  expect(await refused(pieces("\u001f\u008b", 1))).not.toBe("");
  async function* large(): AsyncGenerator<Uint8Array> {
    const piece = Buffer.from(`${"x".repeat(1023)}\n`.repeat(1024));
    yield Buffer.from("user_id\n");
    for (let i = 0; i < 51; i++) yield piece;
  }
  expect(await refused(large())).toContain("50 MB");
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("email\nada@example.com\n");
    throw new Error("gone");
  }
  expect(await refused(broken())).toBe("gone");
  expect(await ids(id)).toEqual([]);
  expect((await getList(ctx(), { id })).uploads).toEqual([]);
});

test("a row of a rule follows its list: counted, explained, live, and the list is not deleted meanwhile", async () => {
  const { id } = await createList(ctx(), { name: "VIP guests" });
  await uploadToList(ctx(), { id }, pieces("email\nada@example.com\ncyd@example.com\n"));
  expect(await estimateRule(ctx(), { rule: rule(on(id)) })).toMatchObject({ total: 2, base: 4 });
  expect((await testPerson(ctx(), { rule: rule(on(id)), query: "4" })).met).toBe(true);
  expect((await testPerson(ctx(), { rule: rule({ ...on(id), negate: true }), query: "2" })).met).toBe(true);
  const made = await createSegment(ctx(), { name: "Guests", rule: rule(on(id)) });
  expect((await getSegment(ctx(), { id: made.id })).sentence).toContain("VIP guests");
  await computeSegment(database, made.id, 1, { now: Date.now() });
  await uploadToList(ctx(), { id, mode: "replace" }, pieces("email\nada@example.com\nben@example.com\n"));
  while (!(await stepSegments(database, Date.now())).idle);
  expect((await segmentMembersPage(ctx(), { id: made.id })).rows.map(({ profileId }) => profileId)).toEqual([1, 2]);
  await expect(deleteList(ctx(), { id })).rejects.toThrow(/"VIP guests" is used by "Guests"/);
  expect(await listLists(ctx())).toContainEqual(expect.objectContaining({ id, size: 2, usedBy: 1 }));
  await updateSegment(ctx(), { id: made.id, basedOn: 1, rule: rule() });
  await deleteList(ctx(), { id });
  await expect(getList(ctx(), { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(createSegment(ctx(), { name: "Late", rule: rule(on(id)) })).rejects.toThrow(/list that does not exist/);
});

test("a snapshot keeps who was in", async () => {
  const known: Leaf = { kind: "known", id: "k" };
  const made = await createSegment(ctx(), { name: "Known", rule: rule(known) });
  await expect(snapshotSegment(ctx(), { segmentId: made.id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  await computeSegment(database, made.id, 1, { now: Date.now() });
  const { id, size } = await snapshotSegment(ctx(), { segmentId: made.id });
  const before = await ids(id);
  expect({ size, before: before.length }).toEqual({ size: 3, before: 3 });
  await updateSegment(ctx(), { id: made.id, basedOn: 1, rule: rule({ ...known, negate: true }) });
  await computeSegment(database, made.id, 2, { now: Date.now() });
  expect(await ids(id)).toEqual(before);
  await changeList(ctx(), { id, name: "Known in May" });
  expect(await getList(ctx(), { id })).toMatchObject({ name: "Known in May", origin: "snapshot", segmentName: "Known", segmentVersion: 1 });
});

test("who may what", async () => {
  const manager = database.ctx(member("manager"));
  await expect(listLists(manager)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(createList(manager, { name: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(uploadToList(manager, { id: "lst_x" }, pieces("email\n"))).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(uploadToList(ctx(), { id: "lst_x" }, pieces("email\n"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  const { id } = await createList(ctx(), { name: "Masked" });
  await uploadToList(ctx(), { id }, pieces("email\nada@example.com\n"));
  expect(JSON.stringify(await listMembersPage(database.ctx(member("marketer", false)), { id }))).not.toContain("ada@");
});
