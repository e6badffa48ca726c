import { requirePermission } from "@/domain/access";
import type { JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { loadScopes } from "./load-scopes";
import type { StarterPreview } from "./model";
import { renderTemplate } from "./render";
import { STARTERS } from "./starters";

/** Shown where the shop has sold nothing yet. */
const SAMPLE: readonly JsonObject[] = [
  { product_id: "sample-1", name: "Stoneware cup", price: 14, currency: "EUR", quantity: 2 },
  { product_id: "sample-2", name: "Tea pot", price: 39, currency: "EUR", quantity: 1 },
  { product_id: "sample-3", name: "Linen cloth", price: 9.5, currency: "EUR", quantity: 1 },
];

/** Starters as they look: an invented person, and this install's own products where it has some. */
export async function previewStarters(ctx: Ctx): Promise<StarterPreview[]> {
  requirePermission(ctx, "journeys:read");
  const [row] = await ctx.sql<{ id: number }[]>`select id from profiles where merged_into is null limit 1`;
  const scopes =
    row === undefined
      ? undefined
      : await loadScopes(ctx.sql, [row.id], { segments: false, bestsellers: true, viewed: false }, ctx.clock.now());
  const found = row === undefined ? undefined : scopes?.get(row.id)?.scope;
  const catalog = (found?.["catalog"] ?? {}) as { bestsellers?: JsonObject[] };
  const products = catalog.bestsellers !== undefined && catalog.bestsellers.length > 0 ? catalog.bestsellers : [...SAMPLE];
  const scope = {
    profile: { first_name: "Kim", name: "Kim Rivers", order_count: 3 },
    event: {
      order_id: "10482",
      currency: products[0]?.["currency"] ?? "EUR",
      total: 62.5,
      shipping: 0,
      name: products[0]?.["name"] ?? "",
      price: products[0]?.["price"] ?? 0,
      products: products.slice(0, 3),
    },
    catalog: { bestsellers: products, viewed: products.slice(1) },
    company: found?.["company"] ?? { name: "Your company" },
    links: { unsubscribe: "https://example.com/u", preferences: "https://example.com/p", confirm: "https://example.com/c" },
    segments: {},
  };
  return Promise.all(
    STARTERS.map(async ({ id, name, description, content }) => {
      const { html, text, subject } = await renderTemplate(content, scope, { language: null });
      return { id, name, description, channel: content.channel, subject, html, text };
    }),
  );
}
