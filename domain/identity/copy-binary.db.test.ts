import fc from "fast-check";
import { expect, test } from "vitest";
import type { TxSql } from "@/db/client";
import { testDatabase } from "@/server/test/database";
import { CopyRows } from "./copy-binary";
import { planCopy } from "./copy-in";

const db = testDatabase();
const COLUMNS = ["a", "b", "c", "d", "e", "f"];

interface Row {
  a: number;
  b: number;
  c: number;
  /** Ten-thousandths. */
  d: number | null;
  e: string;
  f: unknown;
}

const row: fc.Arbitrary<Row> = fc.record({
  a: fc.integer(),
  b: fc.maxSafeInteger(),
  // Years 1 to 9999.
  c: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  d: fc.option(
    fc.oneof(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.integer({ min: -(10 ** 15), max: 10 ** 15 }),
      fc.constantFrom(0, 1, 9999, 10_000, -10_000),
    ),
  ),
  e: fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
  f: fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes("\\u")),
});

test("binary rows hold what was put in, whatever their size", async () => {
  await db.sql`create table binary_rows (n serial, a int, b int8, c timestamptz, d numeric(20, 4), e text, f jsonb)`;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), fc.constantFrom(0, 90_000), async (rows, padding) => {
      await db.sql`truncate binary_rows`;
      // Longer than a piece of what is sent.
      const padded = rows.map((one, i) => (i % 7 === 0 ? { ...one, e: one.e + "ü€😀".repeat(padding / 3) } : one));
      const copy = new CopyRows();
      for (const { a, b, c, d, e, f } of padded) {
        copy.row(COLUMNS.length);
        copy.int4(a);
        copy.int8(b);
        copy.timestamptz(c);
        if (d === null) copy.null();
        else copy.numeric(d);
        copy.text(e);
        copy.jsonb(JSON.stringify(f));
      }
      const plan = planCopy("binary_rows", COLUMNS, copy.end());
      await db.sql.begin((tx) => plan(tx as unknown as TxSql));
      const read = await db.sql`
        select a, b, (extract(epoch from c) * 1000)::int8 as c, (d * 10000)::int8 as d, e, f::text as f from binary_rows order by n`;
      const plain = await db.sql<{ text: string }[]>`
        select f::text as text from unnest(${padded.map(({ f }) => JSON.stringify(f))}::text[]) with ordinality as u(t, n), lateral (select t::jsonb as f) x order by n`;
      expect(read.map((one) => ({ ...one }))).toEqual(padded.map((one, i) => ({ ...one, f: plain[i]?.text })));
    }),
    { numRuns: 25 },
  );
});
