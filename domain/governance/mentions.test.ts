import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ERASED, Mentions } from "./mentions";

const jane = new Mentions(["jane.doe@example.com", "Kunde-4711", "12", "+4915112345678"]);

test("finds a value in prose, JSON, URLs and as the hashes of the trade, in any letter case", () => {
  const sha = createHash("sha256").update("jane.doe@example.com").digest("hex");
  for (const text of [
    "Write to Jane.Doe@Example.com.",
    '{"email":"jane.doe@example.com"}',
    "https://x.test/?m=jane.doe%40example.com&a=1",
    `em=${sha}`,
    `em=${sha.toUpperCase()}`,
    "order by KUNDE-4711;",
    "tel:+4915112345678",
    '{"userId":"12"}',
    '{"user_id": 12, "n": 1}',
  ])
    expect(jane.in(text), text).toBe(true);
});

test("longer words, other people and plain numbers are not touched", () => {
  for (const text of [
    "mary-jane.doe@example.com",
    "jane.doe@example.community",
    "jane.doe@example.com.au",
    "Kunde-4711-b",
    "kunde-47110",
    '{"quantity":12,"total":"12"}',
    "12,12,12",
    "xkunde-4711",
    "+49151123456789",
  ])
    expect(jane.redact(text), text).toBeUndefined();
});

test("redaction leaves the rest and JSON stays JSON", () => {
  const text = JSON.stringify({ q: 'say "jane.doe@example.com"', n: [1, { to: "Kunde-4711" }] });
  expect(JSON.parse(jane.redactJson(text) as string)).toEqual({ q: `say "${ERASED}"`, n: [1, { to: ERASED }] });
  const numbers = new Mentions(["104857", "12"]);
  expect(JSON.parse(numbers.redactJson('{"userId": 12, "n": 12, "list": [104857, 1], "104857": true}') as string)).toEqual({
    userId: ERASED,
    n: 12,
    list: [ERASED, 1],
    [ERASED]: true,
  });
  expect(numbers.redactJson('{"n":13}')).toBeUndefined();
});

test("whatever the value: written into JSON it is found and gone afterwards", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 6, maxLength: 40, unit: "grapheme" }), fc.string({ maxLength: 20 }), (raw, around) => {
      const value = raw.trim().normalize("NFC");
      fc.pre(value.length >= 6 && !around.includes(value) && !ERASED.includes(value.toLowerCase()));
      const mentions = new Mentions([value]);
      const text = JSON.stringify({ around, deep: [{ value }] });
      const out = mentions.redactJson(text);
      expect(out).toBeDefined();
      expect(JSON.parse(out as string)).toMatchObject({ deep: [{ value: ERASED }] });
      expect(mentions.in(out as string)).toBe(false);
    }),
  );
});
