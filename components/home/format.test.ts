import { expect, test } from "vitest";
import { formatMoney, share } from "./format";

test("money keeps its cents, however large", () => {
  expect(formatMoney("9747747.9340")).toBe("9,747,747.93");
  expect(formatMoney("0.0050")).toBe("0.01");
  expect(formatMoney("-1234.9960")).toBe("−1,235.00");
  expect(formatMoney("90071992547409931.1000")).toBe("90,071,992,547,409,931.10");
  expect(formatMoney("0")).toBe("0.00");
  expect(formatMoney("-0.0010")).toBe("0.00");
});

test("a share never rounds something to nothing or nearly all to all", () => {
  expect(share(1, 3)).toBe("33.3 %");
  expect(share(1, 100_000)).toBe("< 0.1 %");
  expect(share(99_999, 100_000)).toBe("> 99.9 %");
  expect(share(5, 5)).toBe("100.0 %");
  expect(share(0, 0)).toBe("–");
});
