import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { DomainError, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { REQUEST_KIND_LABELS, type LinkKind } from "./model";
import { lockRequest, noteActivity, requireStatus } from "./request-rows";
import { requestSettings } from "./settings";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const linkSchema = z.strictObject({ id: z.string().max(60) });

/** A path that works once, and until when. The product sends no mail yet: a member passes it on. */
export interface SubjectLink {
  path: string;
  expiresAt: string;
}

async function makeLink(tx: Ctx, requestId: string, kind: LinkKind): Promise<SubjectLink> {
  const token = randomBytes(32).toString("base64url");
  const now = tx.clock.now();
  const { linkDays } = await requestSettings(tx.sql);
  const expiresAt = new Date(now.getTime() + linkDays * 86_400_000);
  // An earlier link of the same kind dies with the next one.
  await tx.sql`delete from dsr_links where request_id = ${requestId} and kind = ${kind}`;
  await tx.sql`
    insert into dsr_links (token_hash, request_id, kind, created_at, expires_at) values (${sha256(token)}, ${requestId}, ${kind}, ${now}, ${expiresAt})`;
  await noteActivity(tx, requestId, "link_made", { kind, expiresAt: expiresAt.toISOString() });
  return { path: `/privacy/${kind}/${token}`, expiresAt: expiresAt.toISOString() };
}

/** Makes a link by which the person confirms that the request is theirs. */
export async function createVerifyLink(ctx: Ctx, input: unknown): Promise<SubjectLink> {
  requirePermission(ctx, "requests:write");
  const { id } = parseInput(linkSchema, input);
  return withTx(ctx, async (tx) => {
    requireStatus(await lockRequest(tx, id), ["unverified"], "Verifying");
    await recordAudit(tx, { action: "request.link_made", object: { type: "request", id }, detail: { kind: "verify" } });
    return makeLink(tx, id, "verify");
  });
}

/** Makes a link by which the person fetches what is held about them. */
export async function createDownloadLink(ctx: Ctx, input: unknown): Promise<SubjectLink> {
  requirePermission(ctx, "requests:write");
  const { id } = parseInput(linkSchema, input);
  return withTx(ctx, async (tx) => {
    const row = await lockRequest(tx, id);
    requireStatus(row, ["completed"], "Making a link");
    if (row.kind !== "access" && row.kind !== "portability")
      throw new DomainError("PRECONDITION_FAILED", "Only access and portability requests have something to fetch.");
    await recordAudit(tx, { action: "request.link_made", object: { type: "request", id }, detail: { kind: "download" } });
    return makeLink(tx, id, "download");
  });
}

const operatorSchema = z.strictObject({
  id: z.string().max(60),
  how: z.string().trim().min(3, "Say how you made sure that it is this person.").max(500),
});

/** A member vouches for the person's identity, and says how they made sure. */
export async function verifyByHand(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "requests:write");
  const { id, how } = parseInput(operatorSchema, input);
  await withTx(ctx, async (tx) => {
    requireStatus(await lockRequest(tx, id), ["unverified"], "Verifying");
    await markVerified(tx, id, "operator", { how });
  });
}

async function markVerified(tx: Ctx, id: string, by: string, detail: Record<string, unknown>): Promise<void> {
  await tx.sql`
    update dsr_requests set status = 'open', verified_at = ${tx.clock.now()}, verified_by = ${by}, updated_at = ${tx.clock.now()} where id = ${id}`;
  await noteActivity(tx, id, "verified", { by, ...detail });
  await recordAudit(tx, { action: "request.verified", object: { type: "request", id }, detail: { by } });
}

export interface LinkInfo {
  requestId: string;
  kind: LinkKind;
  /** "Erasure". */
  what: string;
  receivedAt: string;
  expiresAt: string;
}

/** What a link of a person is for, or null when it does not work (any more). The link itself is the permission. */
export async function readSubjectLink(ctx: Ctx, kind: LinkKind, token: string): Promise<LinkInfo | null> {
  const [row] = await ctx.sql<{ requestId: string; request: keyof typeof REQUEST_KIND_LABELS; receivedAt: Date; expiresAt: Date }[]>`
    select l.request_id as "requestId", r.kind as request, r.received_at as "receivedAt", l.expires_at as "expiresAt"
    from dsr_links l join dsr_requests r on r.id = l.request_id
    where l.token_hash = ${sha256(token)} and l.kind = ${kind} and (l.kind = 'download' or l.used_at is null) and l.expires_at > ${ctx.clock.now()}
      and r.subject is not null`;
  if (!row) return null;
  return {
    requestId: row.requestId,
    kind,
    what: REQUEST_KIND_LABELS[row.request],
    receivedAt: row.receivedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

const EXPIRED = "This link has expired or was used already. Ask the company for a new one.";

/** The person confirms by the link that the request is theirs. */
export async function confirmRequest(ctx: Ctx, input: unknown): Promise<{ what: string }> {
  const { token } = parseInput(z.strictObject({ token: z.string().min(1).max(200) }), input);
  return withTx(ctx, async (tx) => {
    const link = await readSubjectLink(tx, "verify", token);
    if (!link) throw new DomainError("PRECONDITION_FAILED", EXPIRED);
    const used = await tx.sql`
      update dsr_links set used_at = ${tx.clock.now()} where token_hash = ${sha256(token)} and used_at is null returning request_id`;
    if (used.length === 0) throw new DomainError("PRECONDITION_FAILED", EXPIRED);
    const row = await lockRequest(tx, link.requestId);
    if (row.status === "unverified") await markVerified(tx, link.requestId, "link", {});
    return { what: link.what };
  });
}
