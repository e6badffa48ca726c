import { beforeAll, expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { getProfile, refreshFieldClasses } from "@/domain/profiles";
import { member, testDatabase } from "@/server/test/database";
import { confirmField, learnFields, readDataMap } from "./index";

const database = testDatabase();
const admin = () => database.ctx(member("admin"));
let clock = Date.now();
/** As every surface does before it masks, some seconds later. */
const refresh = () => refreshFieldClasses(database.ctx(), (clock += 10_000));
const traitsSeenBy = async (role: "marketer", sees: boolean) => {
  await refresh();
  const profile = await getProfile(database.ctx(member(role, sees)), "user_id:u1");
  return Object.fromEntries(profile.traits.map(({ key, value }) => [key, value]));
};

beforeAll(async () => {
  await feed(database.sql, [
    { type: "identify", userId: "u1", traits: { email: "ada@example.com", shoe: "43 wide", medication: "Insulin", plan: "pro" } },
    { type: "track", userId: "u1", event: "Paid", properties: { ref: "DE89370400440532013000", name: "Blue shirt", total: 12 } },
    { type: "track", userId: "u1", event: "Invited", properties: { who: "guest@example.org" } },
  ]);
  await processAll(database);
});

test("new fields are classified by name and by the values that came, once", async () => {
  expect(await learnFields(database)).toBe(8);
  expect(await learnFields(database)).toBe(0);
  const map = await readDataMap(admin());
  const found = Object.fromEntries(map.fields.map(({ scope, key, found: is }) => [`${scope}/${key}`, is]));
  expect(found).toEqual({
    "/email": "contact",
    "/medication": "special_category",
    "/plan": "not_personal",
    "/shoe": "not_personal",
    "Paid/ref": "financial",
    "Paid/name": "not_personal",
    "Paid/total": "not_personal",
    "Invited/who": "contact",
  });
  expect(map.fields.find(({ key }) => key === "ref")?.reason).toMatch(/IBANs/);
});

test("masking follows what an admin says: a field classed as sensitive is masked, one classed as not personal is shown", async () => {
  expect(await traitsSeenBy("marketer", false)).toMatchObject({ shoe: "43 wide", medication: "•••", plan: "pro" });
  await confirmField(admin(), { kind: "trait", scope: "", key: "shoe", class: "sensitive" });
  await confirmField(admin(), { kind: "trait", scope: "", key: "medication", class: "not_personal" });
  expect(await traitsSeenBy("marketer", false)).toMatchObject({ shoe: "•••", medication: "Insulin" });
  expect(await traitsSeenBy("marketer", true)).toMatchObject({ shoe: "43 wide" });
  // An address is masked by its form, whatever the field is called.
  await confirmField(admin(), { kind: "trait", scope: "", key: "email", class: "not_personal" });
  expect(JSON.stringify(await traitsSeenBy("marketer", false))).not.toContain("ada@example.com");
});

test("only those who may classify do", async () => {
  await expect(confirmField(database.ctx(member("marketer")), { kind: "trait", scope: "", key: "shoe", class: "contact" })).rejects.toThrow(
    /permission/,
  );
  await expect(confirmField(admin(), { kind: "trait", scope: "", key: "never seen", class: "contact" })).rejects.toThrow(/not found/);
});
