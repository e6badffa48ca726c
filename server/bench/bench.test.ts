import { expect, test } from "vitest";
import { percentile } from "./measure";
import { createMessages } from "./messages";
import { Table } from "./report";

test("the table says ratio, goal and whether it is met", () => {
  const table = new Table();
  table.rate({ name: "batches", unit: "events/s", ours: 30_000, floor: 100_000, atLeast: 0.25 });
  table.bound({ name: "p99", unit: "ms", ours: 12, atMost: 10 });
  table.beside({ name: "question a", unit: "ms", ours: 20, floor: 100, atMost: 0.2 });
  table.info({ name: "rows", unit: "rows", ours: 1_000_000 });
  expect(table.rows.map((row) => [row.ratio, row.met])).toEqual([
    [0.3, true],
    [1.2, false],
    [0.2, true],
    [null, null],
  ]);
  const lines = table.toString().split("\n");
  expect(lines).toHaveLength(6);
  expect(lines[2]).toMatch(/^batches +30,000 +100,000 +events\/s +0\.3 +>= 0\.25 x floor +yes$/);
  expect(lines[3]).toMatch(/<= 10 ms +NO$/);
});

test("percentiles by nearest rank", () => {
  const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([percentile(samples, 50), percentile(samples, 99), percentile(samples, 100), percentile([7], 99)]).toEqual([50, 99, 100, 7]);
  expect(percentile([], 50)).toBeNaN();
});

test("bench messages are alike for the same options and look like a browser's", () => {
  const make = () => createMessages({ people: 500, seed: 7, anchor: new Date("2026-11-23T12:00:00Z"), days: 30 });
  const [a, b] = [make(), make()];
  const messages = Array.from({ length: 2000 }, () => a.next());
  expect(messages).toEqual(Array.from({ length: 2000 }, () => b.next()));
  expect(new Set(messages.map((message) => message.messageId)).size).toBe(2000);
  const sizes = messages.map((message) => JSON.stringify(message).length);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  expect(mean).toBeGreaterThan(600);
  expect(mean).toBeLessThan(900);
  const share = (test: (type: string) => boolean) => messages.filter((message) => test(message.type)).length / messages.length;
  expect(share((type) => type === "page")).toBeGreaterThan(0.3);
  expect(share((type) => type === "identify")).toBeGreaterThan(0.02);
  expect(messages.every((message) => message["anonymousId"])).toBe(true);
});
