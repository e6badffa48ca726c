import type { AnySql, Database, TxSql } from "@/db/client";
import type { Json } from "@/domain/events/model";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { lockMembership } from "../membership";
import { dropOrphans } from "./compute-trait";
import type { Definition, RfmBorders } from "./model";
import { computeFor } from "./reads";
import { refreshStats } from "./stats";

const STATS_AFTER_MS = 60_000;
const CHECK_AFTER_MS = 60 * 60_000;
const SWEEP_AT_ONCE = 20_000;
const SAMPLE = 200;

/** Counts distributions anew where values changed since, the oldest first, a few a call. @returns how many */
export async function refreshStaleStats(sql: AnySql, now: number): Promise<number> {
  const rows = await sql<{ id: string }[]>`
    select id from computed_traits where deleted_at is null and changed_at > stats_at and stats_at < ${new Date(now - STATS_AFTER_MS)}
    order by stats_at limit 3`;
  for (const { id } of rows) await refreshStats(sql, id, now);
  return rows.length;
}

/** Takes out what nobody reads any more: values of deleted traits, of profiles that are nobody, and long gone ones. @returns rows */
export async function sweepValues(sql: AnySql, now: number): Promise<number> {
  let n = 0;
  for (;;) {
    const rows = await sql`
      delete from computed_values where (trait_id, profile_id) in (
        select v.trait_id, v.profile_id from computed_traits t join computed_values v on v.trait_id = t.id
        where t.deleted_at is not null limit ${SWEEP_AT_ONCE})`;
    n += rows.count;
    if (rows.count < SWEEP_AT_ONCE) break;
  }
  await sql`delete from computed_due d using computed_traits t where t.id = d.trait_id and t.deleted_at is not null`;
  const gone = await sql`delete from computed_values where value is null and changed_at < ${new Date(now - 24 * 3_600_000)}`;
  const traits = await sql<{ id: string }[]>`select id from computed_traits where deleted_at is null`;
  for (const { id } of traits) await dropOrphans(sql, id);
  return n + gone.count;
}

/**
 * Compares a sample of the live trait that waited longest for it with a fresh computation, and notes how many differ. Under
 * the lock of membership; people whom the live loop has still to look at are left out.
 * @returns the trait and the difference, or null when none is due for a check
 */
export async function checkSample(database: Database, now: number): Promise<{ id: string; difference: number } | null> {
  return (await database.sql.begin(async (handle) => {
    const tx = handle as unknown as TxSql;
    const cursor = await lockMembership(tx, true);
    const [trait] = await tx<{ id: string; definition: Definition; state: RfmBorders | null; empty: Json }[]>`
      select t.id, v.definition, t.state, t.empty from computed_traits t
      join computed_trait_versions v on v.trait_id = t.id and v.version = t.version
      where t.deleted_at is null and t.status = 'live' and v.definition ->> 'kind' <> 'sql' and coalesce(t.checked_at, t.computed_at) < ${new Date(now - CHECK_AFTER_MS)}
        and not exists (select 1 from jobs j where j.kind = 'traits.compute' and j.fair_key = t.id and j.status in ('ready', 'leased'))
      order by coalesce(t.checked_at, t.computed_at) limit 1`;
    if (!trait) return null;
    const people = await tx<{ id: number; value: Json }[]>`
      with waiting as (
        select profile_id from profile_changes where id > ${cursor ?? 0}
        union select profile_id from computed_due where due_at <= ${new Date(now)}),
      held as (select profile_id as id from computed_values where trait_id = ${trait.id} order by md5(profile_id::text || ${String(now)}) limit ${SAMPLE / 2}),
      others as (select id from profiles where merged_into is null order by md5(id::text || ${String(now)}) limit ${SAMPLE / 2})
      select p.id, v.value from (select id from held union select id from others) p
      left join computed_values v on v.trait_id = ${trait.id} and v.profile_id = p.id
      where p.id not in (select profile_id from waiting)`;
    const fresh = await computeFor(
      { sql: tx },
      trait.definition,
      trait.state,
      people.map(({ id }) => id),
      now,
    );
    const difference = people.filter(
      ({ id, value }) => canonicalJson(value ?? trait.empty) !== canonicalJson(fresh.get(id)?.value ?? trait.empty),
    ).length;
    await tx`update computed_traits set checked_at = ${new Date(now)}, check_difference = ${difference} where id = ${trait.id}`;
    return { id: trait.id, difference };
  })) as { id: string; difference: number } | null;
}
