import { expect, test } from "vitest";
import { formatMoney } from "./format";

test("money keeps its cents, however large", () => {
  expect(formatMoney("9747747.9340")).toBe("9,747,747.93");
  expect(formatMoney("0.0050")).toBe("0.01");
  expect(formatMoney("-1234.9960")).toBe("−1,235.00");
  expect(formatMoney("90071992547409931.1000")).toBe("90,071,992,547,409,931.10");
  expect(formatMoney("0")).toBe("0.00");
  expect(formatMoney("-0.0010")).toBe("0.00");
});
