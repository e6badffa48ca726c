import type { AnySql } from "@/db/client";
import type { Group } from "@/domain/segments/model";
import { definitionSchema } from "./model";
import type { JourneyDefinition } from "./model";

/** Published versions never change: a process reads each once. By database and id, since tests have several. */
const known = new Map<string, JourneyDefinition>();
const MOST_KNOWN = 500;

export const versionKey = (journeyId: string, version: number): string => `${journeyId}:${version}`;

/** Definitions by `versionKey`. */
export async function definitionsOf(
  sql: AnySql,
  wanted: readonly { journeyId: string; version: number }[],
): Promise<Map<string, JourneyDefinition>> {
  const out = new Map<string, JourneyDefinition>();
  const missing = new Map<string, { journeyId: string; version: number }>();
  for (const one of wanted) {
    const key = versionKey(one.journeyId, one.version);
    const definition = known.get(key);
    if (definition === undefined) missing.set(key, one);
    else out.set(key, definition);
  }
  if (missing.size > 0) {
    const rows = await sql<{ journeyId: string; version: number; definition: unknown }[]>`
      select v.journey_id as "journeyId", v.version, v.definition from journey_versions v
      join json_to_recordset(${JSON.stringify([...missing.values()])}::text::json) as w("journeyId" text, version int)
        on w."journeyId" = v.journey_id and w.version = v.version`;
    if (known.size > MOST_KNOWN) known.clear();
    for (const row of rows) {
      const definition = definitionSchema.parse(row.definition);
      const key = versionKey(row.journeyId, row.version);
      known.set(key, definition);
      out.set(key, definition);
    }
  }
  return out;
}

/** Every condition that a run of the definition may be asked. */
export function conditionsOf({ nodes, settings }: JourneyDefinition): Group[] {
  return [
    ...settings.exits.flatMap((rule) => (rule.kind === "condition" ? [rule.condition] : [])),
    ...nodes.flatMap((node): Group[] => {
      if (node.kind === "wait_condition") return [node.condition];
      return node.kind === "split" ? node.branches.map(({ condition }) => condition) : [];
    }),
  ];
}

/** Whether a change of the person alone, without an event, may move a waiting run: then it is looked at again and again. */
export function asksAgain(definition: JourneyDefinition, node: string | null): boolean {
  if (definition.settings.exits.some((rule) => rule.kind === "condition")) return true;
  return definition.nodes.some((one) => one.id === node && one.kind === "wait_condition");
}
