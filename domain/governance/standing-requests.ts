import { createHash } from "node:crypto";
import { z } from "zod";
import type { TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { currentSettings, mayUse } from "@/domain/consent";
import { OBJECTION_KEY, OPT_OUT_KEY, RESTRICTION_KEY, SENSITIVE_KEY } from "@/domain/consent/model";
import { canonicalJson, DomainError, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { beginStanding, endStandingOf } from "@/domain/preferences";
import { clusterOf } from "./erase-people";
import { REQUEST_KIND_LABELS, STANDING_KINDS, type StandingCertificate, type StandingEffect, type StandingKind } from "./model";
import { lockRequest, noteActivity, requireStatus, type RequestRow } from "./request-rows";

const KEYS: Record<StandingKind, string> = {
  restriction: RESTRICTION_KEY,
  objection: OBJECTION_KEY,
  opt_out: OPT_OUT_KEY,
  limit_sensitive: SENSITIVE_KEY,
};

export const isStanding = (kind: RequestRow["kind"]): kind is StandingKind => (STANDING_KINDS as readonly string[]).includes(kind);

/** What the gate answers for each published purpose, in the order of the purposes. */
async function answers(tx: Ctx, profileId: number): Promise<StandingEffect[]> {
  const settings = await currentSettings(tx);
  const out: StandingEffect[] = [];
  for (const { id, name, status } of settings.purposes.values()) {
    if (status !== "published") continue;
    const { allowed, reason } = await mayUse(tx, { profileId, purpose: id });
    out.push({ purpose: id, name, before: allowed, after: allowed, reason });
  }
  return out;
}

async function personOf(tx: Ctx, row: RequestRow): Promise<number[]> {
  const { fragments } = await clusterOf(tx.sql as TxSql, row.subject ?? []);
  if (fragments.length === 0)
    throw new DomainError(
      "PRECONDITION_FAILED",
      "No profile carries these identifiers: nothing is used that could be stopped. Reject the request with that reason, or enter it again once the person is known.",
    );
  return fragments;
}

/**
 * Writes the refusal into the consent ledger, where the gate reads it from the next question on, and keeps what it
 * changed for each purpose as a certificate whose hash stands in the audit log.
 */
export async function putInForce(tx: Ctx, row: RequestRow & { kind: StandingKind }): Promise<void> {
  const fragments = await personOf(tx, row);
  const [first = 0] = fragments;
  const before = await answers(tx, first);
  await beginStanding(tx, { fragments, key: KEYS[row.kind], proof: { request: row.id } });
  const after = await answers(tx, first);
  const body: StandingCertificate["body"] = {
    request: row.id,
    kind: row.kind,
    regime: row.regime,
    receivedAt: row.receivedAt.toISOString(),
    verifiedAt: row.verifiedAt?.toISOString() ?? null,
    inForceSince: tx.clock.now().toISOString(),
    profileId: first,
    key: KEYS[row.kind],
    purposes: after.map((one, n) => ({ ...one, before: before[n]?.before ?? false })),
  };
  const hash = createHash("sha256").update(canonicalJson(body)).digest("hex");
  await noteActivity(tx, row.id, "in_force", { body, hash });
  await recordAudit(tx, {
    action: "request.in_force",
    object: { type: "request", id: row.id },
    detail: { kind: row.kind, profileId: first, certificate: hash },
  });
}

const endSchema = z.strictObject({
  id: z.string().max(60),
  reason: z.string().trim().min(3, "Give the reason: the person and auditors will ask for it.").max(1_000),
});

/**
 * Ends what a restriction, objection, opt-out or limit put in force. It grants nothing: purposes that need consent go by
 * what the person said otherwise. Before a restriction ends the person has to be told (GDPR, Art. 18(3)).
 */
export async function endStanding(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "requests:write");
  const { id, reason } = parseInput(endSchema, input);
  await withTx(ctx, async (tx) => {
    const row = await lockRequest(tx, id);
    if (!isStanding(row.kind))
      throw new DomainError("PRECONDITION_FAILED", `${REQUEST_KIND_LABELS[row.kind]} has nothing that could be ended.`);
    requireStatus(row, ["completed"], "Ending");
    const fragments = await personOf(tx, row);
    const ended = await endStandingOf(tx, { fragments, key: KEYS[row.kind], proof: { request: id, reason } });
    if (ended === 0) throw new DomainError("CONFLICT", `${REQUEST_KIND_LABELS[row.kind]} is not in force any more.`);
    await noteActivity(tx, id, "ended", { reason });
    await recordAudit(tx, {
      action: "request.ended",
      object: { type: "request", id },
      detail: { kind: row.kind, profileId: fragments[0] ?? null },
    });
  });
}
