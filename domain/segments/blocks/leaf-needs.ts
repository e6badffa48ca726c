import type { Filter, Leaf, Measure, Window } from "../model";
import { isCall } from "../measure";
import { propertyName } from "./names";
import type { PersonLeaf } from "./people-names";
import { boundsOf } from "./scan";

export type EventLeaf = Extract<Leaf, { kind: "event" | "event_time" | "lifecycle" | "sequence" }>;

/** Tests that ask for the person's zone. */
const ZONED = new Set(["anniversary", "day_of_week", "hour_of_day"]);
/** A path key that PostgreSQL may read as a place in a list: such a path is left to it. */
const PLACE = /^-?\d+$/;

const filtersFit = (where: readonly Filter[]): boolean =>
  where.every(({ path, test }) => !ZONED.has(test.type) && !path.some((key) => PLACE.test(key)));
const windowFits = (window: Window): boolean => boundsOf(window, 0) !== undefined;

/** Calendar periods begin in the person's zone. */
const inZone = ({ of }: Measure): boolean => of === "days" || of === "weeks" || of === "months";

/** Whether blocks can answer a leaf, as far as its own form says. */
export function blocksFit(leaf: Leaf): leaf is EventLeaf {
  switch (leaf.kind) {
    case "event":
      return (
        windowFits(leaf.window) &&
        filtersFit(leaf.where) &&
        !inZone(leaf.measure) &&
        !("path" in leaf.measure && leaf.measure.path?.some((key) => PLACE.test(key)))
      );
    case "event_time":
      return filtersFit(leaf.where);
    case "lifecycle":
      return true;
    case "sequence":
      return (
        windowFits(leaf.window) &&
        leaf.steps.every((step) => filtersFit(step.where) && filtersFit(step.without?.where ?? []) && (step.same ?? []).length === 0) &&
        filtersFit(leaf.thenNot?.where ?? [])
      );
    default:
      return false;
  }
}

/** Whether columns of people can answer a leaf. */
export function peopleFit(leaf: Leaf): leaf is PersonLeaf {
  if (leaf.kind === "known") return true;
  if (leaf.kind !== "trait" && leaf.kind !== "location") return false;
  return !ZONED.has(leaf.test.type) && !(leaf.kind === "trait" && leaf.path.some((key) => PLACE.test(key)));
}

/** What a leaf looks at: event names (null: any behaviour) with the names of their property columns. */
export function eventsAsked(leaf: EventLeaf): { event: string | null; columns: string[] }[] {
  const of = (event: string | null, where: readonly Filter[], more: readonly string[] = []) => ({
    event,
    columns: [...new Set([...where.map(({ root, path }) => propertyName(root, path)), ...more])],
  });
  switch (leaf.kind) {
    case "event": {
      const path = "path" in leaf.measure ? leaf.measure.path : undefined;
      return [of(leaf.event, leaf.where, path ? [propertyName("properties", path)] : [])];
    }
    case "event_time":
      return [of(leaf.event, leaf.where)];
    case "lifecycle":
      return [of(leaf.event, [])];
    case "sequence":
      return [
        ...leaf.steps.flatMap((step) => [
          of(step.event, step.where),
          ...(step.without ? [of(step.without.event, step.without.where)] : []),
        ]),
        ...(leaf.thenNot ? [of(leaf.thenNot.event, leaf.thenNot.where)] : []),
      ];
  }
}

/** Ids of the types that a name stands for; a name that never arrived has none. */
export function typesOf(event: string | null, typeIds: ReadonlyMap<string, number>): number[] {
  if (event === null) return [...typeIds].filter(([name]) => !isCall(name)).map(([, id]) => id);
  const id = typeIds.get(event);
  return id === undefined ? [] : [id];
}
