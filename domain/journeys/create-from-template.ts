import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { createTemplate } from "@/domain/templates";
import { JOURNEY_TEMPLATES } from "./journey-templates";
import { createJourney } from "./verbs";

/** Makes a draft from a ready journey, with its message templates, in one transaction. */
export async function createFromTemplate(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(
    z.strictObject({ template: z.string().max(40), name: z.string().trim().min(1).max(120).nullable().default(null) }),
    input,
  );
  const template = JOURNEY_TEMPLATES.find(({ key }) => key === given.template);
  if (template === undefined) throw new DomainError("NOT_FOUND", "This template is not there. Choose another.");
  const name = given.name ?? template.name;
  return withTx(ctx, async (tx) => {
    const made = new Map<string, string>();
    const nodes = [];
    for (const node of template.definition.nodes) {
      const starter = template.starters[node.id];
      if (node.kind !== "message" || starter === undefined) {
        nodes.push(node);
        continue;
      }
      // Each message gets a template of its own: two reminders soon say different things.
      const { id } = await createTemplate(tx, {
        name: `${name}: ${node.label}`.slice(0, 120),
        description: null,
        channel: node.channel,
        starter,
      });
      made.set(node.id, id);
      nodes.push({ ...node, templateId: id });
    }
    return createJourney(tx, { name, description: template.purpose, definition: { ...template.definition, nodes } });
  });
}
