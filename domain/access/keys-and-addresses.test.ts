import { expect, test } from "vitest";
import { API_KEY_PATTERN, keyChecksumHolds, newApiKey } from "./api-key-format";
import { addressKey } from "./throttle";

test("API keys have the documented form, and a typo is noticed before the database is asked", () => {
  const keys = Array.from({ length: 500 }, newApiKey);
  expect(new Set(keys).size).toBe(500);
  for (const key of keys) {
    expect(key).toMatch(API_KEY_PATTERN);
    expect(keyChecksumHolds(key)).toBe(true);
    const typo = key.slice(0, 10) + (key[10] === "x" ? "y" : "x") + key.slice(11);
    expect(keyChecksumHolds(typo)).toBe(false);
  }
});

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  [null, "unknown"],
])("throttling groups %s as %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});
