import { z } from "zod";
import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { normaliseIdentifier, readCursor, rulesAt, suppressionHash } from "@/domain/identity";
import { DomainError, newId, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { dueDate } from "./deadlines";
import { OPEN_STATUSES, REGIMES, REQUEST_KINDS, REQUEST_KIND_LABELS, type RequestChannel, type SubjectIdentifier } from "./model";
import { noteActivity, requestColumns, summaryOf, type RequestRow } from "./request-rows";
import { requestSettings } from "./settings";
import type { RequestSummary } from "./model";

export const identifierSchema = z.strictObject({
  type: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9_.-]{1,64}$/, "Name the kind of identifier, such as email or user_id."),
  value: z.string().trim().min(1, "Enter the identifier.").max(500, "An identifier has at most 500 characters."),
});

export const createRequestSchema = z.strictObject({
  kind: z.enum(REQUEST_KINDS),
  regime: z.enum(REGIMES),
  identifiers: z.array(identifierSchema).min(1, "Name the person by at least one identifier.").max(20),
  note: z.string().trim().max(2_000).nullish(),
  /** Erasure: drop what comes later. Default true. */
  suppress: z.boolean().optional(),
  /** Rectification: traits to set. */
  traits: z.record(z.string().min(1).max(200), z.union([z.string().max(2_000), z.number(), z.boolean()])).optional(),
  receivedAt: z.coerce.date().optional(),
});
export type CreateRequestInput = z.input<typeof createRequestSchema>;

/** How a request came, where no member entered it. */
export interface Arrival {
  channel: RequestChannel;
  /** The caller vouches for the person's identity. */
  verifiedBy?: string;
  batchId?: string;
  externalId?: string;
  callbackUrls?: string[];
}

/** The identifiers as identity resolution stores them. Refuses one that is none of its kind. */
export async function normaliseSubject(sql: AnySql, given: readonly SubjectIdentifier[]): Promise<SubjectIdentifier[]> {
  const { rules } = await rulesAt(sql, await readCursor(sql));
  const out: SubjectIdentifier[] = [];
  for (const [index, { type, value }] of given.entries()) {
    const normal = normaliseIdentifier(type, value, { country: null, foldEmail: rules.foldEmailAliases });
    if (normal === undefined) {
      const what = type === "phone" ? "a phone number with country code, such as +49 30 123456" : `a value of the kind ${type}`;
      throw new DomainError("VALIDATION", `Identifier ${index + 1} is not ${what}.`, {
        fields: { [`identifiers.${index}.value`]: `Not ${what}.` },
      });
    }
    if (!out.some((known) => known.type === type && known.value === normal)) out.push({ type, value: normal });
  }
  return out;
}

/** Enters a request of a person and starts the clock of its law. */
export async function createRequest(ctx: Ctx, input: unknown): Promise<RequestSummary> {
  requirePermission(ctx, "requests:write");
  return storeRequest(ctx, parseInput(createRequestSchema, input), { channel: "operator" });
}

/** The same for requests that came through an interface. The caller has checked the permission. */
export async function storeRequest(ctx: Ctx, given: z.output<typeof createRequestSchema>, arrival: Arrival): Promise<RequestSummary> {
  if (given.kind === "rectification" && Object.keys(given.traits ?? {}).length === 0)
    throw new DomainError("VALIDATION", "Say which values are to be corrected.", { fields: { traits: "Name at least one value." } });
  return withTx(ctx, async (tx) => {
    const subject = await normaliseSubject(tx.sql, given.identifiers);
    const hashes = subject.map(suppressionHash);
    await refuseDouble(tx, given.kind, hashes, arrival);
    const people = await tx.sql<{ id: number }[]>`
      select distinct coalesce(a.canonical_id, i.profile_id) as id
      from json_to_recordset(${JSON.stringify(subject)}::text::json) as r(type text, value text)
      join identifiers i on i.type = r.type and i.value = r.value left join profile_aliases a on a.profile_id = i.profile_id`;
    if (people.length > 1)
      throw new DomainError(
        "CONFLICT",
        `These identifiers belong to ${people.length} different people (profiles ${people.map(({ id }) => id).join(", ")}). Enter one request for each, or merge the people first.`,
      );
    const now = tx.clock.now();
    const receivedAt = given.receivedAt ?? now;
    if (receivedAt.getTime() > now.getTime() + 60_000)
      throw new DomainError("VALIDATION", "The request cannot have come later than now.", {
        fields: { receivedAt: "Choose a time that has passed." },
      });
    const settings = await requestSettings(tx.sql);
    const id = newId("dsr");
    const options = {
      ...(given.kind === "erasure" ? { suppress: given.suppress ?? true } : {}),
      ...(given.traits === undefined ? {} : { traits: given.traits }),
    };
    const verifiedAt = arrival.verifiedBy === undefined ? null : now;
    const [row] = await tx.sql<RequestRow[]>`
      insert into dsr_requests (id, kind, regime, status, channel, subject, subject_hashes, profile_id, note, options, received_at, due_at,
        verified_at, verified_by, requested_by, batch_id, external_id, callback_urls, created_at, updated_at)
      values (${id}, ${given.kind}, ${given.regime}, ${verifiedAt === null ? "unverified" : "open"}, ${arrival.channel},
        ${JSON.stringify(subject)}::text::jsonb, ${hashes}, ${people[0]?.id ?? null}, ${given.note ?? null}, ${JSON.stringify(options)}::text::jsonb,
        ${receivedAt}, ${dueDate(given.regime, given.kind, receivedAt, settings)}, ${verifiedAt}, ${arrival.verifiedBy ?? null}, ${tx.actor.id},
        ${arrival.batchId ?? null}, ${arrival.externalId ?? null}, ${arrival.callbackUrls ?? []}, ${now}, ${now})
      returning ${requestColumns(tx.sql)}`;
    const detail = { kind: given.kind, regime: given.regime, channel: arrival.channel, found: people.length > 0 };
    await noteActivity(tx, id, "received", detail);
    await recordAudit(tx, {
      action: "request.received",
      object: { type: "request", id },
      after: { ...detail, profileId: people[0]?.id ?? null },
    });
    return summaryOf(tx, row as RequestRow);
  });
}

async function refuseDouble(tx: Ctx, kind: RequestRow["kind"], hashes: string[], { channel }: Arrival): Promise<void> {
  const [row] = await tx.sql<{ id: string }[]>`
    select id from dsr_requests where kind = ${kind} and status = any(${[...OPEN_STATUSES]}::text[]) and subject_hashes && ${hashes}::text[]
    order by received_at limit 1`;
  if (!row || channel === "regulation") return;
  throw new DomainError(
    "CONFLICT",
    `There is an open request of this person already (${REQUEST_KIND_LABELS[kind]}, ${row.id}). Go on with that one.`,
    {
      data: { requestId: row.id },
    },
  );
}
