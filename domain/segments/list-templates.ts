import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import type { TemplateNote } from "./catalog-model";
import { checkSeen } from "./check-seen";
import type { Rule, RuleNode } from "./model";
import { fillTemplate, TEMPLATES } from "./templates";

/**
 * Which templates have data here: every event, property and trait that they name was seen. All templates are checked
 * as one rule, so that it costs one look into the catalog.
 */
export async function listTemplates(ctx: Ctx): Promise<TemplateNote[]> {
  requirePermission(ctx, "segments:read");
  const children = TEMPLATES.map((template, i) => prefixed(fillTemplate(template).root, `${i}.`));
  const all: Rule = { version: 1, root: { kind: "group", id: "all", match: "any", children } };
  const warnings = await checkSeen(ctx, all);
  return TEMPLATES.map(({ key }, i) => {
    const missing = warnings.filter(({ nodeId, subject }) => nodeId.startsWith(`${i}.`) && subject !== "value").map(({ name }) => name);
    return { key, hasData: missing.length === 0, missing: [...new Set(missing)] };
  });
}

const prefixed = (node: RuleNode, prefix: string): RuleNode =>
  node.kind === "group"
    ? { ...node, id: prefix + node.id, children: node.children.map((child) => prefixed(child, prefix)) }
    : { ...node, id: prefix + node.id };
