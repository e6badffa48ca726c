import { expect, test } from "vitest";
import { connectLike } from "@/db/client";
import { testDatabase } from "@/server/test/database";
import { copyOut, float8, int4, int8, millis, quoted, raw, text } from "./copy-out";

const database = testDatabase();

test("the connection is given back after results of any size", async () => {
  const one = connectLike(database, { max: 1 });
  try {
    for (let i = 0; i < 150; i++) {
      // Around the size at which the driver's stream is full.
      const size = 5_000 + i * 100;
      let rows = 0;
      await copyOut(one.sql, `select n, convert_to(repeat('x', ${size}), 'UTF8') from generate_series(1, 3) n`, (row) => {
        rows += 1;
        expect(raw(row, 1)).toHaveLength(size);
      });
      expect(rows).toBe(3);
      expect(await one.sql`select 1 as one`).toEqual([{ one: 1 }]);
    }
  } finally {
    await one.end();
  }
});

test("values come as they are: nulls, negative and large numbers, times, texts with quotes", async () => {
  const nasty = `it's "\\ é 😀`;
  const [literal, list] = [quoted(nasty), quoted([nasty, "b,c", ""])];
  const seen: unknown[] = [];
  await copyOut(
    database.sql,
    `select -7, 9007199254740991::int8, -5::int8, null::float8, 0.1::float8, timestamptz '1969-12-31 23:59:59.999+00', ${literal}, (${list})[2], null::text`,
    (row) => {
      seen.push(
        int4(row, 0),
        int8(row, 1),
        int8(row, 2),
        float8(row, 3),
        float8(row, 4),
        millis(row, 5),
        text(row, 6),
        text(row, 7),
        text(row, 8),
      );
    },
  );
  expect(seen).toEqual([-7, Number.MAX_SAFE_INTEGER, -5, Number.NaN, 0.1, -1, nasty, "b,c", null]);
});

test("no rows, and a statement that fails, end too", async () => {
  await copyOut(database.sql, "select 1 where false", () => {
    throw new Error("no row was expected");
  });
  await expect(copyOut(database.sql, "select 1 / (n - 3) from generate_series(1, 5) n", () => {})).rejects.toMatchObject({ code: "22012" });
});
