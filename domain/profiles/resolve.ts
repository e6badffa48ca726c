import type { AnySql } from "@/db/client";
import { normaliseIdentifier } from "@/domain/identity";

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
