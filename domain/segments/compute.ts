import type { Database, TxSql } from "@/db/client";
import { companySettings } from "@/domain/access";
import type { BlockEngine } from "./blocks/block-engine";
import { DomainError } from "@/domain/kernel/errors";
import type { IdSet } from "@/domain/kernel/sets/id-set";
import { GENERATION } from "./computed/settle";
import { engineOf, membersOn } from "./engine";
import { loadPeople } from "./load-people";
import { iso, lockMembership } from "./membership";
import { leavesOf, type Rule } from "./model";
import { needsOf } from "./needs";
import { changesWithTime, nextFlip } from "./next-flip";
import { ensureSqlLists } from "./sql-lists";

const PEOPLE_AT_ONCE = 1_000;
/** A computation takes results of SQL conditions that are not older than this. */
const SQL_RECOMPUTE_MS = 60_000;

export interface ComputeOptions {
  /** Milliseconds. */
  now: number;
  signal?: AbortSignal | undefined;
  progress?: ((done: number, total: number) => Promise<void>) | undefined;
  /** Runs the last step: one transaction, with which a job ends. */
  commit?: ((effect: (tx: TxSql) => Promise<void>) => Promise<void>) | undefined;
}

interface Snapshot {
  total: IdSet;
  people: number;
  /** Newest change of a person and of membership that this state of the data holds. */
  change: number;
  transition: number;
  /** Step of computed traits up to which this state has their values. */
  generation: number;
  dues: { id: number; at: string }[];
}

/**
 * Computes all members of a segment's version from one consistent state of the data, then writes the difference. Live
 * membership goes on meanwhile for the others; whom something changed since the state was read is looked at again.
 * @returns false when the segment is gone or has a newer version
 */
export async function computeSegment(database: Database, id: string, version: number, options: ComputeOptions): Promise<boolean> {
  const { sql } = database;
  const started = Date.now();
  const [row] = await sql<{ rule: Rule; version: number }[]>`
    select v.rule, s.version from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version
    where s.id = ${id} and s.deleted_at is null`;
  if (row?.version !== version) return false;
  await ensureSqlLists(database, row.rule, SQL_RECOMPUTE_MS);
  const { timezone: zone } = await companySettings(sql);
  // A batch that began before this segment was there notes no changes: let it end first.
  await sql.begin((tx) => tx`select 1 from processing_cursors where name = 'main' for update`);
  const snapshot = (await sql.begin("isolation level repeatable read read only", (handle) =>
    read(handle as unknown as TxSql, id, row.rule, zone, options, engineOf(database).blocks),
  )) as unknown as Snapshot;
  let written = false;
  const write = async (tx: TxSql): Promise<void> => {
    written = await writeMembers(tx, id, version, snapshot, options.now, Date.now() - started);
  };
  await (options.commit ? options.commit(write) : sql.begin((handle) => write(handle as unknown as TxSql)));
  return written;
}

async function read(tx: TxSql, id: string, rule: Rule, zone: string, options: ComputeOptions, blocks: BlockEngine): Promise<Snapshot> {
  const { now, signal, progress } = options;
  const [marks] = await tx<{ change: number; transition: number; generation: number }[]>`
    select coalesce((select max(id) from profile_changes), 0)::int8 as change, coalesce((select max(id) from segment_transitions), 0)::int8 as transition,
      coalesce((select change_id from segment_cursors where name = ${GENERATION}), 0)::int8 as generation`;
  const timed = [...leavesOf(rule.root)].some(changesWithTime);
  let people = 0;
  const { base, total } = await membersOn(tx, rule, { now, zone, segmentId: id, blocks }, async () => {
    signal?.throwIfAborted();
  });
  people = base.size;
  const dues: Snapshot["dues"] = [];
  if (timed) {
    const needs = needsOf([rule], now);
    // Only what may change by itself is asked here: events, traits, accounts, devices. Membership elsewhere is not.
    let done = 0;
    for (let after = -1; ;) {
      signal?.throwIfAborted();
      const ids = base.take(PEOPLE_AT_ONCE, after);
      const last = ids.at(-1);
      if (last === undefined) break;
      for (const person of (await loadPeople(tx, ids, needs, zone, now)).values()) {
        const flip = nextFlip(rule, person, now);
        const at = flip === null ? null : iso(flip);
        if (at !== null) dues.push({ id: person.id, at });
      }
      after = last;
      done += ids.length;
      await progress?.(done, people);
    }
  }
  return { total, people, change: marks?.change ?? 0, transition: marks?.transition ?? 0, generation: marks?.generation ?? 0, dues };
}

async function writeMembers(tx: TxSql, id: string, version: number, snapshot: Snapshot, now: number, ms: number): Promise<boolean> {
  await lockMembership(tx, true);
  const [row] = await tx<{ version: number; first: boolean }[]>`
    select version, size_at is null as first from segments where id = ${id} and deleted_at is null for update`;
  if (row?.version !== version) return false;
  const instant = new Date(now).toISOString();
  const cause = row.first ? "first" : "edit";
  const members = `{${[...snapshot.total].join(",")}}`;
  const [sums] = await tx<{ entered: number; gone: number }[]>`
    with n as materialized (select unnest(${members}::text::int[]) as id),
    gone as (delete from segment_members m where m.segment_id = ${id} and not exists (select 1 from n where n.id = m.profile_id) returning m.profile_id),
    come as (insert into segment_members (segment_id, profile_id, entered_at) select ${id}, n.id, ${instant}::timestamptz from n
      on conflict do nothing returning profile_id),
    moved as (select profile_id, false as entered from gone union all select profile_id, true from come),
    noted as (insert into segment_transitions (profile_id, segment_id, version, entered, at, cause)
      select profile_id, ${id}, ${version}, entered, ${instant}::timestamptz, ${cause} from moved),
    asked as (insert into segment_due (segment_id, profile_id, due_at, cause)
      select r.segment_id, m.profile_id, ${instant}::timestamptz, 'edit' from moved m
      join segment_references r on r.uses_id = ${id} join segments s on s.id = r.segment_id and s.status = 'live' and s.deleted_at is null
      on conflict (segment_id, profile_id) do update set due_at = least(segment_due.due_at, excluded.due_at), cause = 'edit')
    select count(*) filter (where entered)::int as entered, count(*) filter (where not entered)::int as gone from moved`;
  await tx`delete from segment_due where segment_id = ${id}`;
  if (snapshot.dues.length > 0)
    await tx`
      insert into segment_due (segment_id, profile_id, due_at)
      select ${id}, d.id, d.at from json_to_recordset(${JSON.stringify(snapshot.dues)}::text::json) as d(id int, at timestamptz)`;
  // Whom something changed since the state was read: worked off by the live loop at once.
  await tx`
    insert into segment_due (segment_id, profile_id, due_at, cause)
    select ${id}, c.profile_id, ${instant}::timestamptz, case when bool_or(c.merged) then 'merge' else 'event' end
    from (
      select profile_id, merged from profile_changes where id > ${snapshot.change}
      union all
      select t.profile_id, false from segment_transitions t join segment_references r on r.segment_id = ${id} and r.uses_id = t.segment_id
      where t.id > ${snapshot.transition}
      union all
      select v.profile_id, false from computed_values v join segment_references r on r.segment_id = ${id} and r.uses_id = v.trait_id
      where v.generation > ${snapshot.generation}
    ) c group by c.profile_id
    on conflict (segment_id, profile_id) do update set due_at = excluded.due_at, cause = excluded.cause`;
  const size = snapshot.total.size;
  await tx`
    update segments set status = 'live', size = ${size}, size_at = ${instant}::timestamptz, compute_ms = ${ms}, progress = null, error = null,
      checked_at = null, check_difference = null, check_sample = null, check_people = null where id = ${id}`;
  await tx`
    insert into segment_sizes as h (segment_id, hour, size, entered, "left")
    values (${id}, date_trunc('hour', ${instant}::timestamptz), ${size}, ${sums?.entered ?? 0}, ${sums?.gone ?? 0})
    on conflict (segment_id, hour) do update set size = excluded.size, entered = h.entered + excluded.entered, "left" = h."left" + excluded."left"`;
  return true;
}

/** Notes on the segment that its computation did not succeed, in words for its owner. */
export async function noteFailure(database: Database, id: string, version: number, error: unknown): Promise<void> {
  const code = (error as { code?: unknown } | null)?.code;
  const message =
    error instanceof DomainError
      ? error.message
      : code === "57014"
        ? "The computation took too long. Narrow the rule's time windows or filters, then compute it again."
        : "The computation failed. It can be asked for again; the log of the worker has the reason.";
  await database.sql`
    update segments set status = 'failed', progress = null, error = ${message} where id = ${id} and version = ${version} and status = 'preparing'`;
}
