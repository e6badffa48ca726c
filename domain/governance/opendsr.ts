import { createHash } from "node:crypto";
import { z } from "zod";
import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { DomainError, notFound, parseInput, type Ctx } from "@/domain/kernel";
import { openPackage } from "./access-package";
import { storeRequest } from "./create-request";
import { approveRequest, cancelRequest } from "./decide-request";
import type { AccessPackage, RequestStatus, SubjectIdentifier } from "./model";
import { requestColumns, type RequestRow } from "./request-rows";
import { requestSettings } from "./settings";

/** OpenDSR 2.0 (opengdpr/OpenDSR, specification.md): identity types and the identifiers that they are here. */
const IDENTITY_TYPES: Readonly<Record<string, string>> = {
  controller_customer_id: "user_id",
  email: "email",
  android_advertising_id: "android.idfa",
  android_id: "android.id",
  ios_advertising_id: "ios.idfa",
  ios_vendor_id: "ios.id",
  fire_advertising_id: "fire_advertising_id",
  microsoft_advertising_id: "microsoft_advertising_id",
  microsoft_publisher_id: "microsoft_publisher_id",
  roku_publisher_id: "roku_publisher_id",
  roku_advertising_id: "roku_advertising_id",
};
const FORMATS = ["raw", "sha1", "md5", "sha256"] as const;
const TYPES = ["access", "portability", "erasure"] as const;

const bodySchema = z.object({
  regulation: z.enum(["gdpr", "ccpa"]),
  subject_request_id: z
    .string()
    .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, "is a UUID v4 in lower case"),
  subject_request_type: z.enum(TYPES),
  submitted_time: z.iso.datetime({ offset: true }),
  subject_identities: z
    .array(
      z.object({
        identity_type: z.string().refine((type) => Object.hasOwn(IDENTITY_TYPES, type), "is not among the supported identities"),
        identity_value: z.string().min(1).max(500),
        identity_format: z.enum(FORMATS),
      }),
    )
    .min(1)
    .max(20),
  api_version: z.string().optional(),
  status_callback_urls: z
    .array(z.url({ protocol: /^https?$/ }).max(2_000))
    .max(5)
    .optional(),
  extensions: z.unknown().optional(),
});

export function opendsrDiscovery(): Record<string, unknown> {
  return {
    api_version: "2.0",
    supported_identities: Object.keys(IDENTITY_TYPES).flatMap((identity_type) =>
      FORMATS.map((identity_format) => ({ identity_type, identity_format })),
    ),
    supported_subject_request_types: [...TYPES],
  };
}

export interface OpendsrReceipt {
  controller_id: string;
  expected_completion_time: string;
  received_time: string;
  subject_request_id: string;
}

/** Takes a request of a controller in. It vouches for the person's identity; an erasure starts unless two members have to approve. */
export async function receiveOpendsr(ctx: Ctx, input: unknown): Promise<OpendsrReceipt> {
  requirePermission(ctx, "requests:write");
  const given = parseInput(bodySchema, input);
  if (given.subject_request_type === "erasure") requirePermission(ctx, "people:erase");
  const identifiers: SubjectIdentifier[] = [];
  for (const { identity_type, identity_value, identity_format } of given.subject_identities)
    identifiers.push(...(await resolveIdentity(ctx.sql, IDENTITY_TYPES[identity_type] as string, identity_value, identity_format)));
  if (identifiers.length === 0)
    throw new DomainError(
      "NOT_FOUND",
      "None of the hashed identities is known here. A raw identity is taken in whether it is known or not.",
    );
  const [double] = await ctx.sql<{ id: string }[]>`select id from dsr_requests where external_id = ${given.subject_request_id}`;
  if (double) throw new DomainError("CONFLICT", "There is a request with this subject_request_id already.");
  const request = await storeRequest(
    ctx,
    { kind: given.subject_request_type, regime: given.regulation, identifiers },
    { channel: "opendsr", verifiedBy: "api", externalId: given.subject_request_id, callbackUrls: given.status_callback_urls ?? [] },
  );
  if (request.kind !== "erasure" || !(await requestSettings(ctx.sql)).twoPersonErasure) await approveRequest(ctx, { id: request.id });
  return {
    controller_id: ctx.actor.id,
    expected_completion_time: request.dueAt,
    received_time: request.receivedAt,
    subject_request_id: given.subject_request_id,
  };
}

/** A hashed identity is compared with the hash of every identifier of its type (lower case, as the trade hashes). */
async function resolveIdentity(sql: AnySql, type: string, value: string, format: (typeof FORMATS)[number]): Promise<SubjectIdentifier[]> {
  if (format === "raw") return [{ type, value }];
  const wanted = value.trim().toLowerCase();
  const out: SubjectIdentifier[] = [];
  const rows = sql<{ value: string }[]>`select value from identifiers where type = ${type}`.cursor(5_000);
  for await (const page of rows)
    for (const { value: known } of page) if (createHash(format).update(known).digest("hex") === wanted) out.push({ type, value: known });
  return out;
}

const STATUS: Record<RequestStatus, "pending" | "in_progress" | "completed" | "cancelled"> = {
  unverified: "pending",
  open: "pending",
  running: "in_progress",
  failed: "in_progress",
  completed: "completed",
  rejected: "cancelled",
  cancelled: "cancelled",
};

export interface OpendsrStatus {
  controller_id: string;
  expected_completion_time: string;
  subject_request_id: string;
  request_status: (typeof STATUS)[RequestStatus];
  api_version: "2.0";
  /** Path of the package, for access and portability. */
  results_path?: string;
}

/** The status of a request by the controller's own id. */
export async function opendsrStatus(ctx: Ctx, externalId: string): Promise<OpendsrStatus> {
  requirePermission(ctx, "requests:write");
  const row = await find(ctx, externalId);
  const handsOver = row.status === "completed" && row.kind !== "erasure";
  return {
    controller_id: row.requestedBy ?? "",
    expected_completion_time: row.dueAt.toISOString(),
    subject_request_id: externalId,
    request_status: STATUS[row.status],
    api_version: "2.0",
    ...(handsOver ? { results_path: `/v2/requests/${externalId}/results` } : {}),
  };
}

/** What an access or portability request gave. */
export async function opendsrResults(ctx: Ctx, externalId: string): Promise<AccessPackage> {
  requirePermission(ctx, "requests:write");
  return openPackage(ctx, (await find(ctx, externalId)).id);
}

/** Takes a request back; only one that is still pending. */
export async function cancelOpendsr(
  ctx: Ctx,
  externalId: string,
): Promise<{ controller_id: string; received_time: string; subject_request_id: string; api_version: "2.0" }> {
  requirePermission(ctx, "requests:write");
  const row = await find(ctx, externalId);
  await cancelRequest(ctx, { id: row.id, reason: "Cancelled by the controller." });
  return {
    controller_id: row.requestedBy ?? "",
    received_time: ctx.clock.now().toISOString(),
    subject_request_id: externalId,
    api_version: "2.0",
  };
}

async function find(ctx: Ctx, externalId: string): Promise<RequestRow> {
  const [row] = await ctx.sql<RequestRow[]>`select ${requestColumns(ctx.sql)} from dsr_requests where external_id = ${externalId}`;
  if (!row) throw notFound("A request with this subject_request_id");
  return row;
}
