import { z } from "zod";
import type { TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { DomainError, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { enqueueJob } from "@/domain/kernel/jobs";
import { DEFAULT_RULES_VERSION, lockIdentity, recordOperation, rulesAt } from "./cursor";
import { REBUILD_JOB } from "./rebuild";
import { reconcileAgain } from "./recompute";
import { rulesSchema } from "./rules-schema";

const schema = z.object({
  rules: rulesSchema,
  /** The version that was edited; refused when somebody saved another meanwhile. */
  basedOn: z.number().int(),
  note: z.string().trim().max(500).nullish(),
  /** Replay all of history under the new rules, as a job; otherwise they apply to new messages only. */
  applyToHistory: z.boolean().default(false),
});

/** Saves a new version of the identity rules. */
export async function updateIdentityRules(ctx: Ctx, input: unknown): Promise<{ version: number; jobId: number | null }> {
  requirePermission(ctx, "identity:write");
  const { rules, basedOn, note, applyToHistory } = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    const cursor = await lockIdentity(sql);
    const before = await rulesAt(sql, cursor);
    if (before.version !== basedOn)
      throw new DomainError(
        "CONFLICT",
        `Version ${before.version} was saved while you edited version ${basedOn}. Reload, and make your change again.`,
      );
    const by = { at: ctx.clock.now(), actorId: ctx.actor.id };
    const [row] = await sql<{ version: number }[]>`
      insert into identity_rules (version, rules, note, created_at, created_by)
      select greatest(coalesce(max(version), 0), ${DEFAULT_RULES_VERSION}) + 1, ${JSON.stringify(rules)}::text::jsonb, ${note ?? null}, ${by.at}, ${by.actorId}
      from identity_rules returning version`;
    const version = row?.version ?? 0;
    await recordOperation(
      sql,
      applyToHistory ? { xid: "0", id: 0 } : cursor,
      applyToHistory ? { kind: "rules", version, history: true } : { kind: "rules", version },
      by,
    );
    if (!applyToHistory) await reconcileAgain(sql, before, await rulesAt(sql, cursor));
    const jobId = applyToHistory ? await enqueueJob(sql, { kind: REBUILD_JOB, key: "all", payload: { version } }) : null;
    await recordAudit(tx, {
      action: "identity_rules.updated",
      object: { type: "identity_rules", id: String(version) },
      before: before.rules,
      after: rules,
      detail: { note: note ?? null, applyToHistory },
    });
    return { version, jobId };
  });
}
