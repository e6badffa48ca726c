import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { type Json, type JsonObject, ORDER_EVENT, REFUND_EVENTS } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { personOf } from "./canonical";
import { decodeCursor, encodeCursor, INTEGER, TIME } from "./cursor";
import type { OrdersPage, OrderView } from "./schemas";

const inputSchema = z.strictObject({ cursor: z.string().max(500).optional(), limit: z.number().int().min(1).max(200).default(50) });

const textOf = (value: Json | undefined): string | null =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : null;

function itemsOf(properties: JsonObject): OrderView["items"] {
  const list = properties.products;
  if (!Array.isArray(list)) return [];
  return list.slice(0, 100).flatMap((item) => {
    if (item === null || typeof item !== "object" || Array.isArray(item)) return [];
    const quantity = Number(textOf(item.quantity) ?? 1);
    const price = textOf(item.price);
    return [
      {
        name: textOf(item.name) ?? textOf(item.sku) ?? textOf(item.product_id) ?? "Product",
        quantity: Number.isFinite(quantity) ? quantity : 1,
        price: price !== null && price.trim() !== "" && Number.isFinite(Number(price)) ? price : null,
      },
    ];
  });
}

/**
 * Orders of a person with what was refunded of each, and totals per currency. Amounts of different currencies are never
 * added up. Refunds belong to the order whose order_id they carry; those without one count in the totals only.
 */
export async function listOrders(ctx: Ctx, id: number, input: unknown = {}): Promise<OrdersPage> {
  requirePermission(ctx, "profiles:read");
  const query = parseInput(inputSchema, input);
  const { sql } = ctx;
  const { fragments } = await personOf(sql, id);
  const types = await sql<
    { id: number; name: string }[]
  >`select id, name from event_types where name = any(${[ORDER_EVENT, ...REFUND_EVENTS]}::text[])`;
  const order = types.filter((type) => type.name === ORDER_EVENT).map((type) => type.id);
  const refund = types.filter((type) => type.name !== ORDER_EVENT).map((type) => type.id);
  const currency = sql`upper(nullif(left(e.properties ->> 'currency', 8), ''))`;
  let before = sql`true`;
  if (query.cursor) {
    const [at, event] = decodeCursor(query.cursor, [TIME, INTEGER]) as [string, string];
    before = sql`(e.occurred_at, e.id) < (${at}::text::timestamptz, ${event}::text::int8)`;
  }
  const [rows, totals] = await Promise.all([
    sql<
      {
        id: number;
        occurred_at: Date;
        source_id: string;
        value: string | null;
        currency: string | null;
        properties: JsonObject;
        mark: string;
      }[]
    >`
      select e.id, e.occurred_at, e.source_id, e.value, ${currency} as currency, e.properties,
        to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' as mark
      from events e where e.profile_id = any(${fragments}::int[]) and e.event_type = any(${order}::int[]) and ${before}
      order by e.occurred_at desc, e.id desc limit ${query.limit + 1}`,
    sql<{ currency: string | null; orders: number; gross: string; refunds: string; net: string }[]>`
      select ${currency} as currency, count(*) filter (where e.event_type = any(${order}::int[])) as orders,
        coalesce(sum(e.value) filter (where e.event_type = any(${order}::int[])), 0)::text as gross,
        coalesce(sum(abs(e.value)) filter (where e.event_type = any(${refund}::int[])), 0)::text as refunds,
        (coalesce(sum(e.value) filter (where e.event_type = any(${order}::int[])), 0)
          - coalesce(sum(abs(e.value)) filter (where e.event_type = any(${refund}::int[])), 0))::text as net
      from events e where e.profile_id = any(${fragments}::int[]) and e.event_type = any(${[...order, ...refund]}::int[])
      group by 1 order by orders desc, 1`,
  ]);
  const page = rows.slice(0, query.limit);
  const orderIds = page.flatMap((row) => textOf(row.properties.order_id) ?? []);
  const refunds = orderIds.length
    ? await sql<{ order_id: string; amount: string }[]>`
        select left(e.properties ->> 'order_id', 500) as order_id, sum(abs(e.value))::text as amount from events e
        where e.profile_id = any(${fragments}::int[]) and e.event_type = any(${refund}::int[]) and e.properties ->> 'order_id' = any(${orderIds}::text[])
        group by 1`
    : [];
  const refundedOf = new Map(refunds.map((row) => [row.order_id, row.amount]));
  const last = page.at(-1);
  return {
    orders: page.map((row): OrderView => {
      const orderId = textOf(row.properties.order_id);
      return {
        id: row.id,
        orderId,
        occurredAt: row.occurred_at.toISOString(),
        sourceId: row.source_id,
        currency: row.currency,
        value: row.value,
        refunded: (orderId !== null && refundedOf.get(orderId)) || "0",
        coupon: textOf(row.properties.coupon),
        items: itemsOf(row.properties),
      };
    }),
    next: rows.length > query.limit && last ? encodeCursor(last.mark, last.id) : null,
    totals,
  };
}
