import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import type { SegmentFile, SegmentFileDraft } from "./contracts";
import { ruleSchema, type Rule, type RuleNode } from "./model";
import { refusePersonal, refusePersonalTraits } from "./people";
import { listsOf, referencesOf } from "./references";
import { idSchema } from "./verbs-schema";

export const SEGMENT_FILE = "tributary.segment";
const MAX_CHARS = 1_000_000;

/** A segment's definition as JSON that another install can read: what it names goes by key and name as well as by id. */
export async function exportSegmentFile(ctx: Ctx, input: unknown): Promise<SegmentFile> {
  requirePermission(ctx, "segments:read");
  const { id } = parseInput(idSchema, input);
  return withTx(ctx, async (tx) => {
    const [row] = await tx.sql<(Omit<SegmentFile, "format" | "formatVersion" | "references" | "exportedAt"> & { id: string })[]>`
      select s.id, s.key, s.name, s.description, s.folder, s.tags, v.rule from segments s
      join segment_versions v on v.segment_id = s.id and v.version = s.version
      where (s.id = ${id} or s.key = ${id}) and s.deleted_at is null`;
    if (!row) throw notFound("The segment");
    const { id: segmentId, ...definition } = row;
    const references = await tx.sql<SegmentFile["references"]>`
      select 'segment' as kind, id, key, name from segments where id = any(${referencesOf(row.rule)}::text[])
      union all select 'list', id, null, name from lists where id = any(${listsOf(row.rule)}::text[])`;
    await recordAudit(tx, { action: "segment.definition_exported", object: { type: "segment", id: segmentId } });
    return {
      format: SEGMENT_FILE,
      formatVersion: 1,
      ...definition,
      references: references.map((one) => ({ ...one })),
      exportedAt: tx.clock.now().toISOString(),
    };
  });
}

const text = z.string().max(1_000).nullish();
const fileSchema = z.object({
  format: z.literal(SEGMENT_FILE, { error: `must be "${SEGMENT_FILE}"` }),
  formatVersion: z.literal(1, { error: "must be 1: a newer file needs a newer Tributary" }),
  name: z.string().trim().max(100).default(""),
  description: text,
  folder: text,
  tags: z.array(z.string().max(50)).max(20).default([]),
  rule: ruleSchema,
  references: z
    .array(z.object({ kind: z.enum(["segment", "list"]), id: z.string(), key: z.string().nullable(), name: z.string() }))
    .max(500)
    .default([]),
});

const importSchema = z.strictObject({
  text: z.string().min(1, "The file is empty.").max(MAX_CHARS, "The file has more than a million characters."),
});

/**
 * Reads a definition into a draft; nothing is stored. Segments it names are found by id, else by key; lists by id, else
 * by name where only one has it. What is not found is told, and its rows are muted.
 */
export async function readSegmentFile(ctx: Ctx, input: unknown): Promise<SegmentFileDraft> {
  requirePermission(ctx, "segments:write");
  const given = parseInput(importSchema, input);
  const parsed = fileSchema.safeParse(jsonOf(given.text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.map(String).join(".") ?? "";
    throw new DomainError(
      "VALIDATION",
      `This is no segment that can be read${where ? ` (${where})` : ""}: ${issue?.message ?? "unknown form"}.`,
      {
        fields: { text: issue?.message ?? "cannot be read" },
      },
    );
  }
  const { name, description, folder, tags, rule, references } = parsed.data;
  refusePersonal(ctx, rule);
  await refusePersonalTraits(ctx, rule);
  const segments = await ctx.sql<{ id: string; key: string }[]>`select id, key from segments where deleted_at is null`;
  const lists = await ctx.sql<{ id: string; name: string }[]>`select id, name from lists where deleted_at is null`;
  const missing: string[] = [];
  const resolve = (kind: "segment" | "list", id: string): string | null => {
    const reference = references.find((one) => one.kind === kind && one.id === id);
    const found =
      kind === "segment"
        ? [segments.find((one) => one.id === id) ?? segments.find((one) => one.key === reference?.key)]
        : [lists.find((one) => one.id === id)]
            .filter(Boolean)
            .concat(lists.filter((one) => one.name === reference?.name))
            .slice(0, 2);
    if (found[0] && (found.length === 1 || found[0].id === id)) return found[0].id;
    missing.push(`${kind === "segment" ? "Segment" : "List"} "${reference?.name ?? id}"`);
    return null;
  };
  return {
    name,
    description: description ?? null,
    folder: folder ?? null,
    tags,
    rule: { ...rule, root: mapRule(rule, resolve) },
    missing: [...new Set(missing)],
  };
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new DomainError("VALIDATION", "This is not JSON. Choose a file that was exported from a segment.", {
      fields: { text: "is not JSON" },
    });
  }
}

function mapRule(rule: Rule, resolve: (kind: "segment" | "list", id: string) => string | null): Rule["root"] {
  const walk = (node: RuleNode): RuleNode => {
    if (node.kind === "group") return { ...node, children: node.children.map(walk) };
    if (node.kind === "segment") {
      const id = resolve("segment", node.segmentId);
      return id === null ? { ...node, muted: true } : { ...node, segmentId: id };
    }
    if (node.kind === "list") {
      const id = resolve("list", node.listId);
      return id === null ? { ...node, muted: true } : { ...node, listId: id };
    }
    return node;
  };
  return { ...rule.root, children: rule.root.children.map(walk) };
}
