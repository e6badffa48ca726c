import { z } from "zod";
import type { TxSql } from "@/db/client";
import { can, requirePermission } from "@/domain/access";
import { notFound, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { suppressionHash } from "@/domain/identity";
import { approvalsNeeded } from "./decide-request";
import { identifierSchema, normaliseSubject } from "./create-request";
import { clusterOf, ints } from "./erase-people";
import { ERASURE_TABLES } from "./erasure-map";
import {
  OPEN_STATUSES,
  REQUEST_KINDS,
  REQUEST_STATUSES,
  type ActivityCode,
  type ErasureCertificate,
  type ErasurePreview,
  type RequestSummary,
  type RequestView,
  type StandingCertificate,
} from "./model";
import { requestColumns, shownSubject, summaryOf, type RequestRow } from "./request-rows";

const listSchema = z.strictObject({
  status: z.enum([...REQUEST_STATUSES, "all_open"]).optional(),
  kind: z.enum(REQUEST_KINDS).optional(),
  /** Finds requests of a person, also when the person is erased: by the hash of the identifier. */
  identifier: identifierSchema.optional(),
  limit: z.number().int().min(1).max(200).default(100),
  offset: z.number().int().min(0).max(100_000).default(0),
});

export interface RequestList {
  rows: RequestSummary[];
  total: number;
  counts: { open: number; late: number; failed: number };
}

/** Requests, those that are due first on top; closed ones by when they came. */
export async function listRequests(ctx: Ctx, input: unknown): Promise<RequestList> {
  requirePermission(ctx, "requests:read");
  const given = parseInput(listSchema, input);
  const { sql } = ctx;
  const statuses = given.status === "all_open" ? [...OPEN_STATUSES] : given.status === undefined ? null : [given.status];
  const hashes = given.identifier === undefined ? null : (await normaliseSubject(sql, [given.identifier])).map(suppressionHash);
  const where = sql`
    (${statuses}::text[] is null or status = any(${statuses}::text[])) and (${given.kind ?? null}::text is null or kind = ${given.kind ?? null})
    and (${hashes}::text[] is null or subject_hashes && ${hashes}::text[])`;
  const [rows, [total], [counts]] = await Promise.all([
    sql<RequestRow[]>`
      select ${requestColumns(sql)} from dsr_requests where ${where}
      order by status = any(${[...OPEN_STATUSES]}::text[]) desc,
        case when status = any(${[...OPEN_STATUSES]}::text[]) then due_at end, received_at desc, id
      limit ${given.limit} offset ${given.offset}`,
    sql<{ n: number }[]>`select count(*)::int as n from dsr_requests where ${where}`,
    sql<RequestList["counts"][]>`
      select count(*)::int as open, count(*) filter (where due_at < ${ctx.clock.now()})::int as late,
        count(*) filter (where status = 'failed')::int as failed
      from dsr_requests where status = any(${[...OPEN_STATUSES]}::text[])`,
  ]);
  return { rows: rows.map((row) => summaryOf(ctx, row)), total: total?.n ?? 0, counts: counts ?? { open: 0, late: 0, failed: 0 } };
}

/** One request with its timeline and, after an erasure, the certificate. */
export async function getRequest(ctx: Ctx, id: string): Promise<RequestView> {
  requirePermission(ctx, "requests:read");
  const { sql } = ctx;
  const [row] = await sql<RequestRow[]>`select ${requestColumns(sql)} from dsr_requests where id = ${id}`;
  if (!row) throw notFound("This request");
  const [activity, [certificate], related, members] = await Promise.all([
    sql<{ id: number; at: Date; code: ActivityCode; actorKind: string; actorId: string; detail: Record<string, unknown> | null }[]>`
      select id, at, code, actor_kind as "actorKind", actor_id as "actorId", detail from dsr_activity where request_id = ${id} order by id limit 500`,
    sql<ErasureCertificate[]>`select body, hash, audit_seq as "auditSeq" from erasure_certificates where request_id = ${id}`,
    sql<{ id: string; kind: RequestRow["kind"]; status: RequestRow["status"]; receivedAt: Date }[]>`
      select id, kind, status, received_at as "receivedAt" from dsr_requests
      where id <> ${id} and subject_hashes && ${row.subjectHashes}::text[] order by received_at desc limit 20`,
    sql<{ id: string; name: string }[]>`select id, name from users`,
  ]);
  const names = new Map(members.map((member) => [member.id, member.name]));
  const needed = await approvalsNeeded(ctx, row);
  return {
    ...summaryOf(ctx, row),
    note: row.note,
    options: row.options,
    extendedAt: row.extendedAt?.toISOString() ?? null,
    verifiedAt: row.verifiedAt?.toISOString() ?? null,
    verifiedBy: row.verifiedBy,
    requestedBy: row.requestedBy === null ? null : (names.get(row.requestedBy) ?? row.requestedBy),
    approvals: row.approvals.map(({ by, at }) => ({ name: names.get(by) ?? by, at })),
    approvalsNeeded: needed,
    canApprove:
      row.status === "open" &&
      can(ctx, ["erasure", "suppression", "unsuppression"].includes(row.kind) ? "people:erase" : "requests:write") &&
      !row.approvals.some(({ by }) => by === ctx.actor.id),
    decidedReason: row.decidedReason,
    externalId: row.externalId,
    activity: activity.map(({ at, actorKind, actorId, ...entry }) => ({
      ...entry,
      // The certificate is shown by itself.
      detail: entry.code === "in_force" ? { certificate: entry.detail?.["hash"] } : entry.detail,
      at: at.toISOString(),
      actor:
        names.get(actorId) ??
        (actorKind === "user" ? actorId : actorKind === "apiKey" ? "API key" : actorKind === "job" ? "Tributary" : "The person"),
    })),
    certificate: certificate ?? null,
    standing: standingOf(activity),
    related: related.map(({ receivedAt, ...one }) => ({ ...one, receivedAt: receivedAt.toISOString() })),
  };
}

function standingOf(
  activity: readonly { at: Date; code: ActivityCode; detail: Record<string, unknown> | null }[],
): RequestView["standing"] {
  const made = activity.findLast(({ code }) => code === "in_force");
  if (!made?.detail) return null;
  const ended = activity.findLast(({ code }) => code === "ended");
  return { ...(made.detail as unknown as StandingCertificate), endedAt: ended?.at.toISOString() ?? null };
}

/** What an erasure of this request would touch now: profiles, identifiers, rows by table. */
export async function previewErasure(ctx: Ctx, id: string): Promise<ErasurePreview> {
  requirePermission(ctx, "requests:read");
  return withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    const [row] = await sql<RequestRow[]>`select ${requestColumns(sql)} from dsr_requests where id = ${id}`;
    if (!row?.subject) throw notFound("The person of this request");
    const { fragments, identifiers } = await clusterOf(sql, row.subject);
    const refs = JSON.stringify(identifiers.map(({ type, value }) => ({ type, value })));
    const tables: ErasurePreview["tables"] = [];
    for (const { name, rule } of ERASURE_TABLES) {
      let rows = 0;
      if (rule.fragments) {
        const conditions = rule.fragments.map((column) => sql`${sql(column)} = any(${ints(fragments)}::text::int[])`);
        const [first, ...rest] = conditions;
        if (first) {
          const where = rest.reduce((all, one) => sql`${all} or ${one}`, first);
          const [count] = await sql<{ n: number }[]>`select count(*)::int as n from ${sql(name)} where ${where}`;
          rows += count?.n ?? 0;
        }
      }
      for (const [type, value] of rule.identifiers ?? []) {
        const [count] = await sql<{ n: number }[]>`
          select count(*)::int as n from json_to_recordset(${refs}::text::json) as r(type text, value text)
          join ${sql(name)} t on t.${sql(type)} = r.type and t.${sql(value)} = r.value`;
        rows += count?.n ?? 0;
      }
      if (rows > 0) tables.push({ table: name, rows, what: "deleted" });
    }
    const [inbox] = await sql<
      { n: number }[]
    >`select count(*)::int as n from events where profile_id = any(${ints(fragments)}::text::int[])`;
    if ((inbox?.n ?? 0) > 0) tables.push({ table: "inbox", rows: inbox?.n ?? 0, what: "emptied" });
    const shown = shownSubject(tx, identifiers) ?? [];
    return {
      profiles: fragments.length,
      identifiers: shown.map(({ type, value }) => ({ type, value })),
      tables: tables.toSorted((a, b) => b.rows - a.rows),
    };
  });
}
