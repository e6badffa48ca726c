import type { Ctx } from "./context";
import { canonicalJson } from "./canonical-json";
import { newId } from "./ids";
import { hmac } from "./secrets";

/** Advisory lock that makes the chain gapless: one writer at a time, held to the end of the transaction. */
const AUDIT_LOCK = 7_201_001;

export interface AuditEntry {
  /** `<area>.<verb in the past tense>`, e.g. `source.created`, `profile.opened`. */
  action: string;
  object: { type: string; id: string };
  /** The object before and after, without secrets; people appear by profile id only. */
  before?: unknown;
  after?: unknown;
  /** Counts, filters, reasons. */
  detail?: Record<string, unknown>;
}

/**
 * The one audit call. Runs in the transaction of the change and fails it when it fails.
 * Row hash = HMAC-SHA256(key, previous hash || canonical JSON of the row).
 */
export async function recordAudit(ctx: Ctx, entry: AuditEntry): Promise<void> {
  if (!ctx.inTx) throw new Error(`recordAudit(${entry.action}) outside a transaction`);
  await ctx.sql`select pg_advisory_xact_lock(${AUDIT_LOCK})`;
  const [last] = await ctx.sql<{ seq: number; hash: string }[]>`select seq, hash from audit_log order by seq desc limit 1`;
  const row = {
    seq: (last?.seq ?? 0) + 1,
    id: newId("aud"),
    at: ctx.clock.now().toISOString(),
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    action: entry.action,
    objectType: entry.object.type,
    objectId: entry.object.id,
    before: entry.before ?? null,
    after: entry.after ?? null,
    detail: entry.detail ?? null,
  };
  const previous = last?.hash ?? "";
  const hash = hmac("audit", previous + canonicalJson(row));
  await ctx.sql`
    insert into audit_log (seq, id, at, actor_kind, actor_id, action, object_type, object_id, before, after, detail, previous_hash, hash)
    values (${row.seq}, ${row.id}, ${row.at}::timestamptz, ${row.actorKind}, ${row.actorId}, ${row.action}, ${row.objectType}, ${row.objectId},
      ${entry.before === undefined ? null : JSON.stringify(row.before)}::text::jsonb,
      ${entry.after === undefined ? null : JSON.stringify(row.after)}::text::jsonb,
      ${entry.detail === undefined ? null : JSON.stringify(row.detail)}::text::jsonb,
      ${previous}, ${hash})`;
}
