import type { Filter } from "../model";

/** Rows of a full block, and neighbouring ids of one row of people's columns. */
export const BLOCK_ROWS = 65_536;
/** The one lock under which blocks are written. */
export const BLOCK_LOCK = 7_201_006;

/** The name of a property's column: root and path as a JSON list. */
export const propertyName = (root: Filter["root"], path: readonly string[]): string => JSON.stringify([root, ...path]);

export interface PropertyPlace {
  root: Filter["root"];
  path: string[];
}

export function placeOf(name: string): PropertyPlace {
  const [root, ...path] = JSON.parse(name) as string[];
  return { root: root === "context" ? "context" : "properties", path };
}
