import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvCell, csvLine, inertText } from "./csv";

const ACTIVE = /^[=+\-@\t\r\n＝＋－＠]/;
const read = (text: string): string[][] => parse(text, { record_delimiter: "\r\n" }) as string[][];

test("any strings round-trip, apart from the apostrophe of active ones", () => {
  const cell = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.constantFrom('"', '""', ",", "\r\n", "\n=1", "'=1", "＝1", "a\rb"));
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 3 }), (table) => {
      const width = table[0]?.length ?? 2;
      const rows = table.map((row) => Array.from({ length: width }, (_, n) => row[n] ?? ""));
      // A line of nothing but one empty cell is how CSV writes an empty line; ours have at least two cells.
      const back = read(rows.map((row) => csvLine(row)).join(""));
      expect(back).toEqual(rows.map((row) => row.map(inertText)));
      for (const value of back.flat()) expect(value).not.toMatch(ACTIVE);
    }),
    { numRuns: 3000 },
  );
});

test("the hostile cells are inert or round-trip", () => {
  const folder = new URL("fixtures/csv-formula/", import.meta.url);
  const cells = readFileSync(new URL("cells.jsonl", folder), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { cell: string; expect: string });
  const payloads = readFileSync(new URL("payloadbox_csv_injection.txt", folder), "utf8").trim().split("\n");
  expect(cells.length + payloads.length).toBe(17);
  for (const { cell, expect: outcome } of [...cells, ...payloads.map((text) => ({ cell: text, expect: "inert" }))]) {
    const [[value] = []] = read(csvLine([cell, "x"]));
    if (outcome === "round-trips exactly") expect(value).toBe(cell);
    else {
      expect(value).not.toMatch(ACTIVE);
      expect(value).toBe(`'${cell}`);
    }
  }
});

test("numbers typed as numbers stay, nothing is empty", () => {
  expect([csvCell(-5), csvCell(1e21), csvCell(null), csvCell(undefined), csvCell(true)]).toEqual(["-5", "1e+21", "", "", "true"]);
  expect(csvLine(["a", 'b"c', "d,e"])).toBe('a,"b""c","d,e"\r\n');
});
