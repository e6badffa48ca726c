import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { seconds } from "@/domain/segments/model";
import { advance } from "./advance";
import type { StoredRun } from "./advance";
import { definitionsOf, versionKey } from "./definitions";
import type { JourneyDefinition } from "./model";
import { newRun } from "./step";

export interface WantedEntry {
  /** Fragment that enters, and the person it belongs to. */
  readonly profileId: number;
  readonly person: number;
  readonly journeyId: string;
  readonly entryKey: string;
  /** Names the cause: the same cause enters once. */
  readonly entryRef: string;
  readonly data: Json;
  /** Milliseconds. */
  readonly at: number;
  /** Its time is over: noted, not let in. */
  readonly late?: boolean;
}

export type EntryRefusal = "not_live" | "already_in" | "entered_before" | "too_soon" | "too_late";

interface Earlier {
  readonly ref?: string;
  readonly active: boolean;
  readonly enteredAt: number;
}

/** Whether a person may enter, by their earlier runs with the same key (any order). Pure. */
export function mayEnter(definition: JourneyDefinition, earlier: readonly Earlier[], at: number): EntryRefusal | null {
  if (earlier.some(({ active }) => active)) return "already_in";
  const { reentry } = definition.settings;
  if (earlier.length === 0 || reentry.kind === "always") return null;
  if (reentry.kind === "once") return "entered_before";
  const last = Math.max(...earlier.map(({ enteredAt }) => enteredAt));
  return at - last < seconds(reentry.duration) * 1_000 ? "too_soon" : null;
}

/**
 * Lets people in, as far as re-entry allows, and takes their first step; refusals are noted with their reason. Callers
 * hold the cursor of their feed or the lock of the run that starts another, so two entries of one cause cannot meet.
 */
export async function enterRuns(tx: Ctx, wanted: readonly WantedEntry[]): Promise<{ entered: number; refused: number }> {
  if (wanted.length === 0) return { entered: 0, refused: 0 };
  const live = await tx.sql<{ id: string; version: number }[]>`
    select id, version from journeys where id = any(${[...new Set(wanted.map(({ journeyId }) => journeyId))]}::text[]) and status = 'live'`;
  const versions = new Map(live.map(({ id, version }) => [id, version]));
  const definitions = await definitionsOf(
    tx.sql,
    live.map(({ id, version }) => ({ journeyId: id, version })),
  );
  // One at a time for a person and journey, whichever feed they come by.
  await tx.sql`
    select pg_advisory_xact_lock(k) from (select distinct hashtextextended(j || ':' || p, 0) as k
      from json_to_recordset(${JSON.stringify(wanted.map(({ journeyId, person }) => ({ j: journeyId, p: person })))}::text::json) as r(j text, p int)) locks order by k`;
  const earlier = await earlierRuns(tx, wanted);
  const refusals: { p: number; j: string; reason: EntryRefusal; at: string }[] = [];
  const rows: { p: number; person: number; j: string; v: number; k: string; ref: string; state: ReturnType<typeof newRun>; at: string }[] =
    [];
  for (const entry of wanted) {
    const version = versions.get(entry.journeyId);
    const definition = version === undefined ? undefined : definitions.get(versionKey(entry.journeyId, version));
    const key = `${entry.journeyId}:${entry.person}:${entry.entryKey}`;
    const own = earlier.get(key) ?? [];
    // The same cause, be it under another fragment of the person (they were merged meanwhile).
    if (own.some(({ ref }) => ref === entry.entryRef)) continue;
    const refusal = refusalOf(definition, own, entry);
    if (refusal !== null || version === undefined) {
      refusals.push({ p: entry.profileId, j: entry.journeyId, reason: refusal ?? "not_live", at: new Date(entry.at).toISOString() });
      continue;
    }
    earlier.set(key, [...own, { ref: entry.entryRef, active: true, enteredAt: entry.at }]);
    rows.push({
      p: entry.profileId,
      person: entry.person,
      j: entry.journeyId,
      v: version,
      k: entry.entryKey,
      ref: entry.entryRef,
      state: newRun(entry.data, entry.entryKey, entry.at),
      at: new Date(entry.at).toISOString(),
    });
  }
  await noteRefusals(tx, refusals);
  const made = await tx.sql<{ id: number; profileId: number; ref: string; journeyId: string }[]>`
    insert into journey_runs (profile_id, journey_id, version, entry_key, entry_ref, status, state, entered_at)
    select p, j, v, k, ref, 'active', state, at from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as r(p int, j text, v int, k text, ref text, state jsonb, at timestamptz)
    on conflict (profile_id, journey_id, entry_ref) do nothing
    returning id, profile_id as "profileId", entry_ref as ref, journey_id as "journeyId"`;
  const byRef = new Map(rows.map((row) => [`${row.p}:${row.j}:${row.ref}`, row]));
  const runs = made.flatMap(({ id, profileId, ref, journeyId }): { run: StoredRun; at: number }[] => {
    const row = byRef.get(`${profileId}:${journeyId}:${ref}`);
    return row === undefined
      ? []
      : [{ run: { profileId, id, person: row.person, journeyId, version: row.v, state: row.state }, at: Date.parse(row.at) }];
  });
  await advance(
    tx,
    runs.map(({ run, at }) => ({ run, inputs: [{ input: { kind: "start" as const }, now: at }] })),
  );
  return { entered: runs.length, refused: refusals.length };
}

function refusalOf(definition: JourneyDefinition | undefined, earlier: readonly Earlier[], entry: WantedEntry): EntryRefusal | null {
  if (definition === undefined) return "not_live";
  return entry.late === true ? "too_late" : mayEnter(definition, earlier, entry.at);
}

/** Earlier runs by journey, person and key, over all fragments of the person. */
async function earlierRuns(tx: Ctx, wanted: readonly WantedEntry[]): Promise<Map<string, Earlier[]>> {
  const rows = await tx.sql<{ journeyId: string; person: number; entryKey: string; ref: string; active: boolean; enteredAt: Date }[]>`
    with w as (select distinct j, p, k from json_to_recordset(${JSON.stringify(wanted.map(({ journeyId, person, entryKey }) => ({ j: journeyId, p: person, k: entryKey })))}::text::json) as r(j text, p int, k text)),
    f as (select w.*, w.p as fragment from w union all select w.*, a.profile_id from w join profile_aliases a on a.canonical_id = w.p)
    select r.journey_id as "journeyId", f.p as person, r.entry_key as "entryKey", r.entry_ref as ref, r.status = 'active' as active, r.entered_at as "enteredAt"
    from f join journey_runs r on r.profile_id = f.fragment and r.journey_id = f.j and r.entry_key = f.k`;
  const out = new Map<string, Earlier[]>();
  for (const { journeyId, person, entryKey, ref, active, enteredAt } of rows) {
    const key = `${journeyId}:${person}:${entryKey}`;
    out.set(key, [...(out.get(key) ?? []), { ref, active, enteredAt: enteredAt.getTime() }]);
  }
  return out;
}

async function noteRefusals(tx: Ctx, refusals: readonly { p: number; j: string; reason: EntryRefusal; at: string }[]): Promise<void> {
  if (refusals.length === 0) return;
  await tx.sql`
    insert into journey_refusals (profile_id, journey_id, reason, at, times)
    select p, j, reason, max(at), count(*) from json_to_recordset(${JSON.stringify(refusals)}::text::json) as r(p int, j text, reason text, at timestamptz)
    group by p, j, reason
    on conflict (profile_id, journey_id, reason) do update set at = greatest(journey_refusals.at, excluded.at), times = journey_refusals.times + excluded.times`;
}
