import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { type Ctx, withTx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { maskIdentifier } from "./mask";
import { type PersonRecord, summaryOf } from "./person-row";
import { findAnyIdentifier, identifierTypes } from "./resolve";
import type { SearchHit, SearchResult } from "./schemas";
import { escapeLike, holdsText, sampleTexts } from "./text-pattern";

const inputSchema = z.strictObject({
  q: z.string().max(500),
  limit: z.number().int().min(1).max(50).default(10),
});

/** Candidates looked at per way of searching before ranking. */
const POOL = 200;

interface Candidate {
  profileId: number;
  match: SearchHit["match"];
  type: string | null;
  value: string | null;
  /** Smaller is better. */
  rank: number;
}

/**
 * The search box. In this order: a whole identifier of any type (normalised as at collection), an order number, the
 * beginning of an identifier, part of a name or e-mail. Each way is an index read that stops at a fixed number of
 * candidates. With a million people on a busy machine (medians): whole e-mail 17 ms, part of a name 50 ms, a word that
 * everybody has 10 ms, two letters 16 ms, nothing found 3 ms (`npm run bench -- lookup --size full`).
 * Whoever may not see personal data searches by whole identifiers and order numbers only: parts would let them spell a
 * masked value out letter by letter.
 */
export async function searchProfiles(ctx: Ctx, input: unknown): Promise<SearchResult> {
  requirePermission(ctx, "profiles:read");
  const { q, limit } = parseInput(inputSchema, input);
  const text = q.trim().normalize("NFC");
  const unmasked = can(ctx, "personal_data:see");
  if (text === "" || text.includes("\u0000")) return { hits: [], exact: null, exactOnly: !unmasked };
  const types = await identifierTypes(ctx.sql);
  // "type:value" asks for one type.
  const colon = text.indexOf(":");
  const asked = colon > 0 && types.includes(text.slice(0, colon)) ? text.slice(0, colon) : undefined;
  const value = asked === undefined ? text : text.slice(colon + 1).trim();
  const [exact, orders, prefix, byText] = await Promise.all([
    findAnyIdentifier(ctx.sql, value, asked === undefined ? types : [asked]),
    asked === undefined ? byOrder(ctx, text) : [],
    unmasked ? byPrefix(ctx, value, asked === undefined ? types : [asked]) : [],
    unmasked && asked === undefined ? byNameOrEmail(ctx, text) : [],
  ]);
  const candidates: Candidate[] = [
    ...exact.map((hit): Candidate => ({ profileId: hit.profileId, match: "identifier", type: hit.type, value: hit.value, rank: 0 })),
    ...orders.map((hit): Candidate => ({ profileId: hit.profileId, match: "order", type: "order_id", value: hit.value, rank: 1 })),
    ...prefix.map((hit): Candidate => ({ profileId: hit.profileId, match: "prefix", type: hit.type, value: hit.value, rank: 2 })),
    ...byText,
  ];
  const hits = await people(ctx, candidates, limit, unmasked);
  const whole = hits.filter((hit) => hit.match === "identifier" || hit.match === "order");
  return { hits, exact: whole.length === 1 && whole[0] ? whole[0].id : null, exactOnly: !unmasked };
}

/** Events that carry this order id: expression index `events_order_id_idx`, one probe per month. */
async function byOrder(ctx: Ctx, text: string): Promise<{ profileId: number; value: string }[]> {
  const order = text.replace(/^(order|#)\s*#?/i, "").trim();
  if (order === "" || order.length > 100) return [];
  return await ctx.sql<{ profileId: number; value: string }[]>`
    select distinct profile_id as "profileId", ${order}::text as value from events
    where properties ? 'order_id' and left(properties ->> 'order_id', 100) = ${order} and profile_id > 0 limit 20`;
}

/** Beginning of an identifier: a range of the primary key per type. */
async function byPrefix(ctx: Ctx, text: string, types: readonly string[]): Promise<{ profileId: number; type: string; value: string }[]> {
  const starts = [...new Set([text, text.toLowerCase()])];
  return await ctx.sql<{ profileId: number; type: string; value: string }[]>`
    select i.profile_id as "profileId", i.type, i.value
    from unnest(${[...types]}::text[]) t(type) cross join unnest(${starts}::text[]) s(start)
    cross join lateral (
      select type, value, profile_id from identifiers
      where type = t.type and value >= s.start and value < s.start || chr(1114111) and starts_with(value, s.start)
      order by value limit 20) i`;
}

/**
 * Part of a name or e-mail by trigrams. Fewer than three letters make no trigram inside a word: then only beginnings
 * of words count. `gin_fuzzy_search_limit` bounds the work of a text that half of the people have ("gmail").
 */
async function byNameOrEmail(ctx: Ctx, text: string): Promise<Candidate[]> {
  const lower = text.toLowerCase();
  const beginning = `${escapeLike(lower)}%`;
  const texts = await sampleTexts(ctx);
  const rows = await withTx(ctx, async (tx) => {
    await tx.sql`select set_config('gin_fuzzy_search_limit', '20000', true)`;
    const condition =
      lower.length < 3 ? tx.sql`(text like ${beginning} or text like ${`% ${beginning}`})` : holdsText(tx.sql, lower, texts);
    return await tx.sql<
      { profile_id: number; text: string }[]
    >`select profile_id, text from profile_search where ${condition} limit ${POOL}`;
  });
  return rows.map((row) => ({
    profileId: row.profile_id,
    match: "text",
    type: null,
    value: null,
    rank: row.text.startsWith(lower) ? 3 : row.text.includes(` ${lower}`) ? 4 : 5,
  }));
}

/** Best candidate per person, people in order of rank and then of last seen. */
async function people(ctx: Ctx, candidates: readonly Candidate[], limit: number, unmasked: boolean): Promise<SearchHit[]> {
  if (candidates.length === 0) return [];
  const ids = [...new Set(candidates.map((candidate) => candidate.profileId))];
  const rows = await ctx.sql<(PersonRecord & { fragment: number })[]>`
    select w.id as fragment, p.id, p.known, p.name, p.email, p.phone, p.country, p.city, p.first_seen_at, p.last_seen_at, p.created_at,
      p.event_count, p.order_count, p.revenue
    from unnest(${ids}::int[]) w(id) left join profile_aliases a on a.profile_id = w.id
    join profiles p on p.id = coalesce(a.canonical_id, w.id)`;
  const byFragment = new Map(rows.map((row) => [row.fragment, row]));
  const best = new Map<number, { candidate: Candidate; row: PersonRecord }>();
  for (const candidate of candidates) {
    const row = byFragment.get(candidate.profileId);
    if (!row) continue;
    const known = best.get(row.id);
    if (!known || candidate.rank < known.candidate.rank) best.set(row.id, { candidate, row });
  }
  return [...best.values()]
    .toSorted(
      (a, b) => a.candidate.rank - b.candidate.rank || b.row.last_seen_at.getTime() - a.row.last_seen_at.getTime() || a.row.id - b.row.id,
    )
    .slice(0, limit)
    .map(({ candidate, row }) => ({
      ...summaryOf(row, unmasked),
      match: candidate.match,
      matchedType: candidate.type,
      matchedValue:
        candidate.value === null || unmasked || candidate.match === "order"
          ? candidate.value
          : maskIdentifier(candidate.type ?? "id", candidate.value),
    }));
}
