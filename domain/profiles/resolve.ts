import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { normaliseIdentifier } from "@/domain/identity";
import type { Ctx } from "@/domain/kernel/context";

export interface FoundIdentifier {
  type: string;
  value: string;
  /** The fragment that holds it. */
  profileId: number;
  /** The person it belongs to today. */
  canonicalId: number;
}

/** Every identifier type in use. Skips from type to type in the primary key: one probe per type, not a scan. */
export async function identifierTypes(sql: AnySql): Promise<string[]> {
  const rows = await sql<{ type: string }[]>`
    with recursive t as (
      (select type from identifiers order by type limit 1)
      union all
      select (select i.type from identifiers i where i.type > t.type order by i.type limit 1) from t where t.type is not null)
    select type from t where type is not null`;
  return rows.map((row) => row.type);
}

/** Countries that national phone numbers may be meant in: the defaults of the sources. */
async function phoneCountries(sql: AnySql): Promise<(string | null)[]> {
  const rows = await sql<{ country: string }[]>`
    select distinct settings ->> 'defaultCountry' as country from sources where settings ->> 'defaultCountry' is not null limit 20`;
  return [null, ...rows.map((row) => row.country)];
}

/** The normalised values that a typed text may stand for under one type; matching compares these. */
function readings(type: string, text: string, countries: readonly (string | null)[]): string[] {
  const out = new Set<string>();
  const add = (country: string | null, foldEmail: boolean): void => {
    const value = normaliseIdentifier(type, text, { country, foldEmail });
    if (value !== undefined) out.add(value);
  };
  if (type === "phone") for (const country of countries) add(country, false);
  else {
    add(null, false);
    // Rules may fold plus tags and Gmail dots; the stored value is then the folded one.
    if (type === "email") add(null, true);
  }
  return [...out];
}

/** Holder of one identifier, its value in any spelling that normalises to it. */
export async function findIdentifier(sql: AnySql, type: string, text: string): Promise<FoundIdentifier | undefined> {
  const values = readings(type, text, type === "phone" ? await phoneCountries(sql) : []);
  if (values.length === 0) return undefined;
  // One round trip: the primary key of identifiers, then that of aliases.
  const rows = await sql<FoundIdentifier[]>`
    select i.type, i.value, i.profile_id as "profileId", coalesce(a.canonical_id, i.profile_id) as "canonicalId"
    from identifiers i left join profile_aliases a on a.profile_id = i.profile_id where i.type = ${type} and i.value = any(${values}::text[])`;
  return values.flatMap((value) => rows.find((row) => row.value === value) ?? [])[0];
}

/** Holders of a text under every type in use. Primary-key probes: types × spellings. */
export async function findAnyIdentifier(sql: AnySql, text: string, types: readonly string[]): Promise<FoundIdentifier[]> {
  const countries = types.includes("phone") ? await phoneCountries(sql) : [];
  const pairs = types.flatMap((type) => readings(type, text, countries).map((value) => ({ type, value })));
  if (pairs.length === 0) return [];
  return await sql<FoundIdentifier[]>`
    select i.type, i.value, i.profile_id as "profileId", coalesce(a.canonical_id, i.profile_id) as "canonicalId"
    from unnest(${pairs.map((pair) => pair.type)}::text[], ${pairs.map((pair) => pair.value)}::text[]) w(type, value)
    join identifiers i on i.type = w.type and i.value = w.value left join profile_aliases a on a.profile_id = i.profile_id`;
}

/** What a value of a file stands for: a fragment and its person, nobody, or no such identifier at all. */
export type Match = { profileId: number; canonicalId: number } | "nobody" | "invalid";

/** Largest number of values that one call resolves. */
export const MATCH_MAX = 5_000;

/**
 * Whom values name under one type (`profile_id`: numbers of profiles), in their order. One statement of primary-key
 * probes for all of them.
 */
export async function matchIdentifiers(ctx: Ctx, type: string, values: readonly string[]): Promise<Match[]> {
  requirePermission(ctx, "profiles:read");
  if (values.length > MATCH_MAX) throw new RangeError(`matchIdentifiers: more than ${MATCH_MAX} values`);
  const { sql } = ctx;
  const countries = type === "phone" ? await phoneCountries(sql) : [];
  const wanted = values.map((value) => (type === PROFILE_ID ? profileIds(value) : readings(type, value, countries)));
  const texts = [...new Set(wanted.flat())];
  const rows =
    type === PROFILE_ID
      ? await sql<FoundIdentifier[]>`
          select ${type} as type, p.id::text as value, p.id as "profileId", coalesce(p.merged_into, p.id) as "canonicalId"
          from profiles p where p.id = any(${texts.map(Number)}::int[])`
      : await sql<FoundIdentifier[]>`
          select i.type, i.value, i.profile_id as "profileId", coalesce(a.canonical_id, i.profile_id) as "canonicalId"
          from identifiers i left join profile_aliases a on a.profile_id = i.profile_id
          where i.type = ${type} and i.value = any(${texts}::text[])`;
  const found = new Map(rows.map(({ value, profileId, canonicalId }) => [value, { profileId, canonicalId }]));
  return wanted.map((options) => (options.length === 0 ? "invalid" : (options.flatMap((value) => found.get(value) ?? [])[0] ?? "nobody")));
}

/** Type of a column that holds numbers of profiles. */
export const PROFILE_ID = "profile_id";

const profileIds = (text: string): string[] => {
  const number = /^[1-9]\d{0,9}$/.test(text.trim()) ? Number(text) : 0;
  return number > 0 && number <= 2_147_483_647 ? [String(number)] : [];
};

/** Types of identifiers that are in use here, for choices on screens. */
export async function listIdentifierTypes(ctx: Ctx): Promise<string[]> {
  requirePermission(ctx, "profiles:read");
  return identifierTypes(ctx.sql);
}
