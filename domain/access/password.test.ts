import { expect, test } from "vitest";
import { hashPassword, needsRehash, passwordProblem, requireGoodPassword, verifyPassword } from "./password";
import { normaliseEmail } from "./email";
import { commonPasswords } from "./common-passwords";

const EMAIL = "anna.schmidt@example.com";

test.each([
  ["correct horse battery staple", null],
  ["ünïcödé ist hier auch erlaubt", null],
  ["密码密码很长的句子一二三四", null],
  ["short", "at least 12"],
  ["elevenchars", "at least 12"],
  ["x1".repeat(65), "at most 128"],
  ["qwerty123456", "common"],
  ["QWERTY123456", "common"],
  ["unbelievable", "common"],
  ["sunshine2026!", "common"],
  ["aaaaaaaaaaaaaa", "repeats"],
  ["abcabcabcabc", "repeats"],
  [EMAIL, "e-mail address"],
  ["ANNA.SCHMIDT@EXAMPLE.COM", "e-mail address"],
  ["anna.schmidt", "e-mail address"],
])("password %j: %s", (password, expected) => {
  const problem = passwordProblem(password, EMAIL);
  if (expected === null) expect(problem).toBeNull();
  else expect(problem).toContain(expected);
});

test("the list of common passwords is whole and in lower case", () => {
  expect(commonPasswords().size).toBeGreaterThan(9_900);
  expect([...commonPasswords()].filter((word) => word !== word.toLowerCase())).toEqual([]);
});

test("length counts characters as people see them, after NFKC", () => {
  // Twelve astral characters are 24 code units.
  expect(passwordProblem("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧", EMAIL)).toBeNull();
  // The ligature becomes two letters.
  expect(passwordProblem("oﬃce plants", EMAIL)).toBeNull();
});

test("hashes verify by Unicode form, carry their parameters and differ each time", async () => {
  const stored = await hashPassword("Straße am Fluß 12");
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(stored, "Straße am Fluß 12".normalize("NFD"))).toBe(true);
  expect(await verifyPassword(stored, "strasse am fluss 12")).toBe(false);
  expect(await hashPassword("Straße am Fluß 12")).not.toBe(stored);
  expect(needsRehash(stored)).toBe(false);
  expect(needsRehash("$argon2id$v=19$m=9216,t=2,p=1$abc$def")).toBe(true);
});

test("nobody has no password, a broken hash opens nothing, and an over-long guess is not taken for its beginning", async () => {
  expect(await verifyPassword(null, "nobody has this password")).toBe(false);
  expect(await verifyPassword("not a hash", "anything at all")).toBe(false);
  const stored = await hashPassword("a".repeat(64) + "b".repeat(64));
  expect(await verifyPassword(stored, "a".repeat(64) + "b".repeat(64))).toBe(true);
  expect(await verifyPassword(stored, "a".repeat(64) + "b".repeat(64) + "c".repeat(500))).toBe(false);
});

test("a refusal names the field", () => {
  expect(() => requireGoodPassword("short", EMAIL, "next")).toThrow(
    expect.objectContaining({ code: "VALIDATION", fields: { next: expect.any(String) } }),
  );
});

test("one form of an e-mail address", () => {
  expect(normaliseEmail("  Anna@Example.COM ")).toBe("anna@example.com");
  expect(normaliseEmail("ａnna@example.com")).toBe("anna@example.com");
});
