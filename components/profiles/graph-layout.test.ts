import { expect, test } from "vitest";
import type { GraphMerge, ProfileGraph } from "@/domain/profiles/schemas";
import { causeText, placeGraph, sidesOf } from "./graph-layout";

const merge = (id: string, survivorFragment: number, loserFragment: number, undone = false): GraphMerge => ({
  id,
  at: "2026-01-01T00:00:00.000Z",
  survivorFragment,
  loserFragment,
  cause: "event",
  evidence: [
    { type: "email", value: "a@b.c", profileId: survivorFragment },
    { type: "user_id", value: "u", profileId: loserFragment },
  ],
  rulesVersion: 1,
  sourceId: null,
  messageId: null,
  actor: null,
  undone: undone ? { at: "2026-01-02T00:00:00.000Z", by: null, reason: null } : null,
});

const graph = (ids: number[], merges: GraphMerge[]): ProfileGraph => ({
  id: ids[0] ?? 1,
  fragments: ids.map((id) => ({ id, firstSeenAt: "2026-01-01T00:00:00.000Z", lastSeenAt: "2026-01-01T00:00:00.000Z", events: 1 })),
  identifiers: ids.flatMap((id) =>
    Array.from({ length: 10 }, (_, n) => ({
      type: "anonymous_id",
      value: `${id}-${n}`,
      status: "active" as const,
      profileId: id,
      firstSeenAt: "",
      lastSeenAt: "",
      sourceId: "s",
      messageId: "m",
    })),
  ),
  merges,
  elsewhere: {},
  sources: {},
  notes: [],
});

test("taking one edge away leaves what each end still reaches", () => {
  const chain = graph([1, 2, 3, 4], [merge("a", 1, 2), merge("b", 2, 3), merge("c", 1, 4), merge("x", 2, 9, true)]);
  expect(sidesOf(chain, chain.merges[1]!)).toEqual({ survivor: [1, 2, 4], loser: [3] });
  expect(sidesOf(chain, chain.merges[0]!)).toEqual({ survivor: [1, 4], loser: [2, 3] });
});

test("nothing is drawn over anything else, and what is not drawn is counted", () => {
  const placed = placeGraph(graph([1, 2, 3], [merge("a", 1, 2), merge("b", 2, 3)]));
  const boxes = [...placed.fragments, ...placed.identifiers, ...placed.more];
  for (const a of boxes) {
    for (const b of boxes) {
      if (a.id >= b.id) continue;
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart, `${a.id} and ${b.id}`).toBe(true);
    }
  }
  expect(placed.more.map((box) => box.count)).toEqual([4, 4, 4]);
});

test("a cycle in damaged data ends", () => {
  expect(placeGraph(graph([1, 2], [merge("a", 1, 2), merge("b", 2, 1)])).fragments).toHaveLength(2);
});

test("the cause in words", () => {
  expect(causeText(merge("a", 1, 2), (type) => type)).toBe("One message naming email and user_id");
  expect(causeText({ ...merge("a", 1, 2), cause: "operator", actor: "Ada" }, (type) => type)).toBe("By hand, by Ada");
});
