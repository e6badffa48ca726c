import { filterSchema, ruleSchema, type Filter, type Group, type RuleNode } from "@/domain/segments/model";
import type { JourneyDefinition, JourneyNode, JourneySettings } from "@/domain/journeys/model";

/**
 * The drawing as it can be stored while a row of a condition is still being written. Such a row is kept as an empty group
 * in its place, and a filter as one without a property: both are unfinished for everybody who looks, so a drawing with
 * half a condition is saved but never published as if the row were not there. Parts that are whole stay the same objects.
 */
export function storable(definition: JourneyDefinition): JourneyDefinition {
  const nodes = mapped(definition.nodes, node);
  const settings = settingsOf(definition.settings);
  const { entry } = definition;
  const where = entry.kind === "event" ? mapped(entry.where, filter) : null;
  if (nodes === definition.nodes && settings === definition.settings && (entry.kind !== "event" || where === entry.where))
    return definition;
  return { ...definition, nodes: [...nodes], settings, entry: entry.kind === "event" && where ? { ...entry, where: [...where] } : entry };
}

function mapped<T>(list: readonly T[], change: (one: T) => T): readonly T[] {
  const out = list.map(change);
  return out.some((one, i) => one !== list[i]) ? out : list;
}

const known = new WeakMap<object, object>();
/** Looks at each part once: unchanged parts of a drawing are the same objects from edit to edit. */
function once<T extends object>(part: T, make: () => T): T {
  const before = known.get(part);
  if (before) return before as T;
  const made = make();
  known.set(part, made);
  return made;
}

function node(one: JourneyNode): JourneyNode {
  if (one.kind !== "split" && one.kind !== "wait_condition" && one.kind !== "hold_until") return one;
  return once(one, () => {
    if (one.kind === "wait_condition") {
      const condition = group(one.condition);
      return condition === one.condition ? one : { ...one, condition };
    }
    if (one.kind === "split") {
      const branches = mapped(one.branches, (branch) => {
        const condition = group(branch.condition);
        return condition === branch.condition ? branch : { ...branch, condition };
      });
      return branches === one.branches ? one : { ...one, branches: [...branches] };
    }
    const branches = mapped(one.branches, (branch) => {
      const where = mapped(branch.where, filter);
      return where === branch.where ? branch : { ...branch, where: [...where] };
    });
    return branches === one.branches ? one : { ...one, branches: [...branches] };
  });
}

function settingsOf(settings: JourneySettings): JourneySettings {
  return once(settings, () => {
    const exits = mapped(settings.exits, (rule) => {
      if (rule.kind === "condition") {
        const condition = group(rule.condition);
        return condition === rule.condition ? rule : { ...rule, condition };
      }
      const where = mapped(rule.where, filter);
      return where === rule.where ? rule : { ...rule, where: [...where] };
    });
    const goalWhere = settings.goal ? mapped(settings.goal.where, filter) : null;
    const goal = settings.goal && goalWhere !== settings.goal.where ? { ...settings.goal, where: [...(goalWhere ?? [])] } : settings.goal;
    return exits === settings.exits && goal === settings.goal ? settings : { ...settings, exits: [...exits], goal };
  });
}

function group(condition: Group): Group {
  const children = mapped(condition.children, (child): RuleNode => {
    if (child.kind === "group") return group(child);
    const whole = ruleSchema.safeParse({ version: 1, root: { kind: "group", id: "only", match: "all", children: [child] } }).success;
    return whole ? child : { kind: "group", id: child.id, match: "any", children: [] };
  });
  return children === condition.children ? condition : { ...condition, children: [...children] };
}

const UNNAMED: Filter = { root: "properties", path: [" "], test: { type: "presence", operator: "exists" } };
const filter = (one: Filter): Filter => (filterSchema.safeParse(one).success ? one : UNNAMED);
