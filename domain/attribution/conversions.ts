import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { ORDER_EVENT, REFUND_EVENT } from "@/domain/events";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { z } from "zod";
import { conversionSchema } from "./model";
import type { Conversion, ConversionInput } from "./model";

const COLUMNS = `id, name, event, "where", fixed_value::float8 as "fixedValue", count, refund_event as "refundEvent", click_days as "clickDays",
  view_days as "viewDays", is_default as "isDefault"`;

/** The conversion that an install begins with: orders, less refunds. */
const ORDERS: ConversionInput = {
  name: "Orders",
  event: ORDER_EVENT,
  where: [],
  fixedValue: null,
  count: "every",
  refundEvent: REFUND_EVENT,
  clickDays: 28,
  viewDays: 1,
};

/** Conversions, the default first. An install without any has "Orders". */
export async function listConversions(ctx: Ctx): Promise<Conversion[]> {
  requirePermission(ctx, "reports:read");
  return allDefinitions(ctx.sql);
}

export async function allDefinitions(sql: AnySql): Promise<Conversion[]> {
  const rows = await sql.unsafe<Conversion[]>(
    `select ${COLUMNS} from conversion_definitions where archived_at is null order by is_default desc, name`,
  );
  return rows.length > 0 ? [...rows] : [{ id: "cnv_orders", isDefault: true, ...ORDERS }];
}

/** One conversion by id; NOT_FOUND otherwise. */
export async function conversionOf(ctx: Ctx, id: string): Promise<Conversion> {
  requirePermission(ctx, "reports:read");
  const found = (await listConversions(ctx)).find((conversion) => conversion.id === id);
  if (found === undefined) throw new DomainError("NOT_FOUND", "This conversion is not there any more. Choose another.");
  return found;
}

/** Saves a new conversion, or another meaning of one (reports are made anew by it from then on). */
export async function saveConversion(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "reports:write");
  const { id, isDefault, ...given } = parseInput(
    conversionSchema.extend({ id: z.string().max(40).nullable().default(null), isDefault: z.boolean().default(false) }),
    input,
  );
  return withTx(ctx, async (tx) => {
    await keepOrders(tx.sql, tx.clock.now());
    const before =
      id === null
        ? undefined
        : (
            await tx.sql.unsafe<Conversion[]>(
              `select ${COLUMNS} from conversion_definitions where id = $1 and archived_at is null for update`,
              [id],
            )
          )[0];
    if (id !== null && before === undefined) throw new DomainError("NOT_FOUND", "This conversion is not there any more.");
    const [twin] =
      await tx.sql`select 1 from conversion_definitions where name = ${given.name} and id is distinct from ${id} and archived_at is null`;
    if (twin)
      throw new DomainError("CONFLICT", `There is a conversion named "${given.name}" already.`, {
        fields: { name: "Choose another name." },
      });
    const row = id ?? newId("cnv");
    if (isDefault) await tx.sql`update conversion_definitions set is_default = false where is_default`;
    await tx.sql`
      insert into conversion_definitions (id, name, event, "where", fixed_value, count, refund_event, click_days, view_days, is_default, created_by)
      values (${row}, ${given.name}, ${given.event}, ${JSON.stringify(given.where)}::text::jsonb, ${given.fixedValue}, ${given.count}, ${given.refundEvent},
        ${given.clickDays}, ${given.viewDays}, ${isDefault || before?.isDefault === true}, ${tx.actor.id})
      on conflict (id) do update set name = excluded.name, event = excluded.event, "where" = excluded."where", fixed_value = excluded.fixed_value,
        count = excluded.count, refund_event = excluded.refund_event, click_days = excluded.click_days, view_days = excluded.view_days,
        is_default = excluded.is_default, updated_at = now()`;
    await recordAudit(tx, {
      action: before ? "conversion.changed" : "conversion.created",
      object: { type: "conversion", id: row },
      ...(before ? { before } : {}),
      after: given,
    });
    return { id: row };
  });
}

/** Takes a conversion out of the lists; the default cannot go. */
export async function archiveConversion(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "reports:write");
  const { id } = parseInput(z.strictObject({ id: z.string().max(40) }), input);
  await withTx(ctx, async (tx) => {
    await keepOrders(tx.sql, tx.clock.now());
    const [row] = await tx.sql<{ isDefault: boolean }[]>`
      select is_default as "isDefault" from conversion_definitions where id = ${id} and archived_at is null for update`;
    if (!row) throw new DomainError("NOT_FOUND", "This conversion is not there any more.");
    if (row.isDefault)
      throw new DomainError("CONFLICT", "This is the default conversion of all reports. Make another one the default first.");
    await tx.sql`update conversion_definitions set archived_at = ${tx.clock.now()}, name = name || ' (' || id || ')' where id = ${id}`;
    await recordAudit(tx, { action: "conversion.archived", object: { type: "conversion", id } });
  });
}

/** Writes the built-in conversion down once others stand beside it. */
async function keepOrders(sql: AnySql, now: Date): Promise<void> {
  await sql`
    insert into conversion_definitions (id, name, event, count, refund_event, click_days, view_days, is_default, created_at)
    select 'cnv_orders', ${ORDERS.name}, ${ORDERS.event}, ${ORDERS.count}, ${ORDERS.refundEvent}, ${ORDERS.clickDays}, ${ORDERS.viewDays}, true, ${now}
    where not exists (select 1 from conversion_definitions)`;
}
