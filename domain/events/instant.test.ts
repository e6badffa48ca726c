import { expect, test } from "vitest";
import { seededRandom } from "@/domain/kernel/random";
import { isoText } from "./instant";

test("isoText writes what toISOString writes", () => {
  const random = seededRandom(5);
  const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  const edges = [0, 1, 999, 1000, 59_999, 60_000, 3_599_999, 86_399_999, 86_400_000, Date.UTC(2024, 1, 29, 23, 59, 59, 9), last];
  const now = Date.UTC(2026, 10, 23, 12);
  const near = Array.from({ length: 2_000 }, () => now - random.int(0, 172_800_000));
  const anywhere = Array.from({ length: 2_000 }, () => Math.floor(random.next() * last));
  for (const ms of [...edges, ...near, ...anywhere, ...edges]) expect(isoText(ms)).toBe(new Date(ms).toISOString());
});
