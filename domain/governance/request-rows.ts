import type { AnySql } from "@/db/client";
import { can } from "@/domain/access";
import { DomainError, notFound, type Ctx } from "@/domain/kernel";
import { maskIdentifier } from "@/domain/profiles";
import type { ErasureWork } from "./erase-people";
import type {
  ActivityCode,
  Regime,
  RequestChannel,
  RequestKind,
  RequestStatus,
  RequestSummary,
  RequestView,
  SubjectIdentifier,
} from "./model";

export interface RequestRow {
  id: string;
  kind: RequestKind;
  regime: Regime;
  status: RequestStatus;
  channel: RequestChannel;
  subject: SubjectIdentifier[] | null;
  profileId: number | null;
  note: string | null;
  options: RequestView["options"];
  receivedAt: Date;
  dueAt: Date;
  extendedAt: Date | null;
  verifiedAt: Date | null;
  verifiedBy: string | null;
  requestedBy: string | null;
  approvals: { by: string; at: string }[];
  decidedReason: string | null;
  completedAt: Date | null;
  batchId: string | null;
  externalId: string | null;
  subjectHashes: string[];
  callbackUrls: string[];
  work: ErasureWork | null;
}

export const requestColumns = (sql: AnySql) => sql`
  id, kind, regime, status, channel, subject, profile_id as "profileId", note, options, received_at as "receivedAt", due_at as "dueAt",
  extended_at as "extendedAt", verified_at as "verifiedAt", verified_by as "verifiedBy", requested_by as "requestedBy", approvals,
  decided_reason as "decidedReason", completed_at as "completedAt", batch_id as "batchId", external_id as "externalId",
  subject_hashes as "subjectHashes", callback_urls as "callbackUrls", work`;

/** Reads a request for a change; the row stays locked to the end of the transaction. */
export async function lockRequest(tx: Ctx, id: string): Promise<RequestRow> {
  const [row] = await tx.sql<RequestRow[]>`select ${requestColumns(tx.sql)} from dsr_requests where id = ${id} for update`;
  if (!row) throw notFound("This request");
  return row;
}

export function requireStatus(row: RequestRow, allowed: readonly RequestStatus[], what: string): void {
  if (allowed.includes(row.status)) return;
  throw new DomainError(
    "CONFLICT",
    `${what} is not possible any more: the request is ${row.status}. Reload the page to see it as it stands.`,
  );
}

export async function noteActivity(tx: Ctx, requestId: string, code: ActivityCode, detail?: Record<string, unknown>): Promise<void> {
  await tx.sql`
    insert into dsr_activity (request_id, at, actor_kind, actor_id, code, detail)
    values (${requestId}, ${tx.clock.now()}, ${tx.actor.kind}, ${tx.actor.id}, ${code},
      ${detail === undefined ? null : JSON.stringify(detail)}::text::jsonb)`;
}

/** Identifiers as the reader may see them. */
export function shownSubject(ctx: Ctx, subject: SubjectIdentifier[] | null): SubjectIdentifier[] | null {
  if (subject === null || can(ctx, "personal_data:see")) return subject;
  return subject.map(({ type, value }) => ({ type, value: maskIdentifier(type, value) }));
}

export const summaryOf = (ctx: Ctx, row: RequestRow): RequestSummary => ({
  id: row.id,
  kind: row.kind,
  regime: row.regime,
  status: row.status,
  channel: row.channel,
  subject: shownSubject(ctx, row.subject),
  profileId: row.profileId,
  receivedAt: row.receivedAt.toISOString(),
  dueAt: row.dueAt.toISOString(),
  completedAt: row.completedAt?.toISOString() ?? null,
  batchId: row.batchId,
});
