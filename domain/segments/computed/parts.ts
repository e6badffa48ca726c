import type { Filter, LeafOf, Rule, Window } from "../model";
import { needsOf, type Needs } from "../needs";
import { keysIn, traitsIn } from "./expression";
import type { Definition } from "./model";

/** The events that a definition looks at, once for each part of a ratio. */
export interface EventsPart {
  event: string | null;
  where: Filter[];
  window: Window;
}

/** Parts with the properties that are read besides those of the filters. */
function partsOf(definition: Definition): { part: EventsPart; path: string[] | undefined }[] {
  switch (definition.kind) {
    case "ratio":
      return [definition.of, definition.per].map((part) => ({ part, path: "path" in part.measure ? part.measure.path : undefined }));
    case "event":
      return [{ part: definition, path: "path" in definition.measure ? definition.measure.path : undefined }];
    case "sessions":
      return [{ part: definition, path: undefined }];
    case "rfm":
      return [{ part: definition, path: definition.path }];
    case "formula":
    case "sql":
      return [];
  }
}

const leafOf = ({ event, where, window }: EventsPart, path: string[] | undefined, id: string): LeafOf<"event"> => ({
  kind: "event",
  id,
  event,
  where,
  window,
  measure: path ? { of: "distinct", path } : { of: "count" },
  compare: { operator: "at_least", n: 1 },
});

const ruleWith = (children: LeafOf<"event">[]): Rule => ({ version: 1, root: { kind: "group", id: "root", match: "all", children } });

const partRules = new WeakMap<EventsPart, Rule>();

/** A part as a rule of segments: what it needs of a person and when time may change it are asked there. */
export function partRule(part: EventsPart): Rule {
  let rule = partRules.get(part);
  if (!rule) partRules.set(part, (rule = ruleWith([leafOf(part, undefined, "part")])));
  return rule;
}

/** What of people's facts these definitions ask for. */
export function needsOfDefinitions(definitions: readonly Definition[], now: number): Needs {
  const leaves = definitions.flatMap(partsOf).map(({ part, path }, i) => leafOf(part, path, `p${i}`));
  return needsOf([ruleWith(leaves)], now);
}

/** A definition as a rule that depends on the same facts of a person; what it asks of other computed traits is left out. */
export function dependenceRule(definition: Definition): Rule {
  const leaves = partsOf(definition).map(({ part, path }, i) => leafOf(part, path, `p${i}`));
  const traits = definition.kind === "formula" ? traitsIn(definition.expression) : [];
  const rule = ruleWith(leaves);
  for (const [i, path] of traits.entries())
    rule.root.children.push({ kind: "trait", id: `t${i}`, path, test: { type: "presence", operator: "exists" } });
  return rule;
}

/** Keys of the computed traits that a definition asks. */
export const usesOf = (definition: Definition): string[] => (definition.kind === "formula" ? keysIn(definition.expression) : []);
