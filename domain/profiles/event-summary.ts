import type { Json, JsonObject } from "@/domain/events/model";

const object = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
const words = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : typeof value === "number" ? String(value) : undefined;

/** First of the keys that holds text or a number. */
const first = (from: JsonObject, ...keys: string[]): string | undefined => {
  for (const key of keys) {
    const found = words(from[key]);
    if (found !== undefined) return found;
  }
  return undefined;
};

function products(properties: JsonObject): string | undefined {
  const list = properties.products;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const names = list.flatMap((item) => {
    const product = object(item);
    const name = product && first(product, "name", "sku", "product_id");
    if (!product || name === undefined) return [];
    const quantity = Number(words(product.quantity) ?? 1);
    return [quantity > 1 ? `${quantity} × ${name}` : name];
  });
  if (names.length === 0) return `${list.length} products`;
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** What happened in a few words, for a line of the timeline. At most 160 characters. */
export function eventSummary(event: string, properties: JsonObject, context: JsonObject): string {
  const parts: (string | undefined)[] = [];
  const page = object(context.page);
  if (event === "$identify") {
    const keys = Object.keys(properties);
    parts.push(
      keys.length === 0 ? "No traits" : `Set ${keys.slice(0, 4).join(", ")}${keys.length > 4 ? ` and ${keys.length - 4} more` : ""}`,
    );
  } else if (event === "$group") parts.push(first(properties, "name", "groupId", "id"));
  else if (event === "$alias") parts.push("Two ids were declared the same person");
  else if (event === "Page Viewed" || event === "Screen Viewed") {
    parts.push(first(properties, "name", "title") ?? words(page?.title), first(properties, "path", "url") ?? words(page?.path));
  } else {
    const order = first(properties, "order_id", "orderId");
    parts.push(
      order === undefined ? undefined : `Order ${order}`,
      products(properties) ??
        first(
          properties,
          "name",
          "product_name",
          "sku",
          "query",
          "email_subject",
          "subject",
          "campaign_name",
          "title",
          "label",
          "plan",
          "reason",
        ),
      first(properties, "link_url", "coupon"),
    );
    if (!parts.some((part) => part !== undefined)) parts.push(words(page?.path));
  }
  const text = parts.flatMap((part) => part ?? []).join(" · ");
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
