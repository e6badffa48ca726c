import { parseAsArrayOf, parseAsFloat, parseAsIsoDate, parseAsString, parseAsStringLiteral } from "nuqs";
import { TRAIT_OPERATORS, type PeopleFilter } from "@/domain/profiles/schemas";

export const DEFAULT_COLUMNS = ["name", "kind", "email", "country", "lastSeen", "orders", "value"] as const;

/** The people table's state in the address, so that a view can be linked, shared and gone back to. */
export const peopleParams = {
  q: parseAsString,
  kind: parseAsStringLiteral(["known", "anonymous"] as const),
  country: parseAsArrayOf(parseAsString),
  seenFrom: parseAsIsoDate,
  seenTo: parseAsIsoDate,
  source: parseAsString,
  event: parseAsString,
  valueFrom: parseAsFloat,
  valueTo: parseAsFloat,
  /** `key~operator~value`, each part percent-encoded. */
  trait: parseAsArrayOf(parseAsString),
  sort: parseAsStringLiteral(["lastSeen", "value", "added"] as const).withDefault("lastSeen"),
  order: parseAsStringLiteral(["asc", "desc"] as const).withDefault("desc"),
  columns: parseAsArrayOf(parseAsString).withDefault([...DEFAULT_COLUMNS]),
  density: parseAsStringLiteral(["comfortable", "compact"] as const).withDefault("comfortable"),
  view: parseAsString,
};

export type TraitCondition = NonNullable<PeopleFilter["traits"]>[number];

export const encodeTrait = ({ key, op, value }: TraitCondition): string => [key, op, value ?? ""].map(encodeURIComponent).join("~");

export function decodeTrait(text: string): TraitCondition | undefined {
  try {
    const [key = "", op = "", value = ""] = text.split("~").map(decodeURIComponent);
    const operator = TRAIT_OPERATORS.find((known) => known === op);
    if (key === "" || operator === undefined) return undefined;
    return operator === "exists" || operator === "not_exists" ? { key, op: operator } : { key, op: operator, value };
  } catch {
    return undefined;
  }
}

export interface PeopleState {
  q: string | null;
  kind: "known" | "anonymous" | null;
  country: string[] | null;
  seenFrom: Date | null;
  seenTo: Date | null;
  source: string | null;
  event: string | null;
  valueFrom: number | null;
  valueTo: number | null;
  trait: string[] | null;
}

export const NO_FILTER: PeopleState = {
  q: null,
  kind: null,
  country: null,
  seenFrom: null,
  seenTo: null,
  source: null,
  event: null,
  valueFrom: null,
  valueTo: null,
  trait: null,
};

/** The filter that the server reads. The end of a range of days is the end of its last day (UTC). */
export function filterOf(state: PeopleState): PeopleFilter {
  const traits = (state.trait ?? []).flatMap((text) => decodeTrait(text) ?? []);
  return {
    ...(state.q ? { q: state.q } : {}),
    ...(state.kind ? { kind: state.kind } : {}),
    ...(state.country?.length ? { countries: state.country } : {}),
    ...(state.seenFrom ? { lastSeenFrom: state.seenFrom.toISOString() } : {}),
    ...(state.seenTo ? { lastSeenTo: new Date(state.seenTo.getTime() + 86_399_999).toISOString() } : {}),
    ...(state.source ? { source: state.source } : {}),
    ...(state.event ? { event: state.event } : {}),
    ...(state.valueFrom !== null ? { valueFrom: state.valueFrom } : {}),
    ...(state.valueTo !== null ? { valueTo: state.valueTo } : {}),
    ...(traits.length ? { traits } : {}),
  };
}
