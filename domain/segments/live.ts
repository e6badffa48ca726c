import type { AnySql, Database, TxSql } from "@/db/client";
import { companySettings } from "@/domain/access";
import { dueValues, stepTraits } from "./computed/settle";
import type { ChangedFacts } from "@/domain/profiles/model";
import type { TransitionCause } from "./contracts";
import { COLUMNS_CURSOR } from "./blocks/people-names";
import { Dependents } from "./dependents";
import { evaluate } from "./evaluate";
import { evaluateEnv, loadMemberships, loadPeople, timesOf } from "./load-people";
import { hasDate, lockMembership, writeFlips, type Due, type Flip } from "./membership";
import { leavesOf, type Leaf, type Rule } from "./model";
import { needsOf } from "./needs";
import { changesWithTime, nextFlip } from "./next-flip";
import { inOrder, referencesOf } from "./references";

const CHANGES_AT_ONCE = 1_000;
const DUE_AT_ONCE = 1_000;

interface LiveSegment {
  id: string;
  version: number;
  rule: Rule;
  uses: readonly string[];
  /** Rows on which time has an effect. */
  timed: readonly Leaf[];
}

export interface LiveStep {
  /** Changes of people worked off. */
  changes: number;
  /** People looked at because their time had come. */
  due: number;
  /** Entries and exits. */
  flips: number;
  /** Nothing is left to do at this moment (or another worker does it). */
  idle: boolean;
}

/** Why somebody is looked at for a segment. */
interface Look {
  cause: TransitionCause;
  /** Inbox id of the message behind it, or null. */
  eventId: number | null;
}

/** Who has to be looked at for which segment, by the segments' numbers. */
class Wanted {
  readonly people = new Set<number>();
  private readonly looks: Map<number, Look>[];

  constructor(segments: number) {
    this.looks = Array.from({ length: segments }, () => new Map<number, Look>());
  }

  of(segment: number): ReadonlyMap<number, Look> {
    return this.looks[segment] ?? new Map<number, Look>();
  }

  one(id: number, segment: number, look: Look): void {
    this.people.add(id);
    const looks = this.looks[segment];
    const known = looks?.get(id);
    if (!known) looks?.set(id, look);
    else
      looks?.set(id, {
        cause: known.cause === "merge" || look.cause === "time" ? known.cause : look.cause,
        eventId: Math.max(known.eventId ?? 0, look.eventId ?? 0) || null,
      });
  }

  all(id: number, look: Look): void {
    this.people.add(id);
    for (let n = 0; n < this.looks.length; n++) this.one(id, n, look);
  }
}

interface ChangeRow {
  id: number;
  profileId: number;
  merged: boolean;
  eventId: number | null;
  facts: ChangedFacts | null;
}

/**
 * One step of live membership, in one transaction: the next changes of people in order, then people whose time has
 * come. Entries and exits are exactly those that a full computation would make; only segments that depend on a fact
 * that changed are looked at.
 */
export async function stepSegments(database: Database, now: number): Promise<LiveStep> {
  const out = await database.sql.begin(async (handle): Promise<LiveStep> => {
    const tx = handle as unknown as TxSql;
    const nothing = { changes: 0, due: 0, flips: 0, idle: true };
    const cursor = await lockMembership(tx, false);
    if (cursor === undefined) return nothing;
    const [changes, due, dueTraits] = await Promise.all([
      tx<ChangeRow[]>`
        select id, profile_id as "profileId", merged, event_id as "eventId", facts from profile_changes
        where id > ${cursor} order by id limit ${CHANGES_AT_ONCE}`,
      tx<{ segmentId: string; profileId: number; cause: TransitionCause }[]>`
        select segment_id as "segmentId", profile_id as "profileId", cause from segment_due
        where due_at <= ${new Date(now)} order by due_at limit ${DUE_AT_ONCE}`,
      dueValues(tx, now),
    ]);
    if (changes.length === 0 && due.length === 0 && dueTraits.length === 0) return nothing;
    const segments = await liveSegments(tx);
    const numbers = new Map(segments.map(({ id }, n) => [id, n]));
    const wanted = new Wanted(segments.length);
    // Computed traits first: segments ask their newest values.
    const moved = await stepTraits(tx, changes, dueTraits, now);
    wantChanged(wanted, changes, new Dependents(segments.map(({ rule }) => rule)));
    const newest = new Map(changes.map(({ profileId, eventId }) => [profileId, eventId]));
    for (const { traitId, profileId } of moved) {
      const eventId = newest.get(profileId) ?? null;
      for (const [n, { uses }] of segments.entries())
        if (uses.includes(traitId)) wanted.one(profileId, n, { cause: eventId === null ? "time" : "event", eventId });
    }
    for (const { segmentId, profileId, cause } of due) {
      const n = numbers.get(segmentId);
      if (n !== undefined) wanted.one(profileId, n, { cause, eventId: null });
    }
    const flips = await settle(tx, segments, wanted, now);
    // What is due for a segment that is not live any more asks for nothing.
    const idle = due.filter(({ segmentId }) => !numbers.has(segmentId));
    if (idle.length > 0)
      await tx`
        delete from segment_due d using json_to_recordset(${JSON.stringify(idle)}::text::json) as r("segmentId" text, "profileId" int)
        where d.segment_id = r."segmentId" and d.profile_id = r."profileId"`;
    const last = changes.at(-1);
    if (last) await tx`update segment_cursors set change_id = ${last.id}, updated_at = now() where name = 'main'`;
    return {
      changes: changes.length,
      due: due.length + dueTraits.length,
      flips,
      idle: changes.length < CHANGES_AT_ONCE && due.length < DUE_AT_ONCE && dueTraits.length < DUE_AT_ONCE,
    };
  });
  return out as LiveStep;
}

function wantChanged(wanted: Wanted, changes: readonly ChangeRow[], dependents: Dependents): void {
  for (const { profileId, merged, eventId, facts } of changes) {
    const look: Look = { cause: merged ? "merge" : "event", eventId };
    const reached = merged || facts === null ? undefined : dependents.of(facts, eventId ?? 0);
    if (!reached) wanted.all(profileId, look);
    else for (const [n, message] of reached) wanted.one(profileId, n, { cause: "event", eventId: message || eventId });
  }
}

async function liveSegments(tx: AnySql): Promise<LiveSegment[]> {
  const rows = await tx<{ id: string; version: number; rule: Rule }[]>`
    select s.id, s.version, v.rule from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version
    where s.status = 'live' and s.kind = 'dynamic' and s.deleted_at is null order by s.id`;
  return inOrder(
    rows.map((row) => ({ ...row, uses: referencesOf(row.rule), timed: [...leavesOf(row.rule.root)].filter(changesWithTime) })),
  );
}

/** Looks at people and writes what changed. Segments come in order of reference, so one pass settles all. */
async function settle(tx: TxSql, all: readonly LiveSegment[], wanted: Wanted, now: number): Promise<number> {
  if (wanted.people.size === 0) return 0;
  const ids = [...wanted.people];
  const segments = reached(all, wanted);
  const { timezone: zone } = await companySettings(tx);
  const needs = needsOf(
    segments.map(({ rule }) => rule),
    now,
  );
  const asked = [...new Set([...needs.segments, ...segments.map(({ id }) => id)])];
  const [people, memberships, known] = await Promise.all([
    loadPeople(tx, ids, needs, zone, now),
    loadMemberships(tx, ids, asked, [...needs.lists]),
    // Of rules without time too: a computation asks for people by a due time, which has to go once they were looked at.
    loadDues(tx, ids, segments),
  ]);
  const flips: Flip[] = [];
  const dues: Due[] = [];
  const gone = ids.filter((id) => !people.has(id));
  if (gone.length > 0) flips.push(...(await leave(tx, gone)));
  const moved = new Map<string, Map<number, Look>>();
  const env = evaluateEnv(now, memberships, 0, undefined);
  for (const [n, { id, version, rule, uses, timed }] of all.entries()) {
    const looks = new Map(wanted.of(n));
    for (const used of uses) for (const [profileId, look] of moved.get(used) ?? []) if (!looks.has(profileId)) looks.set(profileId, look);
    if (looks.size === 0) continue;
    let members = memberships.segments.get(id);
    if (!members) memberships.segments.set(id, (members = new Map()));
    const mine = new Map<number, Look>();
    const dueOf = known.get(id);
    for (const [profileId, look] of looks) {
      const person = people.get(profileId);
      if (!person) continue;
      env.enteredAt = members.get(profileId) ?? null;
      const met = evaluate(rule, person, env);
      if (met !== members.has(profileId)) {
        flips.push({ segmentId: id, version, profileId, entered: met, cause: look.cause, eventId: look.eventId });
        if (met) members.set(profileId, now);
        else members.delete(profileId);
        mine.set(profileId, look);
      }
      // Most looks leave the due time as it is: only what differs is written.
      const next = timed.length === 0 ? null : nextFlip(rule, person, now, timed);
      const at = next === null || !hasDate(next) ? null : next;
      if ((dueOf?.get(profileId) ?? null) !== at) dues.push({ segmentId: id, profileId, at });
    }
    moved.set(id, mine);
  }
  await writeFlips(tx, flips, dues, now);
  return flips.length;
}

/** Read through another profile now, or gone: in no segment, and nothing is due. */
async function leave(tx: TxSql, ids: readonly number[]): Promise<Flip[]> {
  const list = `{${ids.join(",")}}`;
  await tx`delete from segment_due where profile_id = any(${list}::text::int[])`;
  const rows = await tx<{ segmentId: string; version: number; profileId: number }[]>`
    select m.segment_id as "segmentId", s.version, m.profile_id as "profileId" from segment_members m
    join segments s on s.id = m.segment_id and s.status = 'live' and s.kind = 'dynamic' and s.deleted_at is null
    where m.profile_id = any(${list}::text::int[])`;
  return rows.map((row) => ({ ...row, entered: false, cause: "merge", eventId: null }));
}

/** When people are due, in milliseconds. */
async function loadDues(tx: TxSql, ids: readonly number[], segments: readonly LiveSegment[]): Promise<Map<string, Map<number, number>>> {
  const out = new Map<string, Map<number, number>>();
  if (segments.length === 0) return out;
  const rows = await tx<{ segmentId: string; packed: Buffer }[]>`
    select segment_id as "segmentId", string_agg(int4send(profile_id) || timestamptz_send(due_at), '') as packed from segment_due
    where profile_id = any(${`{${ids.join(",")}}`}::text::int[]) and segment_id = any(${segments.map(({ id }) => id)}::text[]) group by 1`;
  for (const { segmentId, packed } of rows) out.set(segmentId, new Map(timesOf(packed)));
  return out;
}

/** Segments that somebody has to be looked at for, and those that ask them. */
function reached(all: readonly LiveSegment[], wanted: Wanted): LiveSegment[] {
  const named = new Set<string>();
  return all.filter(({ id, uses }, n) => {
    if (wanted.of(n).size === 0 && !uses.some((used) => named.has(used))) return false;
    named.add(id);
    return true;
  });
}

/** Takes out changes that every segment has seen. Kept for a while: a computation that began before them asks for them. */
export async function pruneChanges(sql: AnySql): Promise<void> {
  await sql`
    delete from profile_changes where created_at < now() - interval '6 hours'
      and id <= (select min(change_id) from segment_cursors where name in ('main', ${COLUMNS_CURSOR}))`;
}
