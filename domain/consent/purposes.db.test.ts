import { expect, it } from "vitest";
import { feed } from "@/domain/identity/test/feed";
import { processAll } from "@/domain/identity";
import { member, testDatabase } from "@/server/test/database";
import { allowedSet } from "./allowed-set";
import { mayUse } from "./gate";
import type { PurposeTerms } from "./model";
import { changeUse, previewPolicy, readPolicy, savePolicy } from "./policy";
import { archivePurpose, listPurposes, previewPurpose, publishPurpose, savePurpose } from "./purposes";

const db = testDatabase();
const admin = () => db.ctx(member("admin"));
const TERMS: PurposeTerms = {
  legalBasis: "consent",
  channels: ["email"],
  regions: [],
  categories: ["Club"],
  tcfPurposes: [],
  usOptOut: false,
  sensitive: false,
  doubleOptIn: false,
  validDays: null,
};
const notices = [{ locale: "en", title: "Coffee club", text: "May we write to you about the club?" }];
const input = { name: "Coffee club", description: "Letters of the club.", listed: true, terms: TERMS, notices };

it("a purpose is drafted, previewed, published in versions that stay, and archived", async () => {
  await feed(
    db.sql,
    ["a", "b", "c"].map((userId) => ({
      userId,
      event: "Segment Consent Preference Updated",
      context: { consent: { categoryPreferences: { club: userId !== "c" } } },
    })),
  );
  await processAll(db);
  const { id, version } = await savePurpose(admin(), input);
  expect({ id, version }).toEqual({ id: "coffee_club", version: 1 });
  // A draft changes nothing for anybody.
  expect((await allowedSet(db.ctx(), { purpose: id })).size).toBe(0);
  expect(await previewPurpose(admin(), { id, terms: TERMS })).toEqual({ before: 0, after: 2 });
  await publishPurpose(admin(), { id });
  expect((await allowedSet(db.ctx(), { purpose: id })).size).toBe(2);
  await expect(publishPurpose(admin(), { id })).rejects.toMatchObject({ code: "CONFLICT" });

  await savePurpose(admin(), {
    ...input,
    id,
    terms: { ...TERMS, legalBasis: "legitimate_interest" },
    notices: [{ ...notices[0], text: "Other words." }],
  });
  await publishPurpose(admin(), { id });
  expect((await allowedSet(db.ctx(), { purpose: id })).size).toBe(2);
  const [one] = (await listPurposes(admin())).filter((purpose) => purpose.id === id);
  expect(one?.versions.map((item) => [item.version, item.terms.legalBasis, item.notices[0]?.text])).toEqual([
    [2, "legitimate_interest", "Other words."],
    [1, "consent", "May we write to you about the club?"],
  ]);
  expect(one?.versions[0]?.notices[0]?.hash).not.toBe(one?.versions[1]?.notices[0]?.hash);

  await archivePurpose(admin(), { id, archived: true });
  const [row] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where value = 'a'`;
  expect((await mayUse(db.ctx(), { profileId: row?.id ?? 0, purpose: id })).reason).toBe("unknown_purpose");
  await archivePurpose(admin(), { id, archived: false });
  expect((await mayUse(db.ctx(), { profileId: row?.id ?? 0, purpose: id })).reason).toBe("allowed");
  await expect(archivePurpose(admin(), { id: "service", archived: true })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await db.sql`select distinct action from audit_log where object_id = ${id} order by 1`).toEqual(
    ["purpose.archived", "purpose.draft_saved", "purpose.published", "purpose.restored"].map((action) => ({ action })),
  );
});

it("regions: a purpose reaches people of its countries alone", async () => {
  await feed(db.sql, [
    { type: "identify", userId: "de-1", traits: { address: { country: "DE" } } },
    { type: "identify", userId: "us-1", traits: { address: { country: "US" } } },
  ]);
  await processAll(db);
  const { id } = await savePurpose(admin(), {
    ...input,
    name: "Only Germany",
    terms: { ...TERMS, legalBasis: "contract", regions: ["DE"] },
  });
  await publishPurpose(admin(), { id });
  const people = await db.sql<
    { id: number; value: string }[]
  >`select profile_id as id, value from identifiers where value in ('de-1', 'us-1') order by value`;
  const set = await allowedSet(db.ctx(), { purpose: id });
  expect(people.map((person) => set.has(person.id))).toEqual([true, false]);
  for (const person of people) expect((await mayUse(db.ctx(), { profileId: person.id, purpose: id })).allowed).toBe(set.has(person.id));
});

it("the matrix says before saving what it would block, and saving does just that", async () => {
  const view = await readPolicy(admin());
  expect(view.cells).toHaveLength(view.purposes.length * view.uses.length);
  const cells = [
    { purposeId: "service", useId: "export", rule: "block" as const },
    { purposeId: "sale_or_sharing", useId: "export", rule: "consent" as const },
  ];
  const effects = await previewPolicy(admin(), { cells });
  expect(effects.map(({ before, after }) => ({ before, after }))).toEqual([
    { before: view.people, after: 0 },
    { before: view.people, after: 0 },
  ]);
  expect((await allowedSet(db.ctx(), { destination: "export" })).size).toBe(view.people);
  await savePolicy(admin(), { cells });
  expect((await allowedSet(db.ctx(), { destination: "export" })).size).toBe(0);
  await savePolicy(admin(), { cells: [{ ...cells[0], rule: "basis" }] });
  expect((await allowedSet(db.ctx(), { destination: "export" })).size).toBe(view.people);
  await changeUse(admin(), { id: "export", purposeId: "advertising" });
  expect((await allowedSet(db.ctx(), { destination: "export" })).size).toBe(0);
  await changeUse(admin(), { id: "export", purposeId: "service" });
});

it("only whoever may change purposes does", async () => {
  for (const role of ["marketer", "manager"] as const) {
    const ctx = db.ctx(member(role));
    await expect(savePurpose(ctx, input)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(savePolicy(ctx, { cells: [] })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(publishPurpose(ctx, { id: "service" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  }
  await expect(savePurpose(admin(), { ...input, terms: { ...TERMS, channels: [] } })).rejects.toMatchObject({ code: "VALIDATION" });
});
