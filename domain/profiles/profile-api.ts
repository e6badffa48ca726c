import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { currentSettings, GATE_REASON_LABELS, mayUse } from "@/domain/consent";
import { forbiddenTraits } from "@/domain/labels";
import type { Json, JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { personOf } from "./canonical";
import { computedOf } from "./computed-traits";
import { decodeCursor, encodeCursor, INTEGER, TIME } from "./cursor";
import { traitLineage } from "./get-profile";
import { maskIdentifier, maskJson, maskTraits } from "./mask";
import type { Traits, TraitsMeta } from "./model";
import { findIdentifier } from "./resolve";
import type { ComputedTraitView } from "./schemas";

/**
 * Reads behind the Profile API (wire-compatible with Segment's): primary-key reads of one person or account, whom the
 * consent gate lets out for the purpose. Consent is never part of an answer. Everything is masked for keys without `personal_data:see`.
 */
export const COLLECTIONS = ["users", "accounts"] as const;

const list = z
  .string()
  .max(5000)
  .optional()
  .transform((text) =>
    text
      ?.split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );
const flag = z
  .enum(["true", "false", "1", "0", ""])
  .optional()
  .transform((text) => text === "true" || text === "1" || text === "");
const limit = (byDefault: number, most: number) => z.coerce.number().int().min(1).max(most).default(byDefault);
const next = z.string().max(1000).optional();
const instant = z.iso.datetime({ offset: true }).or(z.iso.date()).optional();

const TRAITS = z.object({
  limit: limit(10, 200),
  class: z.enum(["audience", "computed_trait"]).optional(),
  include: list,
  verbose: flag,
  next,
});
const EXTERNAL_IDS = z.object({ limit: limit(25, 200), include: list, verbose: flag, next });
const EVENTS = z.object({
  start: instant,
  end: instant,
  include: list,
  exclude: list,
  sort: z.enum(["asc", "desc"]).default("desc"),
  limit: limit(10, 200),
  next,
});
const LINKS = z.object({ limit: limit(20, 20), next });

export interface ApiCursor {
  url: string;
  has_more: boolean;
  next: string;
  limit: number;
}

const cursorOf = (ref: ApiRef, more: boolean, marker: string, size: number): ApiCursor => ({
  url: ref.path,
  has_more: more,
  next: more ? marker : "",
  limit: size,
});

/** A path taken apart: whose what. */
export interface ApiRef {
  collection: (typeof COLLECTIONS)[number];
  type: string;
  id: string;
  /** The request's path, echoed in cursors. */
  path: string;
  /** What it is read for; absent: what the Profile API stands for by policy. */
  purpose?: string | undefined;
}

const missing = (): DomainError => new DomainError("NOT_FOUND", "Profile was not found.");

async function personFor(ctx: Ctx, ref: ApiRef): Promise<{ id: number; fragments: number[] }> {
  const person = await findPerson(ctx, ref);
  const { allowed, reason } = await mayUse(ctx, { profileId: person.id, destination: "profile_api", purpose: ref.purpose });
  if (!allowed)
    throw new DomainError("FORBIDDEN", `Consent does not allow this profile to be read for this purpose: ${GATE_REASON_LABELS[reason]}.`, {
      data: { reason },
    });
  return person;
}

async function findPerson(ctx: Ctx, ref: ApiRef): Promise<{ id: number; fragments: number[] }> {
  const { sql } = ctx;
  if (ref.type === "profile_id" || ref.type === "segment_id") {
    if (!/^\d{1,10}$/.test(ref.id)) throw missing();
    return await personOf(sql, Number(ref.id)).catch(() => Promise.reject(missing()));
  }
  const found = await findIdentifier(sql, ref.type, ref.id);
  if (!found || found.profileId < 1) throw missing();
  return await personOf(sql, found.profileId);
}

async function accountFor(
  ctx: Ctx,
  ref: ApiRef,
): Promise<{ id: string; traits: Traits; meta: TraitsMeta; first_seen_at: Date; last_seen_at: Date }> {
  const [row] =
    ref.type === "group_id"
      ? await ctx.sql<{ id: string; traits: Traits; meta: TraitsMeta; first_seen_at: Date; last_seen_at: Date }[]>`
          select id, traits, meta, first_seen_at, last_seen_at from accounts where id = ${ref.id.trim().normalize("NFC")}`
      : [];
  if (!row) throw missing();
  return row;
}

export async function apiTraits(ctx: Ctx, ref: ApiRef, params: unknown): Promise<{ traits: Record<string, unknown>; cursor: ApiCursor }> {
  requirePermission(ctx, "profile_api:read");
  const query = parseInput(TRAITS, params);
  const unmasked = can(ctx, "personal_data:see");
  let traits: Traits;
  let lineage: ReturnType<typeof traitLineage>;
  let computed: ComputedTraitView[] = [];
  if (ref.collection === "accounts") {
    const account = await accountFor(ctx, ref);
    traits = account.traits;
    lineage = traitLineage(traits, [{ profile_id: 0, traits, meta: account.meta }]);
  } else {
    const { id, fragments } = await personFor(ctx, ref);
    if (query.class !== "audience") computed = (await computedOf(ctx, id)).filter(({ value }) => value !== null);
    const [[row], parts] = await Promise.all([
      ctx.sql<{ traits: Traits }[]>`select traits from profiles where id = ${id}`,
      query.verbose
        ? ctx.sql<{ profile_id: number; traits: Traits; meta: TraitsMeta }[]>`
            select profile_id, traits, meta from profile_traits where profile_id = any(${fragments}::int[])`
        : [],
    ]);
    traits = row?.traits ?? {};
    lineage = traitLineage(traits, parts);
  }
  // Computed traits are of a class of their own, what was sent as a trait belongs to none; where both have a key, what was sent counts.
  const sent = query.class === undefined ? lineage : [];
  const rest = [
    ...sent,
    ...computed
      .filter(({ key }) => !sent.some((trait) => trait.key === key))
      .map(({ key, id, changedAt }) => ({ key, sourceId: id, at: changedAt })),
  ];
  // What a policy about labels keeps from this purpose is left out.
  const purpose = ref.purpose ?? (await currentSettings(ctx)).uses.get("profile_api")?.purposeId ?? null;
  const kept =
    ref.collection === "accounts"
      ? new Set<string>()
      : await forbiddenTraits(
          ctx.sql,
          { purpose, use: "profile_api" },
          rest.map(({ key }) => key),
        );
  const [after] = query.next === undefined ? [""] : decodeCursor(query.next, [/^/]);
  const wanted = rest
    .filter((trait) => !kept.has(trait.key))
    .filter((trait) => query.include === undefined || query.include.includes(trait.key))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .filter((trait) => query.next === undefined || trait.key > (after ?? ""));
  const page = wanted.slice(0, query.limit);
  const shown: Traits = {
    ...Object.fromEntries(computed.map(({ key, value }) => [key, value])),
    ...(query.class === undefined ? (unmasked ? traits : maskTraits(traits)) : {}),
  };
  const out: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const trait of page) {
    const value = shown[trait.key] ?? null;
    out[trait.key] = query.verbose ? { value, source_id: trait.sourceId, updated_at: trait.at } : value;
  }
  const last = page.at(-1);
  return { traits: out, cursor: cursorOf(ref, wanted.length > page.length, last ? encodeCursor(last.key) : "", query.limit) };
}

export async function apiExternalIds(ctx: Ctx, ref: ApiRef, params: unknown): Promise<{ data: unknown[]; cursor: ApiCursor }> {
  requirePermission(ctx, "profile_api:read");
  const query = parseInput(EXTERNAL_IDS, params);
  const unmasked = can(ctx, "personal_data:see");
  if (ref.collection === "accounts") {
    const account = await accountFor(ctx, ref);
    const meta = Object.values(account.meta)[0];
    const all = [
      {
        source_id: meta?.sourceId ?? null,
        collection: "accounts",
        id: account.id,
        type: "group_id",
        created_at: account.first_seen_at.toISOString(),
        encoding: "none",
        first_message_id: meta?.messageId ?? null,
      },
    ].filter((item) => query.include === undefined || query.include.includes(item.type));
    return { data: all, cursor: cursorOf(ref, false, "", query.limit) };
  }
  const { fragments } = await personFor(ctx, ref);
  const [afterType, afterValue] = query.next === undefined ? ["", ""] : (decodeCursor(query.next, [/^/, /^/]) as [string, string]);
  const rows = await ctx.sql<{ type: string; value: string; source_id: string; first_seen_at: Date; message_id: string }[]>`
    select type, value, source_id, first_seen_at, message_id from identifiers
    where profile_id = any(${fragments}::int[]) and status in ('active', 'no_merge')
      and ${query.include === undefined ? ctx.sql`true` : ctx.sql`type = any(${query.include}::text[])`}
      and (type, value) > (${afterType}, ${afterValue})
    order by type, value limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => ({
      source_id: row.source_id,
      collection: "users",
      id: unmasked ? row.value : maskIdentifier(row.type, row.value),
      type: row.type,
      created_at: row.first_seen_at.toISOString(),
      encoding: "none",
      first_message_id: row.message_id,
    })),
    cursor: cursorOf(ref, rows.length > query.limit, last ? encodeCursor(last.type, last.value) : "", query.limit),
  };
}

const CALL_TYPES: Record<string, string> = { "Page Viewed": "page", "Screen Viewed": "screen" };

export async function apiEvents(ctx: Ctx, ref: ApiRef, params: unknown): Promise<{ data: unknown[]; cursor: ApiCursor }> {
  requirePermission(ctx, "profile_api:read");
  const query = parseInput(EVENTS, params);
  const unmasked = can(ctx, "personal_data:see");
  const { sql } = ctx;
  if (ref.collection === "accounts") {
    await accountFor(ctx, ref);
    return { data: [], cursor: cursorOf(ref, false, "", query.limit) };
  }
  const { fragments } = await personFor(ctx, ref);
  const compare = sql.unsafe(query.sort === "desc" ? "<" : ">");
  const order = sql.unsafe(query.sort);
  let where = sql`e.event_type not in (select id from event_types where name in ('$identify', '$group', '$alias'))`;
  if (query.next !== undefined) {
    const [at, id] = decodeCursor(query.next, [TIME, INTEGER]) as [string, string];
    where = sql`${where} and (e.occurred_at, e.id) ${compare} (${at}::text::timestamptz, ${id}::text::int8)`;
  }
  if (query.start) where = sql`${where} and e.occurred_at >= ${query.start}::text::timestamptz`;
  if (query.end) where = sql`${where} and e.occurred_at <= ${query.end}::text::timestamptz`;
  if (query.include?.length)
    where = sql`${where} and e.event_type = any(array(select id from event_types where name = any(${query.include}::text[])))`;
  if (query.exclude?.length)
    where = sql`${where} and e.event_type <> all(array(select id from event_types where name = any(${query.exclude}::text[])))`;
  const [rows, ids] = await Promise.all([
    sql<
      {
        id: number;
        profile_id: number;
        occurred_at: Date;
        event: string;
        message_id: string;
        source_id: string;
        properties: JsonObject;
        context: JsonObject;
        mark: string;
      }[]
    >`select e.*, t.name as event, to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' as mark
      from unnest(${fragments}::int[]) f(id) cross join lateral (
        select e.id, e.profile_id, e.event_type, e.occurred_at, e.message_id, e.source_id, e.properties, e.context from events e
        where e.profile_id = f.id and ${where} order by e.occurred_at ${order}, e.id ${order} limit ${query.limit + 1}) e
      join event_types t on t.id = e.event_type order by e.occurred_at ${order}, e.id ${order} limit ${query.limit + 1}`,
    sql<{ profile_id: number; type: string; value: string }[]>`
      select profile_id, type, value from identifiers where profile_id = any(${fragments}::int[]) and type in ('user_id', 'anonymous_id')
      order by type, value limit 1000`,
  ]);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => ({
      external_ids: ids
        .filter((item) => item.profile_id === row.profile_id)
        .map((item) => ({
          collection: "users",
          type: item.type,
          id: unmasked ? item.value : maskIdentifier(item.type, item.value),
          encoding: "none",
        })),
      context: unmasked ? row.context : maskJson(row.context as Json, "properties"),
      type: CALL_TYPES[row.event] ?? "track",
      message_id: row.message_id,
      source_id: row.source_id,
      timestamp: row.occurred_at.toISOString(),
      properties: unmasked ? row.properties : maskJson(row.properties as Json, "properties"),
      event: row.event,
      related: { users: `use_${row.profile_id}` },
    })),
    cursor: cursorOf(ref, rows.length > query.limit, last ? encodeCursor(last.mark, last.id) : "", query.limit),
  };
}

export async function apiMetadata(ctx: Ctx, ref: ApiRef): Promise<{ metadata: Record<string, string | null> }> {
  requirePermission(ctx, "profile_api:read");
  if (ref.collection === "accounts") {
    const account = await accountFor(ctx, ref);
    const metas = Object.values(account.meta).toSorted((a, b) => a.at.localeCompare(b.at));
    return { metadata: metadata(account.first_seen_at, account.last_seen_at, metas[0], metas.at(-1)) };
  }
  const { id, fragments } = await personFor(ctx, ref);
  const edge = (order: "asc" | "desc") =>
    ctx.sql<{ messageId: string; sourceId: string }[]>`
      select e.message_id as "messageId", e.source_id as "sourceId" from unnest(${fragments}::int[]) f(id) cross join lateral (
        select message_id, source_id, occurred_at, id from events where profile_id = f.id
        order by occurred_at ${ctx.sql.unsafe(order)}, id ${ctx.sql.unsafe(order)} limit 1) e
      order by e.occurred_at ${ctx.sql.unsafe(order)}, e.id ${ctx.sql.unsafe(order)} limit 1`;
  const [[row], [first], [last]] = await Promise.all([
    ctx.sql<{ first: Date; last: Date }[]>`select first_seen_at as first, last_seen_at as last from profiles where id = ${id}`,
    edge("asc"),
    edge("desc"),
  ]);
  if (!row) throw missing();
  return { metadata: metadata(row.first, row.last, first, last) };
}

type Edge = { messageId: string; sourceId: string } | undefined;
const metadata = (created: Date, updated: Date, first: Edge, last: Edge): Record<string, string | null> => ({
  created_at: created.toISOString(),
  updated_at: updated.toISOString(),
  expires_at: null,
  first_message_id: first?.messageId ?? null,
  first_source_id: first?.sourceId ?? null,
  last_message_id: last?.messageId ?? null,
  last_source_id: last?.sourceId ?? null,
});

/** Accounts of a user; users of an account. */
export async function apiLinks(ctx: Ctx, ref: ApiRef, params: unknown): Promise<{ data: unknown[]; cursor: ApiCursor }> {
  requirePermission(ctx, "profile_api:read");
  const query = parseInput(LINKS, params);
  const unmasked = can(ctx, "personal_data:see");
  const [after] = query.next === undefined ? [undefined] : decodeCursor(query.next, [/^/]);
  if (ref.collection === "users") {
    const { fragments } = await personFor(ctx, ref);
    const rows = await ctx.sql<{ id: string }[]>`
      select distinct account_id as id from account_links where profile_id = any(${fragments}::int[]) and account_id > ${after ?? ""}
      order by account_id limit ${query.limit + 1}`;
    const page = rows.slice(0, query.limit);
    return {
      data: page.map((row) => ({
        to_collection: "accounts",
        external_ids: [{ type: "group_id", id: row.id, collection: "accounts", encoding: "none" }],
      })),
      cursor: cursorOf(ref, rows.length > query.limit, encodeCursor(page.at(-1)?.id ?? ""), query.limit),
    };
  }
  const account = await accountFor(ctx, ref);
  if (after !== undefined && !INTEGER.test(after)) throw new DomainError("VALIDATION", "The cursor is not one of ours.");
  const people = await ctx.sql<{ id: number }[]>`
    select distinct coalesce(a.canonical_id, l.profile_id) as id from account_links l left join profile_aliases a on a.profile_id = l.profile_id
    where l.account_id = ${account.id} and coalesce(a.canonical_id, l.profile_id) > ${Number(after ?? 0)}::int order by id limit ${query.limit + 1}`;
  const page = people.slice(0, query.limit).map((row) => row.id);
  const ids = await ctx.sql<{ person: number; type: string; value: string }[]>`
    select p.id as person, i.type, i.value from unnest(${page}::int[]) p(id) cross join lateral (
      select type, value from identifiers where status in ('active', 'no_merge')
        and profile_id in (select p.id union all select profile_id from profile_aliases where canonical_id = p.id)
      order by type, value limit 25) i`;
  return {
    data: page.map((person) => ({
      to_collection: "users",
      external_ids: ids
        .filter((row) => row.person === person)
        .map((row) => ({
          type: row.type,
          id: unmasked ? row.value : maskIdentifier(row.type, row.value),
          collection: "users",
          encoding: "none",
        })),
    })),
    cursor: cursorOf(ref, people.length > query.limit, encodeCursor(page.at(-1) ?? 0), query.limit),
  };
}
