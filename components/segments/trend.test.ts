import { expect, test } from "vitest";
import { dailySizes, trendOf } from "./trend";

const at = (text: string): number => Date.parse(text);

test("days without movement keep the size; entries and exits of a day add up", () => {
  const { bucket, rows } = trendOf(
    [
      { hour: "2026-05-01T10:00:00.000Z", size: 5, entered: 5, left: 0 },
      { hour: "2026-05-01T23:00:00.000Z", size: 4, entered: 1, left: 2 },
      { hour: "2026-05-03T00:00:00.000Z", size: 6, entered: 2, left: 0 },
    ],
    at("2026-05-04T12:00:00Z"),
  );
  expect(bucket).toBe("day");
  expect(rows.map(({ at: day, size, entered, left }) => [day.slice(0, 10), size, entered, left])).toEqual([
    ["2026-05-01", 4, 6, 2],
    ["2026-05-02", 4, 0, 0],
    ["2026-05-03", 6, 2, 0],
    ["2026-05-04", 6, 0, 0],
  ]);
});

test("a young segment is shown by hours, none as nothing", () => {
  const { bucket, rows } = trendOf([{ hour: "2026-05-01T10:00:00.000Z", size: 5, entered: 5, left: 0 }], at("2026-05-01T12:30:00Z"));
  expect({ bucket, sizes: rows.map(({ size }) => size) }).toEqual({ bucket: "hour", sizes: [5, 5, 5] });
  expect(trendOf([], 0).rows).toEqual([]);
});

test("the sizes of the last days have one value a day, however many hours moved", () => {
  const points = [
    { hour: "2026-05-02T10:00:00.000Z", size: 5, entered: 3, left: 1 },
    { hour: "2026-05-02T11:00:00.000Z", size: 7, entered: 2, left: 0 },
    { hour: "2026-05-04T00:00:00.000Z", size: 6, entered: 0, left: 1 },
  ];
  expect(dailySizes(points, 6, 4, at("2026-05-04T12:00:00Z"))).toEqual([3, 7, 7, 6]);
  expect(dailySizes(points.slice(0, 1), 5, 2, at("2026-05-02T12:00:00Z"))).toEqual([3, 5]);
  expect(dailySizes([], 9, 3, at("2026-05-04T12:00:00Z"))).toEqual([9, 9, 9]);
});
