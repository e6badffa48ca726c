import { expect, test } from "vitest";
import { maskRaw } from "./mask-raw";

test("readable JSON is masked by key and keeps what is not personal", () => {
  const masked = maskRaw(
    '{"type":"track","event":"Order Completed","userId":"u-1048576","properties":{"email":"jane@example.com","total":12}}',
  );
  expect(JSON.parse(masked)).toMatchObject({ type: "track", event: "Order Completed", properties: { total: 12 } });
  expect(masked).not.toContain("u-1048576");
  expect(masked).not.toContain("jane");
});

test("what cannot be read hides every value, also the one that was cut off", () => {
  const cut = '{"userId":"u-1048576","traits":{"street":"12 \\"Elm\\" Road","age":41,"jane@example.com":true},"note":"call me on 0151';
  const masked = maskRaw(cut);
  for (const secret of ["1048576", "Elm", "41", "jane", "0151", "true", "call"]) expect(masked).not.toContain(secret);
  for (const key of ['"userId"', '"traits"', '"street"', '"note"']) expect(masked).toContain(key);
  for (const text of ["Jane Doe;jane@example.com", "", '"Jane Doe"', "41"]) expect(maskRaw(text)).toBe("•••");
});
