import type { CarrierKind, FieldRef } from "./model";

/** What a rule, a definition or a template speaks of itself, without following what it names. */
export interface Mentions {
  fields: FieldRef[];
  names: { kind: CarrierKind; id: string }[];
  /** Keys of computed traits, as formulas and templates write them. */
  computedKeys: string[];
  /** Keys or ids of segments, as templates write them. */
  segmentKeys: string[];
  /** Holds SQL. */
  untraced: boolean;
}

type Bag = Record<string, unknown>;
const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null && !Array.isArray(value);
const keyOf = (path: unknown): string | undefined =>
  Array.isArray(path) && path.length > 0 && path.every((part) => typeof part === "string") ? path.join(".") : undefined;

const PLACES: Record<string, string[]> = {
  country: ["country", "address.country"],
  city: ["city", "address.city"],
  timezone: ["timezone"],
};

/**
 * Reads any JSON of the product that speaks of people: rules of segments, definitions of computed traits, journeys,
 * templates. Muted rows count: they may be switched on again. Pure.
 */
export function mentionsIn(json: unknown): Mentions {
  const out: Mentions = { fields: [], names: [], computedKeys: [], segmentKeys: [], untraced: false };
  walk(json, null, out);
  return out;
}

/** `event`: name of the event around it; null: any. */
function walk(node: unknown, event: string | null, out: Mentions): void {
  if (typeof node === "string") return readLiquid(node, out);
  if (Array.isArray(node)) return node.forEach((one) => walk(one, event, out));
  if (!isBag(node)) return;
  const around = typeof node["event"] === "string" ? node["event"] : node["event"] === null ? null : event;
  const path = keyOf(node["path"]);
  const property = (key: string | undefined): void =>
    void (key !== undefined && out.fields.push({ kind: "event", scope: around ?? "", key }));
  switch (node["kind"]) {
    case "trait":
    case "date_trait":
      if (path !== undefined) out.fields.push({ kind: "trait", scope: "", key: path });
      break;
    case "location":
      for (const key of PLACES[String(node["field"])] ?? []) out.fields.push({ kind: "trait", scope: "", key });
      break;
    case "sql":
      out.untraced = true;
      break;
    case "account":
      break;
    case "formula":
      if (typeof node["expression"] === "string") readFormula(node["expression"], out);
      return;
    default:
      // A filter of an event, or a measure over one of its properties.
      if (node["root"] === "properties" || node["root"] === undefined) property(path);
      property(keyOf(node["stepPath"]));
  }
  for (const [field, kind] of NAMES) {
    const id = node[field];
    if (typeof id === "string" && id !== "") out.names.push({ kind, id });
  }
  for (const [key, value] of Object.entries(node)) if (key !== "path" && key !== "stepPath" && key !== "event") walk(value, around, out);
}

const NAMES: readonly (readonly [string, CarrierKind])[] = [
  ["segmentId", "segment"],
  ["traitId", "computed"],
  ["templateId", "template"],
];

/** Formulas: `trait("address", "city")`, and computed traits by their bare key. */
function readFormula(text: string, out: Mentions): void {
  for (const [, inside = ""] of text.matchAll(/\btrait\s*\(([^)]*)\)/gu)) {
    const parts = [...inside.matchAll(/"([^"]*)"/gu)].map(([, part]) => part ?? "");
    if (parts.length > 0) out.fields.push({ kind: "trait", scope: "", key: parts.join(".") });
  }
  for (const [word] of text.replaceAll(/"[^"]*"/gu, "").matchAll(/[a-z_][a-z0-9_]*/giu)) out.computedKeys.push(word);
}

const MEMBER = String.raw`(?:\.[\w-]+|\[\s*"[^"]*"\s*\]|\[\s*'[^']*'\s*\])`;

/** Liquid: `profile.plan`, `profile["plan"]`, `event.total`. What is not named by a constant is all of it. */
function readLiquid(text: string, out: Mentions): void {
  if (!text.includes("{{") && !text.includes("{%")) return;
  for (const [block] of text.matchAll(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/gu))
    for (const [, root = "", members = ""] of block
      .replaceAll(/"[^"[\]]*"(?!\s*\])|'[^'[\]]*'(?!\s*\])/gu, "")
      .matchAll(new RegExp(String.raw`(?<![\w."'])(profile|event|journey|segments)\b((?:${MEMBER})*)`, "gu"))) {
      const keys = [...members.matchAll(/\.([\w-]+)|\[\s*["']([^"']*)["']\s*\]/gu)].map(([, a, b]) => a ?? b ?? "");
      const first = keys[0] === "traits" || keys[0] === "properties" ? keys.slice(1) : keys;
      if (root === "segments") {
        if (keys[0] !== undefined) out.segmentKeys.push(keys[0]);
        continue;
      }
      const kind = root === "profile" ? "trait" : "event";
      out.fields.push({ kind, scope: "", key: first.join(".") });
      if (kind === "trait" && first[0] !== undefined) out.computedKeys.push(first[0]);
    }
}
