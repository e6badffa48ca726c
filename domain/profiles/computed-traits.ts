import type { AnySql } from "@/db/client";
import { can, requirePermission } from "@/domain/access";
import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { personOf } from "./canonical";
import { maskText } from "./mask";
import type { ComputedTraitView } from "./schemas";

const DOTS = "•••";

/** A value for who may not see personal data: of a trait made of personal data only numbers stay, in others addresses are hidden. */
export function maskComputed(value: Json, personal: boolean): Json {
  if (typeof value === "string") return personal ? DOTS : maskText(value);
  if (Array.isArray(value)) return value.map((item) => maskComputed(item, personal));
  return value !== null && typeof value === "object" ? DOTS : value;
}

interface Row {
  profileId: number;
  id: string;
  key: string;
  name: string;
  status: string;
  personal: boolean;
  value: Json;
  changedAt: Date | null;
}

/** Values of computed traits of some people (canonical ids); `keys` null: all traits. Reads `computed_values_pkey`. */
async function computedRows(sql: AnySql, ids: readonly number[], keys: readonly string[] | null): Promise<Row[]> {
  return sql<Row[]>`
    select p.id as "profileId", t.id, t.key, t.name, t.status, t.personal, coalesce(v.value, t.empty) as value, v.changed_at as "changedAt"
    from computed_traits t cross join unnest(${`{${ids.join(",")}}`}::text::int[]) p(id)
    left join computed_values v on v.trait_id = t.id and v.profile_id = p.id
    where t.deleted_at is null and (${keys === null} or t.key = any(${[...(keys ?? [])]}::text[])) order by lower(t.name), t.id`;
}

/** All computed traits of a person by name, those without a value too. */
export async function personComputedTraits(ctx: Ctx, ref: number): Promise<ComputedTraitView[]> {
  requirePermission(ctx, "profiles:read");
  const { id } = await personOf(ctx.sql, ref);
  return computedOf(ctx, id);
}

/** The same for a canonical id, for reads that have guarded themselves. */
export async function computedOf(ctx: Ctx, id: number): Promise<ComputedTraitView[]> {
  const unmasked = can(ctx, "personal_data:see");
  const rows = await computedRows(ctx.sql, [id], null);
  return rows.map(({ profileId: _id, personal, value, changedAt, ...row }) => ({
    ...row,
    value: unmasked ? value : maskComputed(value, personal),
    changedAt: changedAt?.toISOString() ?? null,
  }));
}

/** Values by key for the pages of the people table; absent: none. */
export async function computedColumns(
  ctx: Ctx,
  ids: readonly number[],
  keys: readonly string[],
): Promise<Map<number, Record<string, Json>>> {
  const out = new Map<number, Record<string, Json>>();
  if (ids.length === 0 || keys.length === 0) return out;
  const unmasked = can(ctx, "personal_data:see");
  for (const { profileId, key, value, personal } of await computedRows(ctx.sql, ids, keys)) {
    if (value === null) continue;
    const held = out.get(profileId) ?? {};
    held[key] = unmasked ? value : maskComputed(value, personal);
    out.set(profileId, held);
  }
  return out;
}
