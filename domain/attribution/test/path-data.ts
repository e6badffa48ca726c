import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { packPaths } from "../path-table";
import type { PathInput } from "../path-table";
import type { PathTable } from "../model";

const folder = join(import.meta.dirname, "../fixtures");

/** The 10,000 path shapes; ages are touches until the last one. `nulls: false` leaves the null paths out. */
export function pathData(options: { nulls: boolean } = { nulls: true }): PathTable {
  const lines = gunzipSync(readFileSync(join(folder, "PathData.csv.gz")))
    .toString()
    .trim()
    .split("\n")
    .slice(1);
  const numbers = new Map<string, number>();
  const paths: PathInput[] = lines.map((line) => {
    const [path = "", conversions, value, nulls] = line.trim().split(",");
    const channels = path.split(" > ").map((name) => {
      const known = numbers.get(name) ?? numbers.size;
      numbers.set(name, known);
      return known;
    });
    return { channels, conversions: Number(conversions), value: Number(value), nulls: options.nulls ? Number(nulls) : 0 };
  });
  return packPaths([...numbers.keys()], paths);
}

/** Rows of a reference file by the name in its first column. */
export function reference(file: string): Map<string, Record<string, number>> {
  const [header = "", ...lines] = readFileSync(join(folder, file), "utf8").trim().split("\n");
  const columns = header.trim().split(",").slice(1);
  return new Map(
    lines.map((line) => {
      const [name = "", ...values] = line.trim().split(",");
      return [name, Object.fromEntries(columns.map((column, i) => [column, Number(values[i])]))];
    }),
  );
}

export function fixture(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}

/** Five path shapes small enough to check by hand. */
export function handExample(): PathTable {
  const [A, B, C] = [0, 1, 2];
  return packPaths(
    ["A", "B", "C"],
    [
      { channels: [A, B], conversions: 3, value: 3, nulls: 1 },
      { channels: [A], conversions: 1, value: 1, nulls: 4 },
      { channels: [B, A, B], conversions: 2, value: 2, nulls: 0 },
      { channels: [C], conversions: 1, value: 1, nulls: 1 },
      { channels: [A, C], conversions: 0, value: 0, nulls: 3 },
    ],
  );
}
