import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { notFound, parseInput, type Ctx } from "@/domain/kernel";
import { enqueueJob } from "@/domain/kernel/jobs";
import { readCursor } from "./cursor";
import type { PreviewState, RulesPreview } from "./model";
import { previewRules } from "./preview-rules";
import { rulesSchema } from "./rules-schema";

export const PREVIEW_JOB = "identity.preview";
/** Archives up to this many messages are replayed at once; larger ones by a job. */
const AT_ONCE = 20_000;

const schema = z.object({ rules: rulesSchema });

/** What the rules would have made of all history, before they are saved: a replay beside the real data. */
export async function previewIdentityRules(ctx: Ctx, input: unknown): Promise<PreviewState> {
  requirePermission(ctx, "identity:write");
  const { rules } = parseInput(schema, input);
  const { processed } = await readCursor(ctx.sql);
  if (processed <= AT_ONCE) return { status: "done", preview: masked(ctx, await previewRules(ctx.root, rules)) };
  const jobId = await enqueueJob(ctx.sql, { kind: PREVIEW_JOB, payload: { rules }, maxAttempts: 2 });
  return { status: "running", jobId: jobId ?? 0, done: 0, total: processed };
}

/** How far the replay of a large archive is, and its result. */
export async function getRulesPreview(ctx: Ctx, input: unknown): Promise<PreviewState> {
  requirePermission(ctx, "identity:write");
  const { jobId } = parseInput(z.object({ jobId: z.number().int() }), input);
  const [row] = await ctx.sql<
    { status: string; lastError: string | null; progress: { done?: number; total?: number; preview?: RulesPreview } | null }[]
  >`select status, last_error as "lastError", progress from jobs where id = ${jobId} and kind = ${PREVIEW_JOB}`;
  if (!row) throw notFound("The dry run");
  if (row.progress?.preview) return { status: "done", preview: masked(ctx, row.progress.preview) };
  if (row.status === "dead") return { status: "failed", code: row.lastError ?? "unknown" };
  return { status: "running", jobId, done: row.progress?.done ?? 0, total: row.progress?.total ?? 0 };
}

/** Examples without values for whoever may not see personal data: types and people say enough. */
function masked(ctx: Ctx, preview: RulesPreview): RulesPreview {
  if (can(ctx, "personal_data:see")) return preview;
  const hide = (list: RulesPreview["splitExamples"]) =>
    list.map((example) => ({ ...example, identifiers: example.identifiers.map((identifier) => ({ ...identifier, value: "•••" })) }));
  return { ...preview, splitExamples: hide(preview.splitExamples), mergedExamples: hide(preview.mergedExamples) };
}
