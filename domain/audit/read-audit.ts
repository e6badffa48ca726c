import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { csvLine } from "@/domain/kernel/csv";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { recordAudit } from "@/domain/kernel/record-audit";
import type { AuditPage, AuditRow, AuditState, AuditVerification } from "./model";

const filterSchema = z.strictObject({
  /** In action, object or content. */
  q: z.string().trim().max(200).optional(),
  action: z.string().max(100).optional(),
  actor: z.string().max(100).optional(),
  from: z.coerce.date().optional(),
  to: z.coerce.date().optional(),
  before: z.number().int().positive().optional(),
  limit: z.number().int().min(1).max(500).default(100),
});
type Filter = z.output<typeof filterSchema>;

/** Entries, newest first. */
export async function listAudit(ctx: Ctx, input: unknown): Promise<AuditPage> {
  requirePermission(ctx, "audit:read");
  return pageOf(ctx, parseInput(filterSchema, input));
}

async function pageOf(ctx: Ctx, filter: Filter): Promise<AuditPage> {
  const { sql } = ctx;
  const like = filter.q ? `%${filter.q.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%` : null;
  const rows = await sql<(Omit<AuditRow, "at" | "actor"> & { at: Date; actor: string | null })[]>`
    select a.seq, a.at, a.actor_kind as "actorKind", a.actor_id as "actorId", coalesce(u.name, k.name) as actor, a.action,
      a.object_type as "objectType", a.object_id as "objectId", a.before, a.after, a.detail, a.hash
    from audit_log a left join users u on u.id = a.actor_id left join api_keys k on k.id = a.actor_id
    where (${filter.before ?? null}::int8 is null or a.seq < ${filter.before ?? null}::int8)
      and (${filter.action ?? null}::text is null or a.action = ${filter.action ?? null} or a.action like ${`${filter.action ?? ""}.%`})
      and (${filter.actor ?? null}::text is null or a.actor_id = ${filter.actor ?? null})
      and (${filter.from ?? null}::timestamptz is null or a.at >= ${filter.from ?? null}::timestamptz)
      and (${filter.to ?? null}::timestamptz is null or a.at < ${filter.to ?? null}::timestamptz)
      and (${like}::text is null or concat_ws(' ', a.action, a.object_type, a.object_id, a.before::text, a.after::text, a.detail::text) ilike ${like})
    order by a.seq desc limit ${filter.limit + 1}`;
  const shown = rows.slice(0, filter.limit);
  return {
    rows: shown.map(({ at, actor, ...row }) => ({ ...row, at: at.toISOString(), actor: actor ?? nameOf(row.actorKind, row.actorId) })),
    next: rows.length > filter.limit ? (shown.at(-1)?.seq ?? null) : null,
  };
}

const nameOf = (kind: string, id: string): string =>
  kind === "job" ? `Tributary (${id})` : kind === "webhook" ? `Not signed in (${id})` : id;

/** How much there is, up to where it was verified, and what can be filtered by. */
export async function auditState(ctx: Ctx): Promise<AuditState> {
  requirePermission(ctx, "audit:read");
  const { sql } = ctx;
  const [[count], [verification], anchors, actions, actors] = await Promise.all([
    sql<{ n: number }[]>`select coalesce(max(seq), 0)::int8 as n from audit_log`,
    sql<(Omit<AuditVerification, "at"> & { at: Date })[]>`select at, entries, problem, ms from audit_verifications where name = 'main'`,
    sql<{ seq: number; hash: string; at: Date }[]>`select seq, hash, at from audit_anchors order by seq desc limit 5`,
    sql<{ action: string }[]>`select distinct action from audit_log order by 1 limit 500`,
    sql<{ id: string; name: string }[]>`
      select distinct a.actor_id as id, coalesce(u.name, k.name, a.actor_id) as name from audit_log a
      left join users u on u.id = a.actor_id left join api_keys k on k.id = a.actor_id order by 2 limit 500`,
  ]);
  return {
    entries: count?.n ?? 0,
    verification: verification ? { ...verification, at: verification.at.toISOString() } : null,
    anchors: anchors.map(({ at, ...anchor }) => ({ ...anchor, at: at.toISOString() })),
    actions: actions.map(({ action }) => action),
    actors,
  };
}

/** The filtered log as CSV, with hashes, so that a reader can check the chain. The export itself is on record. */
export async function exportAudit(ctx: Ctx, input: unknown): Promise<AsyncGenerator<string, void>> {
  requirePermission(ctx, "audit:read");
  const filter = { ...parseInput(filterSchema, input), limit: 500 };
  await withTx(ctx, (tx) =>
    recordAudit(tx, {
      action: "audit.exported",
      object: { type: "audit", id: "log" },
      detail: { action: filter.action ?? null, actor: filter.actor ?? null, searched: filter.q !== undefined },
    }),
  );
  return linesOf(ctx, filter);
}

async function* linesOf(ctx: Ctx, filter: Filter): AsyncGenerator<string, void> {
  yield csvLine(["seq", "at", "actor", "actor_id", "action", "object_type", "object_id", "before", "after", "detail", "hash"]);
  let before = filter.before;
  for (;;) {
    const page = await pageOf(ctx, { ...filter, before });
    for (const row of page.rows) {
      const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
      yield csvLine([
        row.seq,
        row.at,
        row.actor,
        row.actorId,
        row.action,
        row.objectType,
        row.objectId,
        json(row.before),
        json(row.after),
        json(row.detail),
        row.hash,
      ]);
    }
    if (page.next === null) return;
    before = page.next;
  }
}
