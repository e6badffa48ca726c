import { expect, it } from "vitest";
import { bytesText, counted, visible } from "./format";

it("writes out what is invisible or turns text round", () => {
  expect(visible("\u202Egnp.exe")).toBe("[U+202E]gnp.exe");
  expect(visible("a\r\nb\nc\u0000")).toBe("a↵b↵c[U+0000]");
  expect(visible("مرحبا 名前\tx")).toBe("مرحبا 名前\tx");
});

it("counts and sizes", () => {
  expect([counted(1, "row"), counted(2000, "row"), counted(2, "person", "people")]).toEqual(["1 row", "2,000 rows", "2 people"]);
  expect([bytesText(512), bytesText(1536), bytesText(5 * 1024 ** 3)]).toEqual(["512 bytes", "1.5 KB", "5.0 GB"]);
});
