import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { testDatabase } from "@/server/test/database";
import { patternProblem, toRe2 } from "./pattern";

const database = testDatabase();

const literal = fc.constantFrom("a", "b", "A", "é", "K", "\\.", "\\$", "\\x41", "\\t", " ", "-", "_", "0");
const klass = fc.constantFrom(
  "\\d",
  "\\w",
  "\\s",
  "\\D",
  "\\W",
  "\\S",
  ".",
  "[ab]",
  "[^a]",
  "[a-c]",
  "[A-Za-z0-9]",
  "[\\]\\-]",
  "[é-ü]",
  "[^\\s]",
  "[-a]",
);
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: "small" },
    literal,
    klass,
    tie("pattern").map((inner) => `(${inner})`),
    tie("pattern").map((inner) => `(?:${inner})`),
  ),
  pattern: fc
    .tuple(
      fc.constantFrom("", "^", "(?i)", "(?i)^"),
      fc.array(fc.tuple(tie("piece"), fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,3}", "*?", "+?", "{0,2}?")), { maxLength: 4 }),
      fc.constantFrom("", "$", "|b"),
    )
    .map(([start, pieces, end]) => start + pieces.map(([piece, count]) => piece + count).join("") + end),
}));
const subject = fc.string({
  unit: fc.constantFrom(
    "a",
    "b",
    "A",
    "B",
    "k",
    "K",
    "\u212A",
    "é",
    "É",
    "ü",
    "0",
    "9",
    "_",
    "-",
    " ",
    "\t",
    "\n",
    "\v",
    ".",
    "$",
    "]",
    "😀",
  ),
  maxLength: 8,
});

describe("patterns", () => {
  test("mean the same to re2js and to PostgreSQL", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(pattern, subject, fc.boolean()), { minLength: 20, maxLength: 20 }), async (cases) => {
        // A leading (?i) inside a group is refused; everything else of the subset must be taken.
        const usable = cases.filter(([one]) => patternProblem(one) === null);
        const written = usable.map(([one, text, ignoreCase]) => ({ p: toRe2(one, ignoreCase), t: text }));
        const rows = await database.sql<{ hit: boolean }[]>`
          select (e.x ->> 't') ~ (e.x ->> 'p') as hit from jsonb_array_elements(${JSON.stringify(written)}::text::jsonb) with ordinality e(x, n) order by e.n`;
        for (const [i, { p, t }] of written.entries()) {
          expect({ p, t, hit: rows[i]?.hit }).toEqual({ p, t, hit: RE2JS.compile(p, RE2JS.DOTALL).matcher(t).find() });
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ["a{256}", /255/],
    ["(a{100}){100}", /1000/],
    ["(?=a)", /\(\?/],
    ["\\bword", /not known/],
    ["(a)\\1", /not known/],
    ["[[:alpha:]]", /inside/],
    ["a**", /repetition/],
    ["^*", /cannot be repeated/],
    ["(a", /not closed/],
    ["a)", /never opened/],
    ["[z-a]", /downwards/],
    ["+a", /nothing does/],
    ["\\p{L}", /not known/],
    ["a{2,1}", /downwards/],
    ["x".repeat(257), /256/],
  ])("refuse %j with a reason", (one, reason) => {
    expect(patternProblem(one)?.message).toMatch(reason);
  });

  test("patterns made to blow up are answered or refused at once, in both engines", async () => {
    const evil = ["^(a|a)*$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*b", "^(a?){40}a{40}$"];
    for (const one of evil) {
      if (patternProblem(one) !== null) continue;
      const text = `${"a".repeat(60)}!`;
      const here = RE2JS.compile(toRe2(one, false), RE2JS.DOTALL).matcher(text).find();
      const [row] = await database.sql<{ hit: boolean }[]>`select ${text}::text ~ ${toRe2(one, false)} as hit`;
      expect(row?.hit).toBe(here);
    }
  });
});
