import { expect, test } from "vitest";
import { seal, unseal } from "./sealed";

test("what is sealed opens again for the same row and purpose alone, and never looks the same twice", () => {
  const sealed = seal("channels", "chn_1", "grüße 🔑");
  expect(unseal("channels", "chn_1", sealed)).toBe("grüße 🔑");
  expect(sealed).not.toBe(seal("channels", "chn_1", "grüße 🔑"));
  expect(() => unseal("channels", "chn_2", sealed)).toThrow();
  expect(() => unseal("other", "chn_1", sealed)).toThrow();
  const bytes = Buffer.from(sealed, "base64");
  for (const at of [0, 13, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => unseal("channels", "chn_1", changed.toString("base64"))).toThrow();
  }
});
