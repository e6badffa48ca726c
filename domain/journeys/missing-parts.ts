import { labelViolations, violationSentence } from "@/domain/labels";
import type { Ctx } from "@/domain/kernel/context";
import { conditionsOf } from "./definitions";
import type { JourneyDefinition } from "./model";
import { isTimed, nextOccurrence } from "./occurrences";
import type { TimedEntry } from "./occurrences";

/** Lists, templates, segments and journeys that the drawing names and that are not there. */
export async function missingParts(tx: Ctx, definition: JourneyDefinition): Promise<{ node: string | null; message: string }[]> {
  const wanted = definition.nodes.flatMap((node): { node: string; kind: string; id: string }[] => {
    if (node.kind === "message" && node.templateId !== null) return [{ node: node.id, kind: "template", id: node.templateId }];
    if (node.kind === "list" && node.listId !== null) return [{ node: node.id, kind: "list", id: node.listId }];
    if (node.kind === "start_journey" && node.journeyId !== null) return [{ node: node.id, kind: "journey", id: node.journeyId }];
    if (node.kind === "destination") return [{ node: node.id, kind: "destination", id: node.destinationId ?? "" }];
    return [];
  });
  const { entry } = definition;
  const segments = entry.kind === "segment_entered" || entry.kind === "segment_left" || entry.kind === "schedule" ? [entry.segmentId] : [];
  const rows = await tx.sql<{ kind: string; id: string }[]>`
    select 'template' as kind, id from templates where archived_at is null union all select 'list', id from lists where deleted_at is null
    union all select 'journey', id from journeys where archived_at is null union all select 'segment', id from segments where deleted_at is null`;
  const there = new Set(rows.map((row) => `${row.kind}:${row.id}`));
  return [
    ...(await forbiddenParts(tx, definition)),
    ...(isTimed(entry) && isOver(entry, tx.clock.now().getTime())
      ? [{ node: null, message: "The start lies in the past. Choose a later time." }]
      : []),
    ...wanted
      .filter((one) => !there.has(`${one.kind}:${one.id}`))
      .map(({ node, kind }) => ({ node, message: `The ${kind} is not there any more. Choose another.` })),
    ...segments
      .filter((segment) => segment !== null && !there.has(`segment:${segment}`))
      .map(() => ({ node: null, message: "The entry's segment is not there any more. Choose another." })),
  ];
}

/** The purpose of consent that a message of a journey is sent for. */
export const purposeOf = (definition: Pick<JourneyDefinition, "settings">, transactional: boolean): string | null =>
  transactional ? "service" : definition.settings.purposeId;

/** Messages that a policy about labels does not allow: by who is chosen (conditions, entry) or by what is said (template). */
async function forbiddenParts(tx: Ctx, definition: JourneyDefinition): Promise<{ node: string; message: string }[]> {
  const out: { node: string; message: string }[] = [];
  for (const node of definition.nodes) {
    if (node.kind !== "message") continue;
    const use = { purpose: purposeOf(definition, node.transactional), use: "messages" };
    const [violation] = await labelViolations(tx.sql, use, { name: null, json: messageRoot(definition, node.templateId) });
    if (violation) out.push({ node: node.id, message: `This message cannot be sent: ${violationSentence(violation)}.` });
  }
  return out;
}

/** What a message carries labels of: the journey's entry and conditions, and its own template. */
export const messageRoot = (definition: JourneyDefinition, templateId: string | null): unknown => ({
  entry: definition.entry,
  conditions: conditionsOf(definition),
  ...(templateId === null ? {} : { templateId }),
});

/** Whether a single start is over everywhere. */
function isOver(entry: TimedEntry, now: number): boolean {
  return entry.kind === "schedule" && entry.at !== null && nextOccurrence(entry, entry.local ? "Etc/GMT+12" : "UTC", now) === null;
}
