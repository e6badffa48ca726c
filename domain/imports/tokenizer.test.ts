import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvError, CsvTokenizer, MAX_RECORD_CHARS, type CsvRecord } from "./tokenizer";

function tokenize(text: string, delimiter = ",", pieces: number[] = []): CsvRecord[] {
  const tokenizer = new CsvTokenizer(delimiter);
  const out: CsvRecord[] = [];
  let at = 0;
  for (const length of pieces) {
    tokenizer.push(text.slice(at, at + length), out);
    at += length;
  }
  tokenizer.push(text.slice(at), out, true);
  return out;
}

const cells = (records: CsvRecord[]): string[][] => records.map((record) => record.cells);
const quoted = (cell: string, delimiter: string): string =>
  cell === "" || /["\r\n]/.test(cell) || cell.includes(delimiter) || cell.trim() !== cell ? `"${cell.replaceAll('"', '""')}"` : cell;

describe("CsvTokenizer", () => {
  const spectrum = join(import.meta.dirname, "fixtures/spectrum");
  it.each(readdirSync(join(spectrum, "csvs")))("reads csv-spectrum %s as its JSON says", (file) => {
    const [header = [], ...rows] = cells(tokenize(readFileSync(join(spectrum, "csvs", file), "utf8")));
    const objects = rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]])));
    const expected: unknown = JSON.parse(readFileSync(join(spectrum, "json", file.replace(".csv", ".json")), "utf8"));
    if (file === "location_coordinates.csv") {
      // Upstream's JSON is one object with another phone number than its CSV; everything else must agree.
      expect(objects).toEqual([{ ...(expected as Record<string, string>), "Contact Phone Number": "2095257564" }]);
    } else expect(objects).toEqual(expected);
  });

  it("gives back any table, whatever the line ends and wherever the text is cut", () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", '"', "\n", "\r", "\r\n", ",", ";", '""', "a,b", ' "x" ', "名前", "\u202egpj"),
    );
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 6 })
          .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 })),
        fc.constantFrom(",", ";", "\t", "|"),
        fc.array(fc.constantFrom("\n", "\r\n", "\r"), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 40 }),
        (table, delimiter, ends, last, pieces) => {
          const lines = table.map((row) => row.map((value) => quoted(value, delimiter)).join(delimiter));
          const text = lines.map((line, i) => line + (i < lines.length - 1 || last ? (ends[i % ends.length] ?? "\n") : "")).join("");
          expect(cells(tokenize(text, delimiter, pieces))).toEqual(table);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("agrees with csv-parse on arbitrary well-quoted text", () => {
    const token = fc.constantFrom("a", "b ", " c", ",", "\n", "\r\n", '"x,y"', '"l1\nl2"', '"q""q"', "0012", "é");
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        const text = tokens.join("");
        let expected: string[][] | undefined;
        try {
          expected = parse(text, { relax_column_count: true, record_delimiter: ["\r\n", "\n", "\r"], skip_empty_lines: true });
        } catch {
          // csv-parse refuses quotes in odd places; those are tested below.
        }
        if (expected)
          expect(cells(tokenize(text)).filter((row) => row.length > 1 || row[0]?.trim() !== "")).toEqual(
            expected.filter((row) => row.length > 1 || row[0]?.trim() !== ""),
          );
      }),
      { numRuns: 1000 },
    );
  });

  it("counts physical lines through quoted line ends, blank lines and mixed ends", () => {
    const records = tokenize('h1,h2\r\n"a\nb",1\r\r\n\nx,"1\r\n2\r3"\ny,2');
    expect(records.map((record) => record.line)).toEqual([1, 2, 6, 9]);
  });

  it("keeps quotes inside unquoted cells and marks text after a closing quote", () => {
    expect(tokenize('5" disk,a"b"\n"x" ,1\n"5" disk,2\n')).toEqual([
      { line: 1, cells: ['5" disk', 'a"b"'] },
      { line: 2, cells: ["x", "1"] },
      { line: 3, cells: ["5 disk", "2"], strayQuote: true },
    ]);
  });

  it("names the line of a quote that is never closed, at the end or as soon as the record is too long", () => {
    expect(() => tokenize('a,b\n1,"open\n2,3\n')).toThrow(expect.objectContaining({ code: "unclosed_quote", line: 2 }));
    const endless = new CsvTokenizer(",");
    const piece = "x\n".repeat(100_000);
    const push = (): void => {
      endless.push('a,b\n1,2\n3,"open\n', []);
      for (let i = 0; i < 10; i++) endless.push(piece, []);
    };
    expect(push).toThrow(expect.objectContaining({ code: "unclosed_quote", line: 3 }));
    expect(() => new CsvTokenizer(",").push("y".repeat(MAX_RECORD_CHARS + 1), [])).toThrow(CsvError);
  });
});
