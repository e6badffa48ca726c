import { z } from "zod";
import type { TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { judgeMessage, storeMessages } from "@/domain/events";
import { lockIdentity, suppressionHash } from "@/domain/identity";
import { DomainError, enqueueJob, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { extendedDate } from "./deadlines";
import { addTombstones, clusterOf } from "./erase-people";
import { appendLedger } from "./ledger";
import { OPEN_STATUSES, REGIME_LABELS, type RequestStatus, type SubjectIdentifier } from "./model";
import { lockRequest, noteActivity, requireStatus, type RequestRow } from "./request-rows";
import { requestSettings } from "./settings";
import { isStanding, putInForce } from "./standing-requests";

export const ERASE_JOB = "governance.erase";

const idSchema = z.strictObject({ id: z.string().max(60) });
const reasonSchema = z.strictObject({
  id: z.string().max(60),
  reason: z.string().trim().min(3, "Give the reason: the person and auditors will ask for it.").max(1_000),
});

const DANGEROUS: readonly RequestRow["kind"][] = ["erasure", "suppression", "unsuppression"];

/** Approves a request and carries it out. An erasure may need two members; it then waits for the second. */
export async function approveRequest(ctx: Ctx, input: unknown): Promise<{ status: RequestStatus; approvals: number; needed: number }> {
  requirePermission(ctx, "requests:write");
  const { id } = parseInput(idSchema, input);
  return withTx(ctx, async (tx) => {
    const row = await lockRequest(tx, id);
    if (DANGEROUS.includes(row.kind)) requirePermission(tx, "people:erase");
    if (row.status === "unverified")
      throw new DomainError("PRECONDITION_FAILED", "Verify the person's identity first: send the link, or say how you made sure.");
    requireStatus(row, ["open"], "Approving");
    const needed = await approvalsNeeded(tx, row);
    if (row.approvals.some(({ by }) => by === tx.actor.id))
      throw new DomainError("CONFLICT", "You approved this erasure already. A second member has to approve it too.");
    const approvals = [...row.approvals, { by: tx.actor.id, at: tx.clock.now().toISOString() }];
    await tx.sql`update dsr_requests set approvals = ${JSON.stringify(approvals)}::text::jsonb, updated_at = ${tx.clock.now()} where id = ${id}`;
    await noteActivity(tx, id, "approved", { approvals: approvals.length, needed });
    await recordAudit(tx, {
      action: "request.approved",
      object: { type: "request", id },
      detail: { kind: row.kind, approvals: approvals.length, needed },
    });
    if (approvals.length < needed) return { status: "open" as const, approvals: approvals.length, needed };
    return { status: await carryOut(tx, row), approvals: approvals.length, needed };
  });
}

/** How many members have to approve. */
export async function approvalsNeeded(ctx: Ctx, row: Pick<RequestRow, "kind">): Promise<number> {
  return row.kind === "erasure" && (await requestSettings(ctx.sql)).twoPersonErasure ? 2 : 1;
}

async function carryOut(tx: Ctx, row: RequestRow): Promise<RequestStatus> {
  switch (row.kind) {
    case "erasure":
      await setStatus(tx, row.id, "running");
      await enqueueJob(tx.sql, { kind: ERASE_JOB, key: row.batchId ?? row.id });
      return "running";
    case "suppression":
      await suppress(tx, row);
      break;
    case "unsuppression":
      await unsuppress(tx, row);
      break;
    case "rectification":
      await correct(tx, row);
      break;
    default:
      if (isStanding(row.kind)) await putInForce(tx, { ...row, kind: row.kind });
  }
  await setStatus(tx, row.id, "completed");
  await noteActivity(tx, row.id, "completed");
  return "completed";
}

async function setStatus(tx: Ctx, id: string, status: RequestStatus): Promise<void> {
  const now = tx.clock.now();
  await tx.sql`
    update dsr_requests set status = ${status}, completed_at = ${status === "completed" ? now : null}, updated_at = ${now} where id = ${id}`;
}

async function suppress(tx: Ctx, row: RequestRow): Promise<void> {
  const sql = tx.sql as TxSql;
  const cursor = await lockIdentity(sql);
  const { identifiers } = await clusterOf(sql, row.subject ?? []);
  const own = identifiers.filter((held) => held.own);
  const added = await addTombstones(sql, row.id, own, cursor, tx.clock.now());
  await appendLedger({ kind: "suppressed", requestId: row.id, at: tx.clock.now(), identifiers: own });
  await recordAudit(tx, {
    action: "person.suppressed",
    object: { type: "request", id: row.id },
    detail: { identifiers: added, profileId: row.profileId },
  });
}

/** Ends a suppression: of the identifier that is named and of all that were suppressed with it. */
async function unsuppress(tx: Ctx, row: RequestRow): Promise<void> {
  const sql = tx.sql as TxSql;
  // Workers keep tombstones between batches; a new epoch makes them read again.
  await lockIdentity(sql);
  const hashes = (row.subject ?? []).map(suppressionHash);
  const gone = await sql<{ hash: string }[]>`
    delete from suppressions where request_id in (select request_id from suppressions where hash = any(${hashes}::text[])) returning hash`;
  await appendLedger({ kind: "unsuppressed", requestId: row.id, at: tx.clock.now(), hashes: gone.map(({ hash }) => hash) });
  await recordAudit(tx, { action: "person.unsuppressed", object: { type: "request", id: row.id }, detail: { identifiers: gone.length } });
}

const CORRECTIONS = "src_corrections";

/** A correction goes the way of all data: as an identify call of a source of its own, so that a rebuild repeats it. */
async function correct(tx: Ctx, row: RequestRow): Promise<void> {
  const sql = tx.sql as TxSql;
  const { identifiers } = await clusterOf(sql, row.subject ?? []);
  const held = (type: string): SubjectIdentifier | undefined => identifiers.find((one) => one.type === type && one.own);
  const userId = held("user_id")?.value;
  const anonymousId = held("anonymous_id")?.value;
  if (userId === undefined && anonymousId === undefined)
    throw new DomainError(
      "PRECONDITION_FAILED",
      "This person has neither a user id nor an anonymous id: correct the value where it comes from.",
    );
  const now = tx.clock.now();
  const message = {
    type: "identify",
    messageId: row.id,
    timestamp: now.toISOString(),
    ...(userId === undefined ? { anonymousId } : { userId }),
    traits: row.options.traits ?? {},
    context: { active: false },
  };
  const judged = judgeMessage(message, { receivedAt: now });
  if (!judged.ok) throw new DomainError("VALIDATION", `The correction cannot be stored: ${judged.message}.`);
  await sql`insert into sources (id, name, type) values (${CORRECTIONS}, 'Corrections by request', 'support') on conflict do nothing`;
  await storeMessages(sql, [
    { sourceId: CORRECTIONS, receivedAt: now, items: [{ messageId: row.id, body: judged.body, bodyHash: judged.bodyHash }] },
  ]);
  await noteActivity(tx, row.id, "corrected", { values: Object.keys(row.options.traits ?? {}).length });
  await recordAudit(tx, {
    action: "person.corrected",
    object: { type: "request", id: row.id },
    detail: { profileId: row.profileId, traits: Object.keys(row.options.traits ?? {}) },
  });
}

/** Says no, with the reason that the person is told. */
export async function rejectRequest(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "requests:write");
  const { id, reason } = parseInput(reasonSchema, input);
  await end(ctx, id, "rejected", reason);
}

/** Takes a request back that the person withdrew. */
export async function cancelRequest(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "requests:write");
  const { id, reason } = parseInput(reasonSchema, input);
  await end(ctx, id, "cancelled", reason);
}

async function end(ctx: Ctx, id: string, status: "rejected" | "cancelled", reason: string): Promise<void> {
  await withTx(ctx, async (tx) => {
    const row = await lockRequest(tx, id);
    requireStatus(row, ["unverified", "open"], status === "rejected" ? "Rejecting" : "Cancelling");
    const now = tx.clock.now();
    await tx.sql`
      update dsr_requests set status = ${status}, decided_reason = ${reason}, completed_at = ${now}, updated_at = ${now} where id = ${id}`;
    await noteActivity(tx, id, status);
    await recordAudit(tx, { action: `request.${status}`, object: { type: "request", id }, detail: { kind: row.kind } });
  });
}

/** Makes use of the longer time that the law gives once, with the reason that the person is told. */
export async function extendRequest(ctx: Ctx, input: unknown): Promise<{ dueAt: string }> {
  requirePermission(ctx, "requests:write");
  const { id, reason } = parseInput(reasonSchema, input);
  return withTx(ctx, async (tx) => {
    const row = await lockRequest(tx, id);
    requireStatus(row, OPEN_STATUSES, "Extending");
    if (row.extendedAt)
      throw new DomainError("CONFLICT", `The ${REGIME_LABELS[row.regime]} deadline was extended already, and can be only once.`);
    const now = tx.clock.now();
    const dueAt = extendedDate(row.regime, row.dueAt, await requestSettings(tx.sql));
    await tx.sql`update dsr_requests set due_at = ${dueAt}, extended_at = ${now}, updated_at = ${now} where id = ${id}`;
    await noteActivity(tx, id, "extended", { reason, until: dueAt.toISOString() });
    await recordAudit(tx, {
      action: "request.extended",
      object: { type: "request", id },
      before: { dueAt: row.dueAt.toISOString() },
      after: { dueAt: dueAt.toISOString() },
    });
    return { dueAt: dueAt.toISOString() };
  });
}

/** Takes up an erasure that stopped. */
export async function retryErasure(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "people:erase");
  const { id } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    requireStatus(await lockRequest(tx, id), ["failed"], "Trying again");
    await setStatus(tx, id, "running");
    await noteActivity(tx, id, "retried");
    await enqueueJob(tx.sql, { kind: ERASE_JOB, key: id });
    await recordAudit(tx, { action: "request.retried", object: { type: "request", id } });
  });
}
