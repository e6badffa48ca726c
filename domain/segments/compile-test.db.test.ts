import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "@/domain/events/model";
import { testDatabase } from "@/server/test/database";
import { anyTest, jsonValue, NOW, ZONES } from "./arbitrary-values";
import { compileTest, Params } from "./compile-test";
import { testSchema } from "./model";
import { testValue } from "./test-value";

const database = testDatabase();

test("a test of a value means the same in SQL and in memory", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyTest, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(jsonValue, fc.constantFrom(...ZONES)), { minLength: 1, maxLength: 40 }),
      async (tests, rows) => {
        const params = new Params();
        const env = { params, now: NOW, zone: "r.zone" };
        const columns = tests.map((one, i) => `${compileTest(one, "r.v", env)} as t${i}`);
        const data = params.add(JSON.stringify(rows.map(([v, zone]) => ({ v: v === null ? null : { v }, zone }))), "text");
        const query = `select ${columns.join(",\n")} from (select n, x -> 'v' -> 'v' as v, x ->> 'zone' as zone from jsonb_array_elements((${data})::jsonb) with ordinality e(x, n)) r order by r.n`;
        const found = await database.sql.unsafe<Record<string, boolean>[]>(query, params.list as never[]);
        for (const [n, [raw, zone]] of rows.entries()) {
          const value: Json | undefined = raw === null ? undefined : raw;
          for (const [i, one] of tests.entries()) {
            expect(testSchema.safeParse(one).success).toBe(true);
            const here = testValue(one, value, { now: NOW, zone });
            expect({ one, value, zone, sql: found[n]?.[`t${i}`] }).toEqual({ one, value, zone, sql: here });
          }
        }
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 300) },
  );
}, 120_000);
