import { expect, test } from "vitest";
import { toCsv } from "./csv";

test("commas, quotes and lines are quoted, formulas are inert, numbers stay numbers", () => {
  expect(
    toCsv(
      ["Name", "n"],
      [
        ['say "hi", Jane', 1.5],
        ["=HYPERLINK(1)", -2],
        ["two\nlines", null],
        ["＝1", 0],
      ],
    ),
  ).toBe('Name,n\r\n"say ""hi"", Jane",1.5\r\n\'=HYPERLINK(1),-2\r\n"two\nlines",\r\n\'＝1,0\r\n');
});
