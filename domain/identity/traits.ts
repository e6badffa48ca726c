import type { Json, JsonObject } from "@/domain/events/model";
import type { TraitMeta, Traits, TraitsMeta } from "@/domain/profiles/model";
import type { IdentityRules, TraitRule } from "./model";
import { cut, normaliseEmail } from "./normalise";
import type { KnownIdentifier } from "./state";

/** Traits that one fragment keeps; more are not taken, so that garbage cannot grow a row without end. */
export const MAX_TRAITS = 1_000;

export type TraitPolicy = Pick<IdentityRules, "traitRule" | "sourcePriority" | "traitRules" | "ignoreEmptyTraits">;

interface Choice {
  rule: TraitRule;
  /** Source id to its place in the order; an unlisted source stands behind all listed ones. */
  ranks: ReadonlyMap<string, number>;
}

/** Rules are immutable, and every value of every message asks. */
const choices = new WeakMap<TraitPolicy, { general: Choice; byKey: ReadonlyMap<string, Choice> }>();

function choiceOf(policy: TraitPolicy, key: string): Choice {
  let found = choices.get(policy);
  if (!found) {
    const choice = (rule: TraitRule, order: readonly string[]): Choice => ({ rule, ranks: new Map(order.map((id, index) => [id, index])) });
    found = {
      general: choice(policy.traitRule, policy.sourcePriority),
      byKey: new Map(policy.traitRules.map((own) => [own.key, choice(own.rule, own.sourcePriority)])),
    };
    choices.set(policy, found);
  }
  return found.byKey.get(key) ?? found.general;
}

/** Whether a new value of the trait takes the place of a held one. Ties go by message id, so the order of arrival never matters. */
export function beats(key: string, next: TraitMeta, held: TraitMeta, policy: TraitPolicy): boolean {
  if (Boolean(next.fill) !== Boolean(held.fill)) return !next.fill;
  const { rule, ranks } = choiceOf(policy, key);
  // What merely came along fills a gap once: the earliest stays.
  if (next.fill || rule === "first") return before(next, held);
  if (rule === "source_priority") {
    const a = ranks.get(next.sourceId) ?? Infinity;
    const b = ranks.get(held.sourceId) ?? Infinity;
    if (a !== b) return a < b;
  }
  return before(held, next);
}

export const sameTraitPolicy = (a: TraitPolicy, b: TraitPolicy): boolean =>
  JSON.stringify([a.traitRule, a.sourcePriority, a.traitRules]) === JSON.stringify([b.traitRule, b.sourcePriority, b.traitRules]);

const before = (a: TraitMeta, b: TraitMeta): boolean => a.at < b.at || (a.at === b.at && a.messageId < b.messageId);

export interface FragmentTraits {
  traits: Traits;
  meta: TraitsMeta;
}

const isEmpty = (value: Json): boolean => value === null || (typeof value === "string" && value.trim() === "");

/** Lays a message's traits into a fragment's, each key by itself; `laid` hears each key and whether its value is another. Returns whether anything changed. */
export function layTraits(
  into: FragmentTraits,
  values: JsonObject,
  meta: TraitMeta,
  policy: TraitPolicy,
  laid?: (key: string, differs: boolean) => void,
): boolean {
  let changed = false;
  let size = -1;
  for (const key of Object.keys(values)) {
    const value = values[key] as Json;
    if (key === "__proto__" || (policy.ignoreEmptyTraits && isEmpty(value))) continue;
    const held = Object.hasOwn(into.meta, key) ? into.meta[key] : undefined;
    if (held) {
      if (!beats(key, meta, held, policy)) continue;
    } else {
      if (size < 0) size = Object.keys(into.meta).length;
      if (size >= MAX_TRAITS) continue;
      size += 1;
    }
    const before = held ? into.traits[key] : undefined;
    into.traits[key] = value;
    into.meta[key] = meta;
    changed = true;
    laid?.(key, value !== before || (typeof value === "object" && value !== null));
  }
  return changed;
}

/** One person's traits out of several fragments' values. */
export function reconcile(parts: readonly FragmentTraits[], policy: TraitPolicy): Traits {
  const [first, ...rest] = parts;
  if (!first) return {};
  if (rest.length === 0) return first.traits;
  const out: Traits = {};
  const metas: TraitsMeta = {};
  for (const part of parts) {
    for (const key of Object.keys(part.traits)) {
      const meta = part.meta[key];
      if (!meta) continue;
      const held = metas[key];
      if (held && !beats(key, meta, held, policy)) continue;
      out[key] = part.traits[key] as Json;
      metas[key] = meta;
    }
  }
  return out;
}

export interface PersonSummary {
  known: boolean;
  name: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  city: string | null;
  timezone: string | null;
  /** Lower case: name and e-mails, for search. */
  searchText: string;
}

const line = (value: Json | undefined, most = 200): string | null => {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
  return text === "" ? null : cut(text, most);
};

const known = (identifiers: readonly KnownIdentifier[], type: string): string[] =>
  identifiers
    .filter((identifier) => identifier.type === type && (identifier.status === "active" || identifier.status === "no_merge"))
    .sort((a, b) => b.lastSeen - a.lastSeen || a.firstSeen - b.firstSeen || (a.value < b.value ? -1 : 1))
    .map(({ value }) => value);

/** Everything about a person that follows from reconciled traits and identifiers. Pure. */
export function summarise(traits: Traits, identifiers: readonly KnownIdentifier[]): PersonSummary {
  const address = traits["address"];
  const place = address !== null && typeof address === "object" && !Array.isArray(address) ? address : {};
  const full = [line(traits["firstName"] ?? traits["first_name"], 100), line(traits["lastName"] ?? traits["last_name"], 100)].filter(
    (part) => part !== null,
  );
  const emails = known(identifiers, "email");
  const phones = known(identifiers, "phone");
  const given = line(traits["email"], 254);
  const name = line(traits["name"]) ?? (full.length > 0 ? full.join(" ") : null);
  // A trait that is no address is shown among the traits, not as the person's address.
  const email = (given === null ? undefined : normaliseEmail(given)) ?? emails[0] ?? null;
  const words = [name, ...new Set([...(email === null ? [] : [email]), ...emails])].filter((part) => part !== null);
  return {
    known: identifiers.some(({ type }) => type === "user_id") || emails.length > 0 || phones.length > 0,
    name,
    email,
    phone: line(traits["phone"], 40) ?? phones[0] ?? null,
    country: line(place["country"] ?? traits["country"], 64),
    city: line(place["city"] ?? traits["city"], 128),
    timezone: line(traits["timezone"], 64),
    searchText: cut(words.join(" ").toLowerCase(), 2_000),
  };
}
