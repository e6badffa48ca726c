import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { currentSettings, noteConsentChanges } from "@/domain/consent";
import { CHANNELS, SUPPRESSION_REASONS } from "@/domain/consent/model";
import { normaliseIdentifier } from "@/domain/identity";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { recordSayings, speakingFragment } from "./record";

const schema = z.strictObject({
  profileId: z.number().int().positive(),
  purpose: z.string().min(1).max(60),
  channel: z.enum(CHANNELS).nullish(),
  state: z.enum(["granted", "denied", "withdrawn"]),
  note: z.string().trim().min(1, "Say how the person told you, for example by phone.").max(500),
});

/** What a person told an operator: on the phone, in a shop, by letter. In force at once. */
export async function recordConsent(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "consent:write");
  const { profileId, purpose, channel, state, note } = parseInput(schema, input);
  await withTx(ctx, async (tx) => {
    const settings = await currentSettings(tx);
    const known = settings.purposes.get(purpose);
    if (known?.status !== "published") throw notFound(`The purpose "${purpose}"`);
    if (channel && !known.terms.channels.includes(channel))
      throw new DomainError("VALIDATION", `"${known.name}" does not cover this channel.`, { fields: { channel: "not covered" } });
    const fragment = await speakingFragment(tx.sql, profileId);
    const [there] = await tx.sql`select 1 from profiles where id = ${fragment}`;
    if (!there) throw notFound(`Profile ${profileId}`);
    await recordSayings(tx, {
      profileId: fragment,
      origin: "operator",
      // An operator's record says how the person confirmed it.
      sayings: [{ key: purpose, ...(channel ? { channel } : {}), state, confirmed: state === "granted" }],
      proof: { note },
      actorId: tx.actor.id,
    });
    await recordAudit(tx, {
      action: "consent.recorded",
      object: { type: "profile", id: String(profileId) },
      after: { purpose, channel: channel ?? null, state },
    });
  });
}

const addressSchema = z.strictObject({
  type: z.string().min(1).max(64),
  value: z.string().trim().min(1, "Enter the address.").max(500),
  channel: z.enum(CHANNELS),
  /** Null: the address takes messages again. */
  reason: z.enum(SUPPRESSION_REASONS).nullable(),
});

/** Stops an address on a channel, whoever holds it, or lets it take messages again. */
export async function suppressAddress(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "consent:write");
  const { type, value, channel, reason } = parseInput(addressSchema, input);
  const address = normaliseIdentifier(type, value, { country: null, foldEmail: false });
  if (address === undefined)
    throw new DomainError("VALIDATION", "This is no usable address of its kind.", { fields: { value: "not usable" } });
  await withTx(ctx, async (tx) => {
    if (reason === null)
      await tx.sql`delete from consent_suppressions where type = ${type} and value = ${address} and channel = ${channel}`;
    else
      await tx.sql`insert into consent_suppressions (type, value, channel, reason, at, actor_id)
        values (${type}, ${address}, ${channel}, ${reason}, ${tx.clock.now()}, ${tx.actor.id})
        on conflict (type, value, channel) do update set reason = excluded.reason, at = excluded.at, actor_id = excluded.actor_id`;
    const [holder] = await tx.sql<{ id: number }[]>`select profile_id as id from identifiers where type = ${type} and value = ${address}`;
    if (holder) await noteConsentChanges(tx.sql, [holder.id]);
    await recordAudit(tx, {
      action: reason === null ? "address.unsuppressed" : "address.suppressed",
      object: { type: "profile", id: String(holder?.id ?? 0) },
      after: { type, channel, reason },
    });
  });
}
