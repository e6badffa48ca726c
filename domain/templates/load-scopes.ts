import type { AnySql } from "@/db/client";
import { companySettings } from "@/domain/access";
import type { Json, JsonObject } from "@/domain/events/model";
import { liquidTexts } from "./load-template";
import type { Content } from "./model";
import type { Scope } from "./render";

/** What of the person and the catalogue a template speaks of: the rest is not read. */
export interface Wants {
  readonly segments: boolean;
  readonly bestsellers: boolean;
  readonly viewed: boolean;
}

export function wantsOf(content: Content, shared: ReadonlyMap<string, Content>): Wants {
  const text = liquidTexts(content, shared)
    .map((one) => one.text)
    .join("\n");
  return {
    segments: /\bsegments\b/u.test(text),
    bestsellers: /\bcatalog\.bestsellers\b/u.test(text),
    viewed: /\bcatalog\.viewed\b/u.test(text),
  };
}

export interface PersonScope {
  readonly scope: Scope;
  /** Language of the person, if they said one. */
  readonly language: string | null;
  readonly name: string | null;
}

interface Row {
  readonly id: number;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly timezone: string | null;
  readonly traits: JsonObject;
  readonly orderCount: number;
  readonly revenue: number;
  readonly lastSeenAt: Date;
  readonly firstSeenAt: Date;
  readonly userId: string | null;
}

/** Newest orders from which bestsellers are counted, and how long the count is kept (milliseconds). */
const ORDERS_LOOKED_AT = 2_000;
const BESTSELLERS_KEPT_MS = 600_000;
const PRODUCTS = 12;

/** What Liquid sees of each person: plain JSON, nothing else. Cost: a few statements for all of them. */
export async function loadScopes(
  sql: AnySql,
  people: readonly number[],
  wants: Wants,
  now: Date,
  more: {
    readonly data?: ReadonlyMap<number, JsonObject>;
    readonly links?: ReadonlyMap<number, JsonObject>;
    readonly broadcast?: JsonObject;
  } = {},
): Promise<Map<number, PersonScope>> {
  if (people.length === 0) return new Map();
  const ids = [...new Set(people)];
  const rows = await sql<Row[]>`
    select p.id, p.name, p.email, p.phone, p.country, p.city, p.timezone, p.traits, p.order_count as "orderCount", p.revenue::float8 as revenue,
      p.last_seen_at as "lastSeenAt", p.first_seen_at as "firstSeenAt",
      (select coalesce(nullif(i.raw, ''), i.value) from identifiers i where i.profile_id = p.id and i.type = 'user_id' and i.status = 'active' order by i.last_seen_at desc limit 1) as "userId"
    from profiles p where p.id = any(${ids}::int[])`;
  const [company, segments, viewed, bestsellers] = await Promise.all([
    companySettings(sql),
    wants.segments ? segmentsOf(sql, ids) : new Map<number, JsonObject>(),
    wants.viewed ? viewedBy(sql, ids) : new Map<number, JsonObject[]>(),
    wants.bestsellers ? bestsellersOf(sql, now) : [],
  ]);
  return new Map(
    rows.map((row): [number, PersonScope] => [
      row.id,
      scopeOf(row, {
        data: more.data?.get(row.id) ?? {},
        links: more.links?.get(row.id) ?? {},
        broadcast: more.broadcast ?? {},
        segments: segments.get(row.id) ?? {},
        bestsellers,
        viewed: viewed.get(row.id) ?? [],
        company,
        now,
      }),
    ]),
  );
}

/** The same of somebody made up: their traits, the lists and segments that they are said to be in, no past. */
export async function loadMadeUpScope(
  sql: AnySql,
  person: { readonly traits: JsonObject; readonly zone: string; readonly memberOf: readonly string[] },
  wants: Wants,
  now: Date,
  more: { readonly data: JsonObject; readonly links: JsonObject },
): Promise<PersonScope> {
  const text = (key: string): string | null => {
    const value = person.traits[key];
    return typeof value === "string" ? value : null;
  };
  const row: Row = {
    id: 0,
    name: text("name"),
    email: text("email"),
    phone: text("phone"),
    country: text("country"),
    city: text("city"),
    timezone: person.zone,
    traits: person.traits,
    orderCount: 0,
    revenue: 0,
    firstSeenAt: now,
    lastSeenAt: now,
    userId: text("user_id"),
  };
  const [company, bestsellers] = await Promise.all([companySettings(sql), wants.bestsellers ? bestsellersOf(sql, now) : []]);
  const segments = Object.fromEntries(person.memberOf.map((id) => [id, true]));
  return scopeOf(row, { ...more, broadcast: {}, segments, bestsellers, viewed: [], company, now });
}

function scopeOf(
  row: Row,
  around: {
    readonly data: JsonObject;
    readonly links: JsonObject;
    readonly broadcast: JsonObject;
    readonly segments: JsonObject;
    readonly bestsellers: readonly JsonObject[];
    readonly viewed: readonly JsonObject[];
    readonly company: { readonly name: string; readonly currency: string; readonly timezone: string };
    readonly now: Date;
  },
): PersonScope {
  const { data, company } = around;
  const entry = data["entry"];
  const said = row.traits["language"] ?? row.traits["locale"];
  return {
    scope: {
      profile: profileOf(row),
      event: entry !== null && typeof entry === "object" && !Array.isArray(entry) ? entry : {},
      journey: data,
      broadcast: around.broadcast,
      segments: around.segments,
      catalog: { bestsellers: [...around.bestsellers], viewed: [...around.viewed] },
      company: { name: company.name, currency: company.currency, timezone: company.timezone },
      links: around.links,
      now: around.now.toISOString(),
    },
    language: typeof said === "string" ? said : null,
    name: row.name,
  };
}

/** Traits, and beside them what the product knows of the person under names that traits commonly have. */
function profileOf(row: Row): JsonObject {
  const word = (row.name ?? "").split(" ")[0] ?? "";
  const first = row.traits["firstName"] ?? row.traits["first_name"] ?? word;
  const last = row.traits["lastName"] ?? row.traits["last_name"] ?? "";
  return {
    id: row.id,
    user_id: row.userId,
    name: row.name,
    first_name: first,
    last_name: last,
    email: row.email,
    phone: row.phone,
    country: row.country,
    city: row.city,
    timezone: row.timezone,
    order_count: row.orderCount,
    revenue: row.revenue,
    first_seen_at: row.firstSeenAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
    ...row.traits,
  };
}

/** Segments by id and by key, each true. */
async function segmentsOf(sql: AnySql, ids: readonly number[]): Promise<Map<number, JsonObject>> {
  const rows = await sql<{ person: number; id: string; key: string }[]>`
    select m.profile_id as person, s.id, s.key from segment_members m join segments s on s.id = m.segment_id and s.deleted_at is null
    where m.profile_id = any(${[...ids]}::int[])`;
  const out = new Map<number, JsonObject>();
  for (const { person, id, key } of rows) out.set(person, { ...out.get(person), [id]: true, [key]: true });
  return out;
}

const product = (properties: JsonObject): JsonObject => {
  const pick = (key: string): Json => properties[key] ?? null;
  return {
    product_id: pick("product_id"),
    name: pick("name"),
    variant: pick("variant"),
    price: pick("price"),
    currency: pick("currency"),
    image_url: pick("image_url"),
    url: pick("url"),
  };
};

/** What each person looked at last, each product once. */
async function viewedBy(sql: AnySql, ids: readonly number[]): Promise<Map<number, JsonObject[]>> {
  const rows = await sql<{ person: number; properties: JsonObject }[]>`
    select w.p as person, e.properties from unnest(${[...ids]}::int[]) w(p)
    cross join lateral (
      select e.properties, e.occurred_at from events e join event_types t on t.id = e.event_type and t.name in ('Product Viewed', 'Product Added')
      where e.profile_id in (select a.profile_id from profile_aliases a where a.canonical_id = w.p union all select w.p) and e.properties ? 'product_id'
      order by e.occurred_at desc limit 50) e`;
  const out = new Map<number, JsonObject[]>();
  for (const { person, properties } of rows) {
    const list = out.get(person) ?? [];
    if (list.length < PRODUCTS && !list.some((one) => one["product_id"] === properties["product_id"])) list.push(product(properties));
    out.set(person, list);
  }
  return out;
}

const sold = new WeakMap<object, { at: number; list: JsonObject[] }>();

/** What was bought most in the newest orders, with the newest name, price and picture of each. */
async function bestsellersOf(sql: AnySql, now: Date): Promise<readonly JsonObject[]> {
  const known = sold.get(sql);
  if (known !== undefined && now.getTime() - known.at < BESTSELLERS_KEPT_MS && now.getTime() >= known.at) return known.list;
  const rows = await sql<{ newest: JsonObject }[]>`
    with orders as (
      select e.properties, e.occurred_at from events e join event_types t on t.id = e.event_type and t.name = 'Order Completed'
      where jsonb_typeof(e.properties -> 'products') = 'array' order by e.occurred_at desc limit ${ORDERS_LOOKED_AT})
    select (array_agg(l.item || jsonb_build_object('currency', coalesce(l.item -> 'currency', o.properties -> 'currency')) order by o.occurred_at desc))[1] as newest
    from orders o cross join lateral jsonb_array_elements(o.properties -> 'products') l(item)
    where jsonb_typeof(l.item) = 'object' and l.item ? 'product_id' and l.item ? 'name'
    group by l.item ->> 'product_id' order by count(*) desc, l.item ->> 'product_id' limit ${PRODUCTS}`;
  const list = rows.map(({ newest }) => product(newest));
  sold.set(sql, { at: now.getTime(), list });
  return list;
}
