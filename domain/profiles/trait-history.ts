import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { personOf } from "./canonical";
import type { IdentityNoteView, TraitChange } from "./schemas";
import { maskIdentifier, maskJson, maskText, maskTraits } from "./mask";

const inputSchema = z.strictObject({ key: z.string().min(1).max(500), limit: z.number().int().min(1).max(200).default(50) });

/**
 * The values that a trait was given, newest first, repeats of the same value left out (the oldest of a run stands for
 * it). Read from the person's own identify calls, and from calls that carry traits in their context.
 */
export async function traitHistory(ctx: Ctx, id: number, input: unknown): Promise<TraitChange[]> {
  requirePermission(ctx, "profiles:read");
  const { key, limit } = parseInput(inputSchema, input);
  const unmasked = can(ctx, "personal_data:see");
  const { fragments } = await personOf(ctx.sql, id);
  const rows = await ctx.sql<{ at: Date; value: Json; source_id: string; message_id: string; profile_id: number }[]>`
    select at, value, source_id, message_id, profile_id from (
      select *, lag(value) over (order by at, id) as previous from (
        select e.occurred_at as at, e.id, e.source_id, e.message_id, e.profile_id, e.properties -> ${key} as value
        from events e where e.profile_id = any(${fragments}::int[]) and e.properties ? ${key}
          and e.event_type = (select id from event_types where name = '$identify')
      ) said) steps
    where previous is distinct from value order by at desc, id desc limit ${limit}`;
  return rows.map((row) => ({
    at: row.at.toISOString(),
    value: unmasked ? row.value : (maskTraits({ [key]: row.value })[key] ?? null),
    sourceId: row.source_id,
    messageId: unmasked ? row.message_id : maskText(row.message_id),
    profileId: row.profile_id,
  }));
}

/** Why two people did not merge, why an identifier was refused: what identity resolution noted about this person. */
export async function profileNotes(ctx: Ctx, id: number): Promise<IdentityNoteView[]> {
  requirePermission(ctx, "profiles:read");
  const unmasked = can(ctx, "personal_data:see");
  const { fragments } = await personOf(ctx.sql, id);
  const rows = await ctx.sql<
    {
      id: number;
      at: Date;
      code: string;
      type: string | null;
      value: string | null;
      profile_id: number | null;
      other_profile_id: number | null;
      source_id: string | null;
      message_id: string | null;
      detail: Json;
    }[]
  >`select id, at, code, type, value, profile_id, other_profile_id, source_id, message_id, detail from identity_notes
    where profile_id = any(${fragments}::int[]) order by at desc, id desc limit 200`;
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    code: row.code,
    type: row.type,
    value: row.value === null || unmasked ? row.value : maskIdentifier(row.type ?? "id", row.value),
    profileId: row.profile_id,
    otherProfileId: row.other_profile_id,
    sourceId: row.source_id,
    messageId: row.message_id === null || unmasked ? row.message_id : maskText(row.message_id),
    detail: unmasked ? row.detail : maskJson(row.detail),
  }));
}
