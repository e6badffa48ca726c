import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { hashWriteKey, isWriteKey, newWriteKey } from "./write-key";

test("a write key has the documented shape, checks itself and is stored as a hash", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const made = newWriteKey();
    expect(made.key).toMatch(/^trb_w_[0-9A-Za-z]{24}_[0-9A-Za-z]{6}$/);
    expect(isWriteKey(made.key)).toBe(true);
    expect(made.hash).toBe(createHash("sha256").update(made.key).digest("hex"));
    expect(made.hash).toBe(hashWriteKey(made.key));
    expect(made.key.startsWith(made.prefix) && made.key.endsWith(made.last4)).toBe(true);
    seen.add(made.key);
  }
  expect(seen.size).toBe(500);
});

test("one wrong character is noticed without a look-up", () => {
  const { key } = newWriteKey();
  for (let i = 6; i < key.length; i++) {
    if (key[i] === "_") continue;
    const wrong = key.slice(0, i) + (key[i] === "x" ? "y" : "x") + key.slice(i + 1);
    expect(isWriteKey(wrong), `position ${i}`).toBe(false);
  }
  for (const text of ["", "trb_w_", "trb_s_" + key.slice(6), ` ${key}`, `${key}0`]) expect(isWriteKey(text)).toBe(false);
});
