import type { AnySql, Database, TxSql } from "@/db/client";
import { companySettings } from "@/domain/access";
import { dueValues, stepTraits } from "./computed/settle";
import type { TransitionCause } from "./contracts";
import { evaluate } from "./evaluate";
import { evaluateEnv, loadMemberships, loadPeople } from "./load-people";
import { iso, lockMembership, writeFlips, type Due, type Flip } from "./membership";
import type { Rule } from "./model";
import { needsOf } from "./needs";
import { nextFlip } from "./next-flip";
import { inOrder, referencesOf } from "./references";

const CHANGES_AT_ONCE = 1_000;
const DUE_AT_ONCE = 1_000;

interface LiveSegment {
  id: string;
  version: number;
  rule: Rule;
  uses: readonly string[];
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

/** Who has to be looked at, for which segments, and why. */
class Wanted {
  readonly people = new Map<number, { segments: Set<string> | "all"; cause: TransitionCause }>();

  all(id: number, cause: TransitionCause): void {
    const known = this.people.get(id);
    this.people.set(id, { segments: "all", cause: known?.cause === "merge" ? "merge" : cause });
  }

  one(id: number, segment: string, cause: TransitionCause): void {
    const known = this.people.get(id);
    if (!known) this.people.set(id, { segments: new Set([segment]), cause });
    else if (known.segments !== "all") known.segments.add(segment);
  }
}

/**
 * One step of live membership, in one transaction: the next changes of people in order, then people whose time has
 * come. Entries and exits are exactly those that a full computation would make.
 */
export async function stepSegments(database: Database, now: number): Promise<LiveStep> {
  const out = await database.sql.begin(async (handle): Promise<LiveStep> => {
    const tx = handle as unknown as TxSql;
    const nothing = { changes: 0, due: 0, flips: 0, idle: true };
    const cursor = await lockMembership(tx, false);
    if (cursor === undefined) return nothing;
    const changes = await tx<{ id: number; profileId: number; merged: boolean }[]>`
      select id, profile_id as "profileId", merged from profile_changes where id > ${cursor} order by id limit ${CHANGES_AT_ONCE}`;
    const due = await tx<{ segmentId: string; profileId: number; cause: TransitionCause }[]>`
      select segment_id as "segmentId", profile_id as "profileId", cause from segment_due
      where due_at <= ${new Date(now)} order by due_at limit ${DUE_AT_ONCE}`;
    const dueTraits = await dueValues(tx, now);
    if (changes.length === 0 && due.length === 0 && dueTraits.length === 0) return nothing;
    const segments = await liveSegments(tx);
    const wanted = new Wanted();
    // Computed traits first: segments ask their newest values.
    const moved = await stepTraits(tx, changes, dueTraits, now);
    for (const { traitId, profileId } of moved)
      for (const { id, uses } of segments) if (uses.includes(traitId)) wanted.one(profileId, id, "time");
    for (const { profileId, merged } of changes) wanted.all(profileId, merged ? "merge" : "event");
    for (const { segmentId, profileId, cause } of due) wanted.one(profileId, segmentId, cause);
    const flips = await settle(tx, segments, wanted, now);
    // What is due for a segment that is not live any more asks for nothing.
    const live = new Set(segments.map(({ id }) => id));
    const idle = due.filter(({ segmentId }) => !live.has(segmentId));
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

async function liveSegments(tx: AnySql): Promise<LiveSegment[]> {
  const rows = await tx<{ id: string; version: number; rule: Rule }[]>`
    select s.id, s.version, v.rule from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version
    where s.status = 'live' and s.kind = 'dynamic' and s.deleted_at is null order by s.id`;
  return inOrder(rows.map((row) => ({ ...row, uses: referencesOf(row.rule) })));
}

/** Looks at people and writes what changed. Segments come in order of reference, so one pass settles all. */
async function settle(tx: TxSql, all: readonly LiveSegment[], wanted: Wanted, now: number): Promise<number> {
  const segments = reached(all, wanted);
  if (segments.length === 0 || wanted.people.size === 0) return 0;
  const ids = [...wanted.people.keys()];
  const { timezone: zone } = await companySettings(tx);
  const needs = needsOf(
    segments.map(({ rule }) => rule),
    now,
  );
  const people = await loadPeople(tx, ids, needs, zone);
  const memberships = await loadMemberships(tx, ids, [...needs.segments, ...all.map(({ id }) => id)], [...needs.lists]);
  const known = await loadDues(tx, ids, all);
  const flips: Flip[] = [];
  const dues: Due[] = [];
  // Most looks leave the due time as it is: only what differs is written.
  const due = (segmentId: string, profileId: number, next: number | null): void => {
    const at = next === null || iso(next) === null ? null : next;
    if ((known.get(segmentId)?.get(profileId) ?? null) !== at) dues.push({ segmentId, profileId, at });
  };
  const flipped = new Map<string, Set<number>>();
  for (const segment of all) {
    const { id, version, rule, uses } = segment;
    let members = memberships.segments.get(id);
    if (!members) memberships.segments.set(id, (members = new Map()));
    const moved = new Set<number>();
    for (const [profileId, { segments: which, cause }] of wanted.people) {
      const person = people.get(profileId);
      const was = members.has(profileId);
      if (!person) {
        // Read through another profile now, or gone: in no segment.
        if (was) {
          flips.push({ segmentId: id, version, profileId, entered: false, cause: "merge" });
          members.delete(profileId);
          moved.add(profileId);
        }
        due(id, profileId, null);
        continue;
      }
      if (which !== "all" && !which.has(id) && !uses.some((used) => flipped.get(used)?.has(profileId))) continue;
      const met = evaluate(rule, person, evaluateEnv(now, memberships, profileId, id));
      if (met !== was) {
        flips.push({ segmentId: id, version, profileId, entered: met, cause });
        if (met) members.set(profileId, now);
        else members.delete(profileId);
        moved.add(profileId);
      }
      due(id, profileId, nextFlip(rule, person, now));
    }
    flipped.set(id, moved);
  }
  await writeFlips(tx, flips, dues, now);
  return flips.length;
}

async function loadDues(tx: TxSql, ids: readonly number[], segments: readonly LiveSegment[]): Promise<Map<string, Map<number, number>>> {
  const rows = await tx<{ segmentId: string; profileId: number; dueAt: Date }[]>`
    select segment_id as "segmentId", profile_id as "profileId", due_at as "dueAt" from segment_due
    where segment_id = any(${segments.map(({ id }) => id)}::text[]) and profile_id = any(${`{${ids.join(",")}}`}::text::int[])`;
  const out = new Map<string, Map<number, number>>();
  for (const { segmentId, profileId, dueAt } of rows) {
    let dues = out.get(segmentId);
    if (!dues) out.set(segmentId, (dues = new Map()));
    dues.set(profileId, dueAt.getTime());
  }
  return out;
}

/** Segments that somebody has to be looked at for, and those that ask them. */
function reached(all: readonly LiveSegment[], wanted: Wanted): LiveSegment[] {
  const named = new Set<string>();
  for (const { segments } of wanted.people.values()) {
    if (segments === "all") return [...all];
    for (const id of segments) named.add(id);
  }
  const out: LiveSegment[] = [];
  for (const segment of all) {
    if (!named.has(segment.id) && !segment.uses.some((used) => named.has(used))) continue;
    named.add(segment.id);
    out.push(segment);
  }
  return out;
}

/** Takes out changes that every segment has seen. Kept for a while: a computation that began before them asks for them. */
export async function pruneChanges(sql: AnySql): Promise<void> {
  await sql`
    delete from profile_changes where created_at < now() - interval '6 hours'
      and id <= (select change_id from segment_cursors where name = 'main')`;
}
