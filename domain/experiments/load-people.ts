import type { AnySql } from "@/db/client";
import type { IdSet } from "@/domain/kernel/sets/id-set";
import type { ExperimentPeople } from "./measure-people";
import { EXPOSURE_EVENT, HELD_OUT, LET_IN } from "./model";
import type { Experiment } from "./model";

const BYTES = 14;

export interface LoadedPeople {
  readonly people: ExperimentPeople;
  /** People who met more than one arm, and people of arms that the experiment does not know. */
  readonly crossed: number;
  readonly elsewhere: number;
  /** People who may not be used for measurement. */
  readonly restricted: number;
}

/**
 * Who is in which arm, by canonical person and first assignment; several fragments of one person that met different
 * arms (a merge) count under the first. One query per experiment; rows travel packed, 14 bytes each. Cost: the
 * assignments (exposure events in the period by events_type_time_idx, runs or exposures of the journey by their index,
 * members of the arms, or all people for a trait), and a sort of them by person.
 */
export async function loadPeople(
  sql: AnySql,
  experiment: Experiment,
  { from, to }: { readonly from: Date; readonly to: Date },
  allowed: IdSet,
): Promise<LoadedPeople> {
  const arms = experiment.arms.map(({ id }) => id);
  const [row] = await sql<{ packed: Buffer | null; crossed: number; elsewhere: number }[]>`
    with met as (${assignmentsOf(sql, experiment, from, to)}),
    canonical as (
      select coalesce(a.canonical_id, m.profile_id) as person, array_position(${arms}::text[], m.arm) as arm, min(m.at) as at
      from met m left join profile_aliases a on a.profile_id = m.profile_id group by 1, 2
    ), first as (
      select distinct on (person) person, arm, at, count(*) over (partition by person) > 1 as crossed
      from canonical where arm is not null order by person, at, arm
    )
    select string_agg(int4send(person) || int2send((arm - 1)::int2) || int8send((extract(epoch from at) * 1000)::int8), ''::bytea order by person) as packed,
      count(*) filter (where crossed)::int as crossed,
      (select count(distinct person)::int from canonical where arm is null) as elsewhere
    from first`;
  const packed = row?.packed ?? Buffer.alloc(0);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const n = packed.byteLength / BYTES;
  const person: number[] = [];
  const arm: number[] = [];
  const at: number[] = [];
  for (let i = 0; i < n; i++) {
    const id = view.getInt32(i * BYTES);
    if (!allowed.has(id)) continue;
    person.push(id);
    arm.push(view.getInt16(i * BYTES + 4));
    at.push(Number(view.getBigInt64(i * BYTES + 6)) / 1_000);
  }
  return {
    people: { person: Int32Array.from(person), arm: Uint8Array.from(arm), at: Float64Array.from(at) },
    crossed: row?.crossed ?? 0,
    elsewhere: row?.elsewhere ?? 0,
    restricted: n - person.length,
  };
}

/** Rows (profile_id, arm, at). */
function assignmentsOf(sql: AnySql, { assignment, arms }: Experiment, from: Date, to: Date) {
  switch (assignment.kind) {
    case "events":
      return sql`
        select e.profile_id, e.properties ->> 'variation_id' as arm, e.occurred_at as at from events e
        where e.event_type = (select id from event_types where name = ${EXPOSURE_EVENT}) and e.occurred_at >= ${from} and e.occurred_at < ${to}
          and e.properties ->> 'experiment_id' = ${assignment.experiment}`;
    case "groups": {
      const of = (kind: "segment" | "list"): string =>
        JSON.stringify(arms.flatMap(({ id, group }) => (group?.kind === kind ? [{ arm: id, id: group.id }] : [])));
      return sql`
        select m.profile_id, r.arm, ${from}::timestamptz as at from json_to_recordset(${of("segment")}::text::json) as r(arm text, id text)
          join segment_members m on m.segment_id = r.id
        union all
        select m.profile_id, r.arm, ${from}::timestamptz from json_to_recordset(${of("list")}::text::json) as r(arm text, id text)
          join list_members m on m.list_id = r.id`;
    }
    case "trait":
      return sql`
        select p.id as profile_id, p.traits ->> ${assignment.trait} as arm, ${from}::timestamptz as at from profiles p
        where p.merged_into is null and p.traits ? ${assignment.trait}`;
    case "journey_holdout":
      return sql`
        select r.profile_id, case when r.reason = ${HELD_OUT} then ${HELD_OUT} else ${LET_IN} end as arm, r.entered_at as at from journey_runs r
        join journey_versions v on v.journey_id = r.journey_id and v.version = r.version and (v.definition #>> '{settings,holdout}')::float8 > 0
        where r.journey_id = ${assignment.journeyId} and r.entered_at >= ${from} and r.entered_at < ${to}`;
    case "journey_node":
      return sql`
        select x.profile_id, x.arm, x.at from journey_exposures x
        where x.journey_id = ${assignment.journeyId} and x.node = ${assignment.node} and x.at >= ${from} and x.at < ${to}`;
  }
}

/** Ids of people (canonical) whom the journey really sent something, sorted, with the first time in seconds. Cost: the journey's messages (messages_journey_idx). */
export async function sentPeople(sql: AnySql, journeyId: string): Promise<{ person: Int32Array; at: Float64Array }> {
  const [row] = await sql<{ packed: Buffer | null }[]>`
    select string_agg(int4send(person) || int8send((extract(epoch from at) * 1000)::int8), ''::bytea order by person) as packed from (
      select coalesce(a.canonical_id, m.profile_id) as person, min(coalesce(m.sent_at, m.created_at)) as at from messages m
      left join profile_aliases a on a.profile_id = m.profile_id where m.journey_id = ${journeyId} and m.state = 'sent' group by 1) s`;
  const packed = row?.packed ?? Buffer.alloc(0);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const n = packed.byteLength / 12;
  return {
    person: Int32Array.from({ length: n }, (_, i) => view.getInt32(i * 12)),
    at: Float64Array.from({ length: n }, (_, i) => Number(view.getBigInt64(i * 12 + 4)) / 1_000),
  };
}

const MOST_VALUES = 60;

/** Values of an attribute with who has them, the most frequent first: "country", "trait:<key>" (as text) or "segment:<id>". Cost: one walk over the people. */
export async function loadGroups(sql: AnySql, by: string): Promise<{ name: string; has(person: number): boolean }[]> {
  const [kind = "", ...rest] = by.split(":");
  const key = rest.join(":");
  if (kind === "segment") {
    const members = (
      await packedIds(
        sql`select 'in' as name, string_agg(int4send(profile_id), ''::bytea) as ids, count(*) as n from segment_members where segment_id = ${key}`,
      )
    )[0];
    return [
      { name: "In the segment", has: (person) => members?.has(person) === true },
      { name: "Not in it", has: (person) => members?.has(person) !== true },
    ];
  }
  const value = kind === "country" ? sql`p.country` : sql`p.traits ->> ${key}`;
  return packedIds(sql`
    select name, string_agg(int4send(id), ''::bytea) as ids, count(*) as n from (
      select p.id, left(${value}, 80) as name from profiles p where p.merged_into is null) v
    where name is not null group by name order by n desc, name limit ${MOST_VALUES}`);
}

async function packedIds(query: PromiseLike<readonly unknown[]>): Promise<{ name: string; has(person: number): boolean }[]> {
  const rows = (await query) as { name: string; ids: Buffer | null }[];
  return rows.map(({ name, ids }) => {
    const own = new Set<number>();
    for (let at = 0; ids !== null && at < ids.byteLength; at += 4) own.add(ids.readInt32BE(at));
    return { name, has: (person) => own.has(person) };
  });
}

/** A numeric trait by canonical person. Cost: one walk over the people. */
export async function loadScores(sql: AnySql, trait: string): Promise<Map<number, number>> {
  const [row] = await sql<{ packed: Buffer | null }[]>`
    select string_agg(int4send(id) || float8send((traits ->> ${trait})::float8), ''::bytea) as packed from profiles
    where merged_into is null and jsonb_typeof(traits -> ${trait}) = 'number'`;
  const packed = row?.packed ?? Buffer.alloc(0);
  const scores = new Map<number, number>();
  for (let at = 0; at < packed.byteLength; at += 12) scores.set(packed.readInt32BE(at), packed.readDoubleBE(at + 4));
  return scores;
}
