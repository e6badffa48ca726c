import { createHash } from "node:crypto";
import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { findIdentifier } from "@/domain/profiles";
import type { JourneyStatus } from "./model";

const id = z.string().max(40);
const key = z.string().max(150).default("");
const data = z.record(z.string(), z.json()).default({});
/** Days that calls are remembered by their idempotency key. */
export const CALL_DAYS = 7;

/** Lets one person enter by hand, whatever the entry says; re-entry rules hold. `ref` makes a repeated call one entry. */
export async function startRun(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:start");
  const given = parseInput(z.strictObject({ id, profileId: z.number().int().min(1), ref: z.string().min(1).max(200), key, data }), input);
  await withTx(ctx, async (tx) => {
    const [person] = await tx.sql`select 1 from profiles where id = ${given.profileId}`;
    if (!person) throw new DomainError("NOT_FOUND", "Nobody has this profile id.");
    await askForStart(tx, { ...given, ref: `call:${given.ref}` });
  });
}

const callSchema = z.strictObject({
  id,
  /** Who: exactly one identifier. */
  userId: z.string().min(1).max(200).optional(),
  email: z.string().min(1).max(320).optional(),
  anonymousId: z.string().min(1).max(200).optional(),
  /** Tells parallel runs apart (a cart, an order). */
  key,
  /** For templates, as `event.…`. */
  data,
  idempotencyKey: z.string().min(1).max(200).nullable().default(null),
});

/**
 * Lets one person enter by call of another system. With an idempotency key the same call is done once for a week: the
 * repetition gives the first answer, and another body under the same key is refused with CONFLICT.
 * @returns whether the call had been made before
 */
export async function enterByCall(ctx: Ctx, input: unknown): Promise<{ profileId: number; repeated: boolean }> {
  requirePermission(ctx, "journeys:start");
  const given = parseInput(callSchema, input);
  const names = [
    ["user_id", given.userId],
    ["email", given.email],
    ["anonymous_id", given.anonymousId],
  ].filter((name): name is [string, string] => name[1] !== undefined);
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new DomainError("VALIDATION", "Name the person by exactly one of userId, email and anonymousId.");
  const { idempotencyKey, ...asked } = given;
  const keyHash = hash(`${ctx.actor.id}\0${idempotencyKey ?? ""}`);
  const bodyHash = hash(canonicalJson(asked));
  return withTx(ctx, async (tx) => {
    if (idempotencyKey !== null) {
      // The second of two calls at the same moment waits for the first.
      await tx.sql`select pg_advisory_xact_lock(hashtextextended(${`${given.id}:${keyHash}`}, 0))`;
      const [earlier] = await tx.sql<{ profileId: number; same: boolean }[]>`
        select profile_id as "profileId", body_hash = decode(${bodyHash}, 'hex') as same from journey_calls
        where journey_id = ${given.id} and key_hash = decode(${keyHash}, 'hex')`;
      if (earlier !== undefined) {
        if (!earlier.same)
          throw new DomainError("CONFLICT", "This Idempotency-Key was used for another call. Send a new key with a new call.");
        return { profileId: earlier.profileId, repeated: true };
      }
    }
    const found = await findIdentifier(tx.sql, name[0], name[1]);
    if (found === undefined) throw new DomainError("NOT_FOUND", "Nobody has this identifier yet. Send an identify call first.");
    const ref = `api:${idempotencyKey === null ? newId("call") : keyHash}`;
    await askForStart(tx, { id: given.id, profileId: found.canonicalId, key: given.key, data: given.data, ref });
    if (idempotencyKey !== null)
      await tx.sql`
        insert into journey_calls (journey_id, key_hash, body_hash, profile_id, created_at)
        values (${given.id}, decode(${keyHash}, 'hex'), decode(${bodyHash}, 'hex'), ${found.canonicalId}, ${tx.clock.now()})`;
    return { profileId: found.canonicalId, repeated: false };
  });
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

async function askForStart(
  tx: Ctx,
  start: { id: string; profileId: number; key: string; data: Record<string, unknown>; ref: string },
): Promise<void> {
  const [row] = await tx.sql<{ name: string; status: JourneyStatus }[]>`
    select name, status from journeys where id = ${start.id} and archived_at is null`;
  if (!row) throw new DomainError("NOT_FOUND", "This journey is not there any more.");
  if (row.status !== "live") throw new DomainError("PRECONDITION_FAILED", `"${row.name}" is not live: publish it first.`);
  await tx.sql`
    insert into journey_starts (journey_id, profile_id, entry_key, entry_ref, data, due_at)
    values (${start.id}, ${start.profileId}, ${start.key}, ${start.ref}, ${JSON.stringify(start.data)}::text::jsonb, ${tx.clock.now()}) on conflict do nothing`;
  await recordAudit(tx, {
    action: "journey.person_started",
    object: { type: "journey", id: start.id },
    detail: { profileId: start.profileId },
  });
}

/** Forgets calls that are older than their promise. @returns rows deleted */
export async function pruneCalls(sql: Ctx["sql"], now: Date): Promise<number> {
  const gone = await sql`delete from journey_calls where created_at < ${new Date(now.getTime() - CALL_DAYS * 86_400_000)}`;
  return gone.count;
}
