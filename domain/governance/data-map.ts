import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { notFound, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { FIELD_CLASSES, type DataMap, type FieldClass } from "./model";

/** Every trait and event property that was seen, with its class; those that nobody looked at first. */
export async function readDataMap(ctx: Ctx): Promise<DataMap> {
  requirePermission(ctx, "governance:read");
  const { sql } = ctx;
  const [rows, sources] = await Promise.all([
    sql<(Omit<DataMap["fields"][number], "lastSeenAt"> & { lastSeenAt: Date })[]>`
      select s.kind, s.scope, s.key, s.source_ids as "sourceIds", s.n, s.last_seen_at as "lastSeenAt", coalesce(f.found, 'not_personal') as found, f.reason,
        f.confirmed, u.name as "confirmedBy", coalesce(f.labels, '{}') as labels
      from seen_properties s
      left join field_classes f on f.kind = s.kind and f.scope = s.scope and f.key = s.key
      left join users u on u.id = f.confirmed_by
      order by (f.confirmed is null and coalesce(f.found, 'not_personal') <> 'not_personal') desc, s.kind desc, s.scope, s.key limit 5000`,
    sql<{ id: string; name: string }[]>`select id, name from sources`,
  ]);
  return {
    fields: rows.map(({ lastSeenAt, ...row }) => ({ ...row, lastSeenAt: lastSeenAt.toISOString() })),
    sources: Object.fromEntries(sources.map(({ id, name }) => [id, name])),
    asOf: ctx.clock.now().toISOString(),
  };
}

const schema = z.strictObject({
  kind: z.enum(["trait", "event"]),
  scope: z.string().max(500),
  key: z.string().min(1).max(500),
  class: z.enum(FIELD_CLASSES),
});

/** An admin says what a field holds. Masking follows it within seconds. */
export async function confirmField(ctx: Ctx, input: unknown): Promise<{ class: FieldClass }> {
  requirePermission(ctx, "governance:write");
  const given = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const [before] = await tx.sql<{ found: FieldClass; confirmed: FieldClass | null }[]>`
      select found, confirmed from field_classes where kind = ${given.kind} and scope = ${given.scope} and key = ${given.key} for update`;
    const [seen] = await tx.sql`select 1 from seen_properties where kind = ${given.kind} and scope = ${given.scope} and key = ${given.key}`;
    if (!before && !seen) throw notFound("This field");
    await tx.sql`
      insert into field_classes (kind, scope, key, found, confirmed, confirmed_by, confirmed_at)
      values (${given.kind}, ${given.scope}, ${given.key}, ${given.class}, ${given.class}, ${tx.actor.id}, ${tx.clock.now()})
      on conflict (kind, scope, key) do update set confirmed = excluded.confirmed, confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`;
    await recordAudit(tx, {
      action: "field.classified",
      object: { type: "field", id: `${given.kind}:${given.scope}:${given.key}` },
      before: before ? { found: before.found, confirmed: before.confirmed } : null,
      after: { confirmed: given.class },
    });
    return { class: given.class };
  });
}
