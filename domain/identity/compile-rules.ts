import { RE2JS } from "re2js";
import { PERIOD_DAYS, type BlockedValue, type IdentityRules } from "./model";

export interface TypeRule {
  /** 0 is the highest. */
  priority: number;
  limit: number;
  /** Milliseconds; Infinity for "ever". */
  window: number;
  /** May join people: the rule says so, and it is reviewed or types are not held. */
  merges: boolean;
  reviewed: boolean;
}

/** "block": never an identifier; "no_merge": kept, joins nobody; "ok": an identifier. */
export type Verdict = "ok" | "block" | "no_merge";

/** Rules in the form that resolution uses; one per version, immutable. */
export interface CompiledRules {
  version: number;
  rules: IdentityRules;
  /** The rule of a type, also of one never heard of. */
  of(type: string): TypeRule;
  judge(type: string, value: string): Verdict;
  /** Types outside the built-in ones, with the keys they are searched under. */
  custom: { type: string; keys: string[] }[];
}

const UNKNOWN_TYPE_PRIORITY = 1_000;
const VERDICTS_KEPT = 100_000;

const camel = (text: string): string => text.replaceAll(/[_.-]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
const snake = (text: string): string =>
  text
    .replaceAll(/[.-]+/g, "_")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();

export function compileRules(rules: IdentityRules, version: number, builtIn: readonly string[]): CompiledRules {
  const types = new Map<string, TypeRule>();
  rules.identifiers.forEach((rule, priority) => {
    const days = PERIOD_DAYS[rule.period];
    types.set(rule.type, {
      priority,
      limit: rule.limit,
      window: days === null ? Infinity : days * 86_400_000,
      merges: rule.merges && (rule.reviewed || !rules.holdNewTypes),
      reviewed: rule.reviewed,
    });
  });
  const unknown: TypeRule = { priority: UNKNOWN_TYPE_PRIORITY, limit: 5, window: Infinity, merges: !rules.holdNewTypes, reviewed: false };
  return {
    version,
    rules,
    of: (type) => types.get(type) ?? unknown,
    judge: judgeOf(rules.blocked),
    custom: rules.identifiers
      .filter((rule) => !builtIn.includes(rule.type))
      .map(({ type }) => ({ type, keys: [...new Set([type, camel(type), snake(type)])] })),
  };
}

/** One alternation per type and action, and the verdicts of recent values: most values come again and again. */
function judgeOf(blocked: readonly BlockedValue[]): (type: string, value: string) => Verdict {
  const exact = new Map<string, Verdict>();
  const patterns = new Map<string, RE2JS>();
  const sources = new Map<string, string[]>();
  for (const entry of blocked) {
    if (entry.match === "exact") {
      const key = `${entry.type}\0${entry.value.trim().toLowerCase()}`;
      if (exact.get(key) !== "block") exact.set(key, entry.action);
    } else {
      const key = `${entry.type}\0${entry.action}`;
      sources.set(key, [...(sources.get(key) ?? []), `(?:${entry.value})`]);
    }
  }
  for (const [key, list] of sources) patterns.set(key, RE2JS.compile(list.join("|")));
  const matches = (type: string, action: Verdict, value: string): boolean =>
    exact.get(`${type}\0${value.toLowerCase()}`) === action || (patterns.get(`${type}\0${action}`)?.test(value) ?? false);
  const decide = (type: string, value: string): Verdict => {
    for (const action of ["block", "no_merge"] as const) {
      if (matches(type, action, value) || matches("*", action, value)) return action;
    }
    return "ok";
  };
  const seen = new Map<string, Verdict>();
  return (type, value) => {
    const key = `${type}\0${value}`;
    let verdict = seen.get(key);
    if (verdict === undefined) {
      verdict = decide(type, value);
      if (seen.size >= VERDICTS_KEPT) seen.clear();
      seen.set(key, verdict);
    }
    return verdict;
  };
}
