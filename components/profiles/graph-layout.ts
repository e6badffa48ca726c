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

export const COLUMN = 290;
/** Room for the label of a merge between two columns. */
const GAP = 300;
const FRAGMENT_HEIGHT = 64;
const IDENTIFIER_HEIGHT = 44;
const ROW = IDENTIFIER_HEIGHT + 8;
const BLOCK_GAP = 28;
/** Identifiers drawn per fragment; the list below the graph has all. */
export const DRAWN = 6;

/**
 * Places for drawing, as a tree from the canonical fragment to the right: each fragment with its identifiers below it,
 * the fragments merged with it in the next column. Deterministic; damaged data (a cycle) still ends.
 */
export function placeGraph(graph: ProfileGraph): {
  fragments: PlacedFragment[];
  identifiers: PlacedIdentifier[];
  more: PlacedMore[];
  height: number;
} {
  const known = new Set(graph.fragments.map((fragment) => fragment.id));
  const merges = activeMerges(graph);
  const seen = new Set<number>();
  const fragments: PlacedFragment[] = [];
  const identifiers: PlacedIdentifier[] = [];
  const more: PlacedMore[] = [];
  const place = (fragment: number, depth: number, top: number): number => {
    seen.add(fragment);
    const x = depth * (COLUMN + GAP);
    const own = graph.identifiers.filter((item) => item.profileId === fragment);
    fragments.push({ id: `f${fragment}`, fragment, identifiers: own.length, x, y: top, width: COLUMN, height: FRAGMENT_HEIGHT });
    const rows = top + FRAGMENT_HEIGHT + 14;
    own.slice(0, DRAWN).forEach((identifier, row) =>
      identifiers.push({
        id: `i${fragment}-${row}`,
        fragment,
        identifier,
        x: x + 28,
        y: rows + row * ROW,
        width: COLUMN - 28,
        height: IDENTIFIER_HEIGHT,
      }),
    );
    if (own.length > DRAWN)
      more.push({
        id: `m${fragment}`,
        fragment,
        count: own.length - DRAWN,
        x: x + 28,
        y: rows + DRAWN * ROW,
        width: COLUMN - 28,
        height: 30,
      });
    const ownBottom = rows + Math.min(own.length, DRAWN) * ROW + (own.length > DRAWN ? 38 : 0);
    let childTop = top;
    for (const merge of merges) {
      const other =
        merge.survivorFragment === fragment ? merge.loserFragment : merge.loserFragment === fragment ? merge.survivorFragment : undefined;
      if (other !== undefined && known.has(other) && !seen.has(other)) childTop = place(other, depth + 1, childTop) + BLOCK_GAP;
    }
    return Math.max(ownBottom, childTop - BLOCK_GAP);
  };
  let bottom = 0;
  for (const fragment of [graph.id, ...known])
    if (known.has(fragment) && !seen.has(fragment)) bottom = place(fragment, 0, bottom === 0 ? 0 : bottom + BLOCK_GAP);
  return { fragments, identifiers, more, height: bottom };
}

/** The identifiers that met in a merge, for the label of its line. */
export function evidenceText(merge: GraphMerge, label: (type: string) => string): string {
  const types = [...new Set(merge.evidence.map((item) => label(item.type)))];
  return types.length === 0 ? (merge.cause === "operator" ? "By hand" : "Merged") : types.slice(0, 2).join(" + ");
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
