import type { Database, TxSql } from "@/db/client";
import { companySettings } from "@/domain/access";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { membersOn } from "./engine";
import { evaluate } from "./evaluate";
import { evaluateEnv, loadMemberships, loadPeople } from "./load-people";
import { memberSet } from "./members";
import type { Rule } from "./model";
import { needsOf } from "./needs";

/** A segment is checked again when its last check is older than this. */
export const CHECK_EVERY_MS = 3_600_000;
/** A segment whose full computation took less than this is checked whole; of others a sample is compared. */
const WHOLE_MS = 2_000;
/** People of a sample: half of them from members, half from everybody. */
const SAMPLE = 1_000;
const RUNS = 8;
const SHOWN = 5;
const CHECK_LOCK = 7_201_015;

export interface MemberCheck {
  segmentId: string;
  /** People compared. */
  sample: number;
  /** Of them: members who should not be, and people who should be members. */
  difference: number;
  people: number[];
}

interface Checked {
  id: string;
  version: number;
  rule: Rule;
  computeMs: number | null;
}

/**
 * Compares the kept members of the segment that waited longest with a fresh computation, in one state of the data. Whom
 * something changed that live membership has not come to yet is left out, so that a difference is a fault and not a
 * delay. Any number of workers may call it: one checks at a time.
 * @param options `now` in milliseconds; `sampleOnly`: never the whole segment
 * @returns undefined when none is due
 */
export async function checkNextSegment(
  database: Database,
  options: { now?: number; everyMs?: number; sampleOnly?: boolean; random?: () => number } = {},
): Promise<MemberCheck | undefined> {
  const now = options.now ?? Date.now();
  const random = options.random ?? Math.random;
  const found = (await database.sql.begin("isolation level repeatable read read only", async (handle) => {
    const tx = handle as unknown as TxSql;
    const [lock] = await tx<{ got: boolean }[]>`select pg_try_advisory_xact_lock(${CHECK_LOCK}) as got`;
    if (!lock?.got) return undefined;
    const [segment] = await tx<Checked[]>`
      select s.id, s.version, v.rule, s.compute_ms as "computeMs" from segments s
      join segment_versions v on v.segment_id = s.id and v.version = s.version
      where s.status = 'live' and s.kind = 'dynamic' and s.deleted_at is null
        and coalesce(s.checked_at, s.size_at) < ${new Date(now - (options.everyMs ?? CHECK_EVERY_MS))}
      order by coalesce(s.checked_at, s.size_at) limit 1`;
    if (!segment) return undefined;
    const { timezone: zone } = await companySettings(tx);
    const whole = options.sampleOnly !== true && (segment.computeMs ?? WHOLE_MS) < WHOLE_MS;
    const members = await memberSet(tx, segment.id);
    const waiting = await unsettled(tx, segment.id, now);
    const compared = whole ? await byRule(tx, segment, zone, now) : await bySample(tx, segment, { zone, now, random });
    const looked = compared.looked.andNot(waiting);
    const should = compared.should.and(looked);
    const kept = members.and(looked);
    const wrong = kept.andNot(should).or(should.andNot(kept));
    // Members who are nobody any more are wrong wherever one looks.
    const strangers = whole ? members.andNot(compared.looked).andNot(waiting) : IdSet.EMPTY;
    const all = wrong.or(strangers);
    return { segment, sample: looked.or(strangers).size, difference: all.size, people: all.take(SHOWN) };
  })) as unknown as { segment: Checked; sample: number; difference: number; people: number[] } | undefined;
  if (!found) return undefined;
  const { segment, ...result } = found;
  await database.sql`
    update segments set checked_at = ${new Date(now)}, check_difference = ${result.difference}, check_sample = ${result.sample},
      check_people = ${JSON.stringify(result.people)}::text::jsonb
    where id = ${segment.id} and version = ${segment.version} and status = 'live'`;
  return { segmentId: segment.id, ...result };
}

/** People with a change or a due time that live membership has not come to. */
async function unsettled(tx: TxSql, segmentId: string, now: number): Promise<IdSet> {
  const [row] = await tx<{ ids: Uint8Array }[]>`
    select coalesce(string_agg(int4send(w.id), ''), '') as ids from (
      select coalesce(a.canonical_id, c.profile_id) as id from profile_changes c left join profile_aliases a on a.profile_id = c.profile_id
      where c.id > coalesce((select change_id from segment_cursors where name = 'main'), 0)
      union select c.profile_id from profile_changes c where c.id > coalesce((select change_id from segment_cursors where name = 'main'), 0)
      union select profile_id from segment_due where segment_id = ${segmentId} and due_at <= ${new Date(now)}
      union select profile_id from computed_due where due_at <= ${new Date(now)}
    ) w`;
  return IdSet.fromPacked(row?.ids ?? new Uint8Array());
}

async function byRule(tx: TxSql, { id, rule }: Checked, zone: string, now: number): Promise<{ looked: IdSet; should: IdSet }> {
  const { base, total } = await membersOn(tx, rule, { now, zone, segmentId: id });
  return { looked: base, should: total };
}

async function bySample(
  tx: TxSql,
  { id, rule }: Checked,
  { zone, now, random }: { zone: string; now: number; random: () => number },
): Promise<{ looked: IdSet; should: IdSet }> {
  const ids = new Set<number>();
  const [last] = await tx<{ id: number }[]>`select coalesce(max(id), 0) as id from profiles`;
  const each = Math.ceil(SAMPLE / RUNS);
  // Short runs from random places: cheap by the primary keys, and spread over old and new people.
  for (let run = 0; run < RUNS; run++) {
    const start = Math.floor(random() * ((last?.id ?? 0) + 1));
    const rows =
      run % 2 === 0
        ? await tx<{ id: number }[]>`
            select profile_id as id from segment_members where segment_id = ${id} and profile_id >= ${start} order by profile_id limit ${each}`
        : await tx<{ id: number }[]>`
            select id from profiles where merged_into is null and id >= ${start} order by id limit ${each}`;
    for (const row of rows) ids.add(row.id);
  }
  const list = [...ids];
  const needs = needsOf([rule], now);
  const people = await loadPeople(tx, list, needs, zone, now);
  const memberships = await loadMemberships(tx, list, [...needs.segments, id], [...needs.lists]);
  const should = list.filter((one) => {
    const person = people.get(one);
    return person !== undefined && evaluate(rule, person, evaluateEnv(now, memberships, one, id));
  });
  return { looked: IdSet.of(list), should: IdSet.of(should) };
}

/** How many segments hold other people than their rule asks for, by their newest check. For health and alarms. */
export async function differingSegments(database: Pick<Database, "sql">): Promise<number> {
  const [row] = await database.sql<{ n: number }[]>`
    select count(*)::int as n from segments where check_difference > 0 and status = 'live' and deleted_at is null`;
  return row?.n ?? 0;
}
