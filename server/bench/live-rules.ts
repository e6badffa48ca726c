import { seededRandom } from "@/domain/kernel/random";
import type { Compare, Filter, Leaf, Rule, Window } from "@/domain/segments/model";

const EVENTS = ["Product Viewed", "Product List Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Page Viewed"] as const;
const CATEGORIES = ["Home", "Coffee", "Grinders", "Kettles", "Guides", "Account"] as const;
const ORDER = "Order Completed";

const counted = (n: number): Compare => ({ operator: "at_least", n });
const days = (n: number): { n: number; unit: "day" } => ({ n, unit: "day" });
const rule = (match: "all" | "any", children: Leaf[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match, children } });

/** What stands behind a segment: a rule, or one that asks segments made before it. */
export type MakeRule = (made: readonly string[]) => Rule;

/**
 * Rules of the kinds that shops keep: counts in windows, filters on properties, sums of money, sequences, lifecycles,
 * traits, places, devices, and segments of segments. The same seed gives the same rules.
 */
export function createRules(n: number, seed: number): MakeRule[] {
  const random = seededRandom(seed);
  const window = (): Window => {
    const at = random.int(0, 9);
    if (at < 6) return { kind: "last", duration: days(random.pick([1, 7, 14, 30, 60, 90])) };
    if (at < 7) return { kind: "calendar_days", days: random.pick([3, 7, 30]) };
    if (at < 8) return { kind: "between_ago", from: days(random.int(1, 10)), to: days(random.int(20, 60)) };
    return { kind: "ever" };
  };
  const category = (): Filter => ({
    root: "properties",
    path: ["category"],
    test: { type: "text", operator: "equals", value: random.pick(CATEGORIES), ignoreCase: false },
  });
  const price = (): Filter => ({ root: "properties", path: ["price"], test: { type: "number", operator: "gt", value: random.int(5, 80) } });
  let id = 0;
  const next = (): string => `n${id++}`;
  const did = (where: Filter[], compare: Compare, event: string = random.pick(EVENTS)): Leaf => ({
    kind: "event",
    id: next(),
    event,
    where,
    window: window(),
    measure: { of: "count" },
    compare,
  });
  const spent = (): Leaf => ({
    kind: "event",
    id: next(),
    event: ORDER,
    where: [],
    window: window(),
    measure: { of: "sum" },
    compare: counted(random.int(20, 200)),
  });
  const plan = (): Leaf => ({
    kind: "trait",
    id: next(),
    path: ["plan"],
    test: { type: "text", operator: "equals", value: random.pick(["free", "club"]), ignoreCase: true },
  });
  const country = (): Leaf => ({
    kind: "location",
    id: next(),
    field: "country",
    test: { type: "text_list", operator: "in", values: ["GB", "DE"], ignoreCase: false },
  });
  const lifecycle = (): Leaf => ({
    kind: "lifecycle",
    id: next(),
    event: random.pick([...EVENTS, ORDER]),
    state: random.pick(["new", "active", "lapsing", "lapsed", "returned"]),
    period: days(random.pick([7, 30])),
  });
  const path = (): Leaf => ({
    kind: "sequence",
    id: next(),
    steps: [
      { event: "Product Viewed", where: random.chance(0.5) ? [category()] : [] },
      { event: random.pick(["Product Added", "Checkout Started", ORDER]), where: [], within: days(random.int(1, 14)) },
    ],
    window: window(),
  });
  const device = (): Leaf => ({
    kind: "device",
    id: next(),
    field: "type",
    test: { type: "text", operator: "equals", value: random.pick(["mobile", "desktop"]), ignoreCase: false },
  });
  const kinds: (() => MakeRule)[] = [
    () => () => rule("all", [did([], counted(random.int(1, 8)))]),
    () => () => rule("all", [did([category()], counted(random.int(1, 3)), random.pick(EVENTS.slice(0, 3)))]),
    () => () => rule("all", [did([price()], counted(random.int(1, 4)), "Product Added"), plan()]),
    () => () => rule("all", [spent(), country()]),
    () => () => rule("all", [did([], counted(1), "Checkout Started"), { ...did([], counted(1), ORDER), negate: true }]),
    () => () => rule("any", [spent(), did([category(), price()], counted(2), "Product Viewed"), plan()]),
    () => () => rule("all", [lifecycle()]),
    () => () => rule("all", [path()]),
    () => () => rule("all", [did([], counted(3), "Page Viewed"), device(), { kind: "known", id: next() }]),
    () => {
      const pick = random.next();
      const both = random.chance(0.5);
      return (made) => {
        const segmentId = made[Math.floor(pick * made.length)];
        const own = did([], counted(2));
        return rule(both ? "all" : "any", segmentId === undefined ? [own] : [{ kind: "segment", id: next(), segmentId }, own]);
      };
    },
  ];
  return Array.from({ length: n }, (_, i) => (kinds[i % kinds.length] as () => MakeRule)());
}
