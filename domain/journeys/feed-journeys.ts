import type { JsonObject } from "@/domain/events/model";
import { companySettings } from "@/domain/access";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { loadConditions } from "@/domain/segments";
import { advance } from "./advance";
import type { Push, StoredRun } from "./advance";
import { definitionsOf, versionKey } from "./definitions";
import { enterRuns } from "./enter-runs";
import type { WantedEntry } from "./enter-runs";
import type { Entry, JourneyDefinition } from "./model";
import type { RunState, StepEvent } from "./run-model";
import { START_GRACE_MS } from "./plan-starts";
import { textAt } from "./step";

const MESSAGES_AT_ONCE = 1_000;
const TRANSITIONS_AT_ONCE = 1_000;
const STARTS_AT_ONCE = 500;
/** Events older than this when they arrive enter nobody: they are history, not news. */
const NEWS_MS = 24 * 3_600_000;

export interface FeedStep {
  readonly messages: number;
  readonly transitions: number;
  readonly starts: number;
  /** Nothing was left (or another worker is at it). */
  readonly idle: boolean;
}

/**
 * Brings journeys what happened, in one transaction and in order: messages behind processing, entries and exits of
 * segments, entries that were asked for. The cursors' locks let one worker feed at a time; each fact has its effect once.
 */
export async function feedJourneys(ctx: Ctx): Promise<FeedStep> {
  return withTx(ctx, async (tx) => {
    await tx.sql`
      insert into journey_cursors (name, xid, position) select 'messages', xid, inbox_id from processing_cursors where name = 'main' on conflict do nothing`;
    await tx.sql`
      insert into journey_cursors (name, position) select 'transitions', coalesce((select max(id) from segment_transitions), 0) on conflict do nothing`;
    const [own] = await tx.sql<{ xid: string; position: number }[]>`
      select xid::text as xid, position from journey_cursors where name = 'messages' for update skip locked`;
    if (own === undefined) return { messages: 0, transitions: 0, starts: 0, idle: true };
    const entries = await liveEntries(tx);
    const messages = await feedMessages(tx, own, entries);
    const transitions = await feedTransitions(tx, entries);
    const starts = await feedStarts(tx);
    return {
      messages,
      transitions,
      starts,
      idle: messages < MESSAGES_AT_ONCE && transitions < TRANSITIONS_AT_ONCE && starts < STARTS_AT_ONCE,
    };
  });
}

interface LiveEntry {
  readonly journeyId: string;
  readonly version: number;
  readonly entry: Entry;
  readonly definition: JourneyDefinition;
  readonly publishedAt: number;
}

async function liveEntries(tx: Ctx): Promise<LiveEntry[]> {
  const rows = await tx.sql<{ journeyId: string; version: number; publishedAt: Date }[]>`
    select j.id as "journeyId", j.version, v.created_at as "publishedAt" from journeys j
    join journey_versions v on v.journey_id = j.id and v.version = j.version where j.status = 'live'`;
  const definitions = await definitionsOf(tx.sql, rows);
  return rows.flatMap(({ publishedAt, ...row }): LiveEntry[] => {
    const definition = definitions.get(versionKey(row.journeyId, row.version));
    return definition === undefined ? [] : [{ ...row, entry: definition.entry, definition, publishedAt: publishedAt.getTime() }];
  });
}

interface EventRow {
  readonly id: number;
  readonly profileId: number;
  readonly person: number;
  readonly name: string;
  readonly at: Date;
  readonly receivedAt: Date;
  readonly imported: boolean;
  readonly properties: JsonObject;
  readonly context: JsonObject;
}

async function feedMessages(tx: Ctx, from: { xid: string; position: number }, entries: readonly LiveEntry[]): Promise<number> {
  const [ahead] = await tx.sql<{ xid: string; position: number }[]>`
    select xid::text as xid, inbox_id as position from processing_cursors where name = 'main'`;
  if (ahead === undefined) return 0;
  const rows = await tx.sql<{ xid: string; id: number }[]>`
    select xid::text as xid, id from inbox
    where (xid, id) > (${from.xid}::xid8, ${from.position}) and (xid, id) <= (${ahead.xid}::xid8, ${ahead.position})
    order by xid, id limit ${MESSAGES_AT_ONCE}`;
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await tx.sql`update journey_cursors set xid = ${last.xid}::xid8, position = ${last.id}, updated_at = now() where name = 'messages'`;
  const [active] = await tx.sql<{ any: boolean }[]>`select exists (select 1 from journey_runs where status = 'active') as any`;
  if (entries.length === 0 && active?.any !== true) return rows.length;
  const ids = rows.map(({ id }) => id);
  const found = await tx.sql<EventRow[]>`
    select e.id, e.profile_id as "profileId", coalesce(a.canonical_id, e.profile_id) as person, t.name, e.occurred_at as at, e.received_at as "receivedAt",
      coalesce(s.type = 'csv', false) as imported, e.properties, e.context
    from events e join event_types t on t.id = e.event_type
    left join profile_aliases a on a.profile_id = e.profile_id left join sources s on s.id = e.source_id
    where e.id between ${Math.min(...ids)} and ${Math.max(...ids)} and e.id = any(${ids}::int8[])`;
  const place = new Map(ids.map((id, i) => [id, i]));
  const events = found.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  await pushEvents(tx, events);
  await enterByEvent(tx, events, entries);
  return rows.length;
}

/** Locks and reads the active runs of these people, over all their fragments, in the order of ids. */
export async function activeRuns(tx: Ctx, people: readonly number[]): Promise<StoredRun[]> {
  if (people.length === 0) return [];
  const rows = await tx.sql<{ profileId: number; id: number; journeyId: string; version: number; state: RunState }[]>`
    select r.profile_id as "profileId", r.id, r.journey_id as "journeyId", r.version, r.state from journey_runs r
    where r.status = 'active' and r.profile_id in (
      select p from unnest(${[...people]}::int[]) p union all select profile_id from profile_aliases where canonical_id = any(${[...people]}::int[]))
    order by r.id for update of r`;
  const canonical = await canonicalOf(
    tx,
    rows.map(({ profileId }) => profileId),
  );
  return rows.map((row) => ({ ...row, person: canonical.get(row.profileId) ?? row.profileId }));
}

export async function canonicalOf(tx: Ctx, ids: readonly number[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.sql<{ id: number; canonical: number }[]>`
    select profile_id as id, canonical_id as canonical from profile_aliases where profile_id = any(${[...new Set(ids)]}::int[])`;
  return new Map(rows.map(({ id, canonical }) => [id, canonical]));
}

async function pushEvents(tx: Ctx, events: readonly EventRow[]): Promise<void> {
  const runs = await activeRuns(tx, [...new Set(events.map(({ person }) => person))]);
  if (runs.length === 0) return;
  const now = tx.clock.now().getTime();
  const byPerson = new Map<number, EventRow[]>();
  for (const event of events) byPerson.set(event.person, [...(byPerson.get(event.person) ?? []), event]);
  const pushes = runs.map((run): Push => {
    const own = byPerson.get(run.person) ?? [];
    return {
      run,
      inputs: own.flatMap((row) => {
        const at = momentOf(row.at.getTime(), run.state, now);
        const event = stepEvent(row);
        return [
          ...(row.name.startsWith("$") ? [] : [{ input: { kind: "event" as const, event }, now: at }]),
          { input: { kind: "changed" as const }, now: at },
        ];
      }),
    };
  });
  await advance(tx, pushes);
}

export function stepEvent(row: Pick<EventRow, "id" | "name" | "at" | "properties" | "context">): StepEvent {
  return { id: String(row.id), name: row.name, at: row.at.getTime(), properties: row.properties, context: row.context };
}

/** The moment of a step: that of the event, not before the run began and not after now. */
function momentOf(at: number, state: RunState, now: number): number {
  return Math.min(now, Math.max(at, state.enteredAt));
}

async function enterByEvent(tx: Ctx, events: readonly EventRow[], entries: readonly LiveEntry[]): Promise<void> {
  const byName = new Map<string, LiveEntry[]>();
  for (const live of entries)
    if (live.entry.kind === "event") byName.set(live.entry.event, [...(byName.get(live.entry.event) ?? []), live]);
  const now = tx.clock.now().getTime();
  const news = events.filter((row) => byName.has(row.name) && !row.imported && now - row.at.getTime() < NEWS_MS);
  if (news.length === 0) return;
  const { timezone } = await companySettings(tx.sql);
  const people = await loadConditions(tx.sql, [...new Set(news.map(({ person }) => person))], [], { now, zone: timezone });
  const wanted: WantedEntry[] = [];
  for (const row of news) {
    for (const { journeyId, entry, publishedAt } of byName.get(row.name) ?? []) {
      if (entry.kind !== "event" || row.at.getTime() < publishedAt) continue;
      if (!people.matches(row.person, entry.where, row, now)) continue;
      const key = entry.key === null ? "" : textAt(row.properties, entry.key);
      // Without the key nobody could tell which cart it was: the event enters nobody.
      if (key === undefined) continue;
      wanted.push({
        profileId: row.profileId,
        person: row.person,
        journeyId,
        entryKey: key,
        entryRef: `event:${row.id}`,
        data: row.properties,
        at: row.at.getTime(),
      });
    }
  }
  await enterRuns(tx, wanted);
}

async function feedTransitions(tx: Ctx, entries: readonly LiveEntry[]): Promise<number> {
  const [cursor] = await tx.sql<{ position: number }[]>`select position from journey_cursors where name = 'transitions' for update`;
  const rows = await tx.sql<{ id: number; profileId: number; segmentId: string; entered: boolean; at: Date; cause: string }[]>`
    select id, profile_id as "profileId", segment_id as "segmentId", entered, at, cause from segment_transitions
    where id > ${cursor?.position ?? 0} order by id limit ${TRANSITIONS_AT_ONCE}`;
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await tx.sql`update journey_cursors set position = ${last.id}, updated_at = now() where name = 'transitions'`;
  const canonical = await canonicalOf(
    tx,
    rows.map(({ profileId }) => profileId),
  );
  const personOf = (id: number): number => canonical.get(id) ?? id;
  const runs = await activeRuns(tx, [...new Set(rows.map(({ profileId }) => personOf(profileId)))]);
  const now = tx.clock.now().getTime();
  await advance(
    tx,
    runs.map((run) => ({ run, inputs: [{ input: { kind: "changed" as const }, now }] })),
  );
  const wanted = rows.flatMap((row): WantedEntry[] => {
    // People who were there when a segment was made or edited did not just enter it.
    if (row.cause === "first" || row.cause === "edit") return [];
    const kind = row.entered ? "segment_entered" : "segment_left";
    return entries.flatMap(({ journeyId, entry, publishedAt }) => {
      if (entry.kind !== kind || entry.segmentId !== row.segmentId || row.at.getTime() < publishedAt) return [];
      return [
        {
          profileId: row.profileId,
          person: personOf(row.profileId),
          journeyId,
          entryKey: "",
          entryRef: `segment:${row.id}`,
          data: { segment_id: row.segmentId },
          at: row.at.getTime(),
        },
      ];
    });
  });
  await enterRuns(tx, wanted);
  return rows.length;
}

/** Entries by call, by hand, by schedule and by other journeys, when their time has come. */
async function feedStarts(tx: Ctx): Promise<number> {
  const rows = await tx.sql<{ journeyId: string; profileId: number; entryKey: string; entryRef: string; data: JsonObject; dueAt: Date }[]>`
    delete from journey_starts where id in (
      select id from journey_starts where due_at <= ${tx.clock.now()} order by due_at, id limit ${STARTS_AT_ONCE} for update skip locked)
    returning journey_id as "journeyId", profile_id as "profileId", entry_key as "entryKey", entry_ref as "entryRef", data, due_at as "dueAt"`;
  if (rows.length === 0) return 0;
  const canonical = await canonicalOf(
    tx,
    rows.map(({ profileId }) => profileId),
  );
  const ordered = rows.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  const oldest = tx.clock.now().getTime() - START_GRACE_MS;
  await enterRuns(
    tx,
    ordered.map(({ dueAt, ...row }) => ({
      ...row,
      person: canonical.get(row.profileId) ?? row.profileId,
      at: dueAt.getTime(),
      late: /^(?:date|schedule):/u.test(row.entryRef) && dueAt.getTime() < oldest,
    })),
  );
  return rows.length;
}
