import type { GraphMerge, IdentifierView, ProfileGraph } from "@/domain/profiles/schemas";

/** Merges that hold today between fragments of this person: a forest. */
export const activeMerges = (graph: Pick<ProfileGraph, "merges">): GraphMerge[] => graph.merges.filter((merge) => merge.undone === null);

/**
 * What taking a merge back would leave on either side: the fragments still joined to each of its two ends. Pure; the
 * edges form a forest, so the two sides never overlap.
 */
export function sidesOf(graph: ProfileGraph, merge: GraphMerge): { survivor: number[]; loser: number[] } {
  const rest = activeMerges(graph).filter((other) => other.id !== merge.id);
  const reach = (from: number): number[] => {
    const seen = new Set([from]);
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const edge of rest) {
        const other = edge.survivorFragment === at ? edge.loserFragment : edge.loserFragment === at ? edge.survivorFragment : undefined;
        if (other !== undefined && !seen.has(other)) {
          seen.add(other);
          open.push(other);
        }
      }
    }
    return [...seen].toSorted((a, b) => a - b);
  };
  return { survivor: reach(merge.survivorFragment), loser: reach(merge.loserFragment) };
}

export interface Placed {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface PlacedFragment extends Placed {
  fragment: number;
  identifiers: number;
}
export interface PlacedIdentifier extends Placed {
  fragment: number;
  identifier: IdentifierView;
}
export interface PlacedMore extends Placed {
  fragment: number;
  count: number;
}

export const COLUMN = 300;
const GAP = 90;
const FRAGMENT_HEIGHT = 76;
const IDENTIFIER_HEIGHT = 52;
/** Identifiers drawn per fragment; the list below the graph has all. */
export const DRAWN = 8;

/**
 * Places for drawing: one column per fragment, joined fragments beside each other, identifiers below their fragment in
 * the order in which they came. Deterministic.
 */
export function placeGraph(graph: ProfileGraph): { fragments: PlacedFragment[]; identifiers: PlacedIdentifier[]; more: PlacedMore[] } {
  const merges = activeMerges(graph);
  const order: number[] = [];
  const visit = (fragment: number): void => {
    if (order.includes(fragment)) return;
    order.push(fragment);
    for (const merge of merges) {
      if (merge.survivorFragment === fragment) visit(merge.loserFragment);
      if (merge.loserFragment === fragment) visit(merge.survivorFragment);
    }
  };
  visit(graph.id);
  for (const fragment of graph.fragments) visit(fragment.id);
  const known = new Set(graph.fragments.map((fragment) => fragment.id));
  const fragments: PlacedFragment[] = [];
  const identifiers: PlacedIdentifier[] = [];
  const more: PlacedMore[] = [];
  order
    .filter((fragment) => known.has(fragment))
    .forEach((fragment, column) => {
      const x = column * (COLUMN + GAP);
      const own = graph.identifiers.filter((item) => item.profileId === fragment);
      fragments.push({ id: `f${fragment}`, fragment, identifiers: own.length, x, y: 0, width: COLUMN, height: FRAGMENT_HEIGHT });
      own.slice(0, DRAWN).forEach((identifier, row) =>
        identifiers.push({
          id: `i${fragment}-${row}`,
          fragment,
          identifier,
          x: x + 28,
          y: FRAGMENT_HEIGHT + 28 + row * (IDENTIFIER_HEIGHT + 12),
          width: COLUMN - 28,
          height: IDENTIFIER_HEIGHT,
        }),
      );
      if (own.length > DRAWN) {
        more.push({
          id: `m${fragment}`,
          fragment,
          count: own.length - DRAWN,
          x: x + 28,
          y: FRAGMENT_HEIGHT + 28 + DRAWN * (IDENTIFIER_HEIGHT + 12),
          width: COLUMN - 28,
          height: 32,
        });
      }
    });
  return { fragments, identifiers, more };
}

/** Why a merge happened, in one line. */
export function causeText(merge: GraphMerge, label: (type: string) => string): string {
  const types = [...new Set(merge.evidence.map((item) => label(item.type)))];
  const named =
    types.length === 0 ? "" : types.length === 1 ? ` through ${types[0]}` : ` naming ${types.slice(0, -1).join(", ")} and ${types.at(-1)}`;
  switch (merge.cause) {
    case "event":
      return `One message${named}`;
    case "alias":
      return `An alias call${named}`;
    case "operator":
      return `By hand${merge.actor === null ? "" : `, by ${merge.actor}`}`;
  }
}
