import { exitsOf } from "@/domain/journeys/graph";
import type { JourneyDefinition, JourneyNode } from "@/domain/journeys/model";
import { entryWords, settingsWords, stepName, stepWords, type Names } from "./words";

export interface Difference {
  readonly kind: "added" | "removed" | "changed";
  /** Step, where it is about one. */
  readonly node: string | null;
  readonly text: string;
}

/** What is different in `after`, in words. Equal drawings: none. */
export function diffJourneys(before: JourneyDefinition, after: JourneyDefinition, names: Names): Difference[] {
  const out: Difference[] = [];
  const entry = [entryWords(before.entry, names), entryWords(after.entry, names)];
  if (JSON.stringify(before.entry) !== JSON.stringify(after.entry))
    out.push({
      kind: "changed",
      node: null,
      text: entry[0] === entry[1] ? "Entry: its filters" : `Entry: “${entry[0]}” becomes “${entry[1]}”`,
    });
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const now = new Map(after.nodes.map((node) => [node.id, node]));
  const nameIn = (steps: ReadonlyMap<string, JourneyNode>) => (id: string) => {
    const node = steps.get(id);
    return node ? stepName(node) : "a step";
  };
  for (const node of after.nodes)
    if (!old.has(node.id)) out.push({ kind: "added", node: node.id, text: `${stepName(node)}: ${stepWords(node, names, nameIn(now))}` });
  for (const node of before.nodes) {
    const other = now.get(node.id);
    if (!other) {
      out.push({ kind: "removed", node: node.id, text: `${stepName(node)}: ${stepWords(node, names, nameIn(old))}` });
      continue;
    }
    for (const text of changes(node, other, names, nameIn(old), nameIn(now))) out.push({ kind: "changed", node: node.id, text });
  }
  if (before.start !== after.start && after.start !== null && old.has(after.start))
    out.push({ kind: "changed", node: null, text: `The first step is now ${nameIn(now)(after.start)}` });
  const was = settingsWords(before, names);
  const is = settingsWords(after, names);
  const settings = [
    ...was.filter((line) => !is.includes(line)).map((text): Difference => ({ kind: "removed", node: null, text: `Setting: ${text}` })),
    ...is.filter((line) => !was.includes(line)).map((text): Difference => ({ kind: "added", node: null, text: `Setting: ${text}` })),
  ];
  if (settings.length === 0 && JSON.stringify(before.settings) !== JSON.stringify(after.settings))
    out.push({ kind: "changed", node: null, text: "Filters in the settings" });
  out.push(...settings);
  if (JSON.stringify(before.notes) !== JSON.stringify(after.notes)) out.push({ kind: "changed", node: null, text: "Notes" });
  return out;
}

function* changes(
  before: JourneyNode,
  after: JourneyNode,
  names: Names,
  oldName: (id: string) => string,
  newName: (id: string) => string,
): Generator<string> {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const name = stepName(after);
  if (stepName(before) !== name) yield `“${stepName(before)}” is now called “${name}”`;
  const words = [stepWords(before, names, oldName), stepWords(after, names, newName)];
  if (words[0] !== words[1]) yield `${name}: “${words[0]}” becomes “${words[1]}”`;
  const exits = exitsOf(before);
  let moved = false;
  for (const exit of exitsOf(after)) {
    const other = exits.find(({ branch }) => branch === exit.branch);
    const branch = exit.label === "" ? "" : ` (${exit.label})`;
    if (!other) yield `${name}: new branch “${exit.label || exit.branch}”`;
    else if (other.to !== exit.to && exit.branch !== "back") {
      moved = true;
      yield `${name}${branch}: goes on to ${exit.to === null ? "the end" : newName(exit.to)}, not to ${other.to === null ? "the end" : oldName(other.to)}`;
    }
  }
  for (const exit of exits)
    if (!exitsOf(after).some(({ branch }) => branch === exit.branch)) yield `${name}: without the branch “${exit.label || exit.branch}”`;
  if (words[0] === words[1] && !moved && stepName(before) === name) yield `${name}: its details`;
}
