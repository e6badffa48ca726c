import { companySettings } from "@/domain/access";
import { GATE_REASON_LABELS, mayUseMany } from "@/domain/consent";
import type { JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { loadHistory } from "@/domain/segments";
import type { ConditionPeople } from "@/domain/segments";
import { shareOf } from "./advance";
import type { Cap, Spoken } from "./decide-message";
import { asksAgain, conditionsOf } from "./definitions";
import type { JourneyChannel, JourneyDefinition, MessageOutcome } from "./model";
import { datesDueOn, isTimed, occurrencesIn } from "./occurrences";
import { consentQuestion, outcomeOf } from "./plan-messages";
import { rehearsePerson } from "./rehearse-person";
import type { Rehearsed, RehearsedEntry } from "./rehearse-person";
import type { RehearsalResult } from "./rehearsal-model";
import type { StepEvent } from "./run-model";
import { textAt } from "./step";

/** Conditions are asked by time alone once an hour: finer than that changes little over weeks, and costs four times as much. */
const ASK_EVERY_MS = 3_600_000;

interface Span {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** Canonical ids of everybody who may enter in a span, in order. Packed: four bytes a person. */
export async function candidates(ctx: Ctx, journeyId: string, definition: JourneyDefinition, span: Span): Promise<Int32Array> {
  const { entry } = definition;
  const { sql } = ctx;
  const from = new Date(span.from);
  const to = new Date(span.to);
  const source =
    entry.kind === "event"
      ? sql`select distinct e.profile_id as id from events e
          where e.event_type = (select t.id from event_types t where t.name = ${entry.event}) and e.occurred_at >= ${from} and e.occurred_at < ${to}`
      : entry.kind === "segment_entered" || entry.kind === "segment_left"
        ? sql`select distinct profile_id as id from segment_transitions where segment_id = ${entry.segmentId} and at >= ${from} and at < ${to}`
        : entry.kind === "date_trait"
          ? sql`select id from profiles where merged_into is null and traits #>> ${entry.path as string[]}::text[] ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}'`
          : entry.kind !== "schedule"
            ? sql`select distinct profile_id as id from journey_runs where journey_id = ${journeyId} and entered_at >= ${from} and entered_at < ${to}`
            : entry.segmentId === null
              ? sql`select id from profiles where merged_into is null`
              : sql`select profile_id as id from segment_members where segment_id = ${entry.segmentId} union
                  select profile_id from segment_transitions where segment_id = ${entry.segmentId} and at >= ${from}`;
  const [row] = await sql<{ ids: Buffer }[]>`
    with found as (select distinct coalesce(a.canonical_id, s.id) as id from (${source}) s left join profile_aliases a on a.profile_id = s.id)
    select coalesce(string_agg(int4send(f.id), ''), '') as ids from found f join profiles p on p.id = f.id and p.merged_into is null`;
  const packed = row?.ids ?? Buffer.alloc(0);
  const out = new Int32Array(packed.length / 4);
  for (let i = 0; i < out.length; i++) out[i] = packed.readInt32BE(i * 4);
  return out.sort();
}

export interface Part {
  readonly journeyId: string;
  readonly definition: JourneyDefinition;
  readonly ids: readonly number[];
  readonly span: Span;
  /** The company's zone. */
  readonly zone: string;
  /** Is added to. */
  readonly result: RehearsalResult;
}

/** Rehearses some people and adds what they did to the result. A few statements for all of them. */
export async function rehearsePeople(ctx: Ctx, { journeyId, definition, ids, span, zone, result }: Part): Promise<void> {
  const { entry } = definition;
  const segment = entry.kind === "schedule" && entry.segmentId !== null ? [inSegment(entry.segmentId)] : [];
  const people = await loadHistory(ctx.sql, ids, [...conditionsOf(definition), ...segment], { from: span.from, zone });
  const entries = await entriesOf(ctx, journeyId, definition, ids, span, people);
  const asked = ids.filter((id) => (entries.get(id)?.length ?? 0) > 0);
  if (asked.length === 0) return;
  const [events, refusals, caps, spoken] = [
    await eventsOf(ctx, definition, asked, span),
    await refusalsOf(ctx, definition, asked),
    await readCaps(ctx),
    new Map<number, Spoken[]>(),
  ];
  if (caps.length > 0) for (const [id, own] of await spokenElsewhere(ctx, journeyId, asked, caps, span)) spoken.set(id, own);
  for (const id of asked) {
    const rehearsed = rehearsePerson(definition, {
      entries: entries.get(id) ?? [],
      events: events.get(id) ?? [],
      earlier: [],
      spoken: spoken.get(id) ?? [],
      caps,
      until: span.to,
      askEveryMs: ASK_EVERY_MS,
      env: (now) => ({
        now,
        zone: people.zone(id),
        holds: (condition) => people.holds(id, condition, now),
        matches: (where, event) => people.matches(id, where, event, now),
        trait: (path) => people.trait(id, path),
        share: (salt) => shareOf(journeyId, salt, id),
        armShares: () => null,
      }),
      refused: (channel, transactional) => refusals.get(`${id}:${channel}:${transactional}`) ?? null,
    });
    addTo(result, rehearsed);
  }
}

/** Who asks to enter, by person, in order of time. Events count as if they had come when they happened; imported ones enter nobody, as in life. */
async function entriesOf(
  ctx: Ctx,
  journeyId: string,
  { entry }: JourneyDefinition,
  ids: readonly number[],
  span: Span,
  people: ConditionPeople,
): Promise<Map<number, RehearsedEntry[]>> {
  const out = new Map<number, RehearsedEntry[]>();
  const add = (id: number, one: RehearsedEntry): void => {
    const own = out.get(id);
    if (own === undefined) out.set(id, [one]);
    else own.push(one);
  };
  const list = `{${ids.join(",")}}`;
  const from = new Date(span.from);
  const to = new Date(span.to);
  if (entry.kind === "event") {
    const rows = await ctx.sql<{ person: number; id: number; at: Date; properties: JsonObject; context: JsonObject }[]>`
      select f.person, e.id, e.occurred_at as at, e.properties, e.context
      from (select p as person, p as fragment from unnest(${list}::text::int[]) p
        union all select canonical_id, profile_id from profile_aliases where canonical_id = any(${list}::text::int[])) f
      join events e on e.profile_id = f.fragment and e.event_type = (select id from event_types where name = ${entry.event})
      left join sources s on s.id = e.source_id
      where e.occurred_at >= ${from} and e.occurred_at < ${to} and coalesce(s.type, '') <> 'csv'
      order by e.occurred_at, e.id`;
    for (const row of rows) {
      const at = row.at.getTime();
      const key = entry.key === null ? "" : textAt(row.properties, entry.key);
      if (key === undefined || !people.matches(row.person, entry.where, row, at)) continue;
      add(row.person, { at, key, ref: `event:${row.id}`, data: row.properties });
    }
    return out;
  }
  if (entry.kind === "segment_entered" || entry.kind === "segment_left") {
    const rows = await ctx.sql<{ person: number; id: number; at: Date }[]>`
      select coalesce(a.canonical_id, t.profile_id) as person, t.id, t.at from segment_transitions t
      left join profile_aliases a on a.profile_id = t.profile_id
      where t.segment_id = ${entry.segmentId} and t.entered = ${entry.kind === "segment_entered"} and t.cause not in ('first', 'edit')
        and t.at >= ${from} and t.at < ${to} and coalesce(a.canonical_id, t.profile_id) = any(${list}::text::int[])
      order by t.id`;
    for (const { person, id, at } of rows)
      add(person, { at: at.getTime(), key: "", ref: `segment:${id}`, data: { segment_id: entry.segmentId } });
    return out;
  }
  if (!isTimed(entry)) {
    // Calls and entries by hand are what they were.
    const rows = await ctx.sql<{ person: number; key: string; ref: string; at: Date; data: JsonObject | null }[]>`
      select coalesce(a.canonical_id, r.profile_id) as person, r.entry_key as key, r.entry_ref as ref, r.entered_at as at, r.state #> '{context,entry}' as data
      from journey_runs r left join profile_aliases a on a.profile_id = r.profile_id
      where r.journey_id = ${journeyId} and r.entered_at >= ${from} and r.entered_at < ${to}
        and coalesce(a.canonical_id, r.profile_id) = any(${list}::text::int[]) order by r.entered_at, r.id`;
    for (const { person, at, data, ...row } of rows) add(person, { ...row, at: at.getTime(), data: data ?? {} });
    return out;
  }
  const { timezone: company } = await companySettings(ctx.sql);
  const byZone = new Map<string, { date: string; at: number }[]>();
  for (const id of ids) {
    if (!people.has(id)) continue;
    const zone = entry.kind === "date_trait" || entry.local ? people.zone(id) : company;
    let occurrences = byZone.get(zone);
    if (occurrences === undefined) byZone.set(zone, (occurrences = occurrencesIn(entry, zone, span.from, span.to)));
    for (const { date, at } of occurrences) {
      if (entry.kind === "date_trait") {
        const value = people.trait(id, entry.path);
        if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}(?:$|[T ])/u.test(value)) continue;
        const { upTo, days } = datesDueOn(date, entry);
        const day = value.slice(0, 10);
        if (days === null ? day !== upTo : day > upTo || !days.includes(day.slice(5))) continue;
      } else if (entry.segmentId !== null && !people.holds(id, inSegment(entry.segmentId), at)) continue;
      const at0 = new Date(at).toISOString();
      add(id, { at, key: "", ref: `${entry.kind === "date_trait" ? "date" : "schedule"}:${date}`, data: { scheduled_for: at0, date } });
    }
  }
  return out;
}

const inSegment = (segmentId: string) => ({
  kind: "group" as const,
  id: "members",
  match: "all" as const,
  children: [{ kind: "segment" as const, id: "member", segmentId }],
});

/** Names of the events that can move a run; null: any may, since conditions are asked after each. */
function namesOf(definition: JourneyDefinition): string[] | null {
  if (definition.nodes.some((node) => asksAgain(definition, node.id))) return null;
  const { goal, exits } = definition.settings;
  return [
    ...(goal === null ? [] : [goal.event]),
    ...exits.flatMap((rule) => (rule.kind === "event" ? [rule.event] : [])),
    ...definition.nodes.flatMap((node) => (node.kind === "hold_until" ? node.branches.map(({ event }) => event) : [])),
  ];
}

async function eventsOf(ctx: Ctx, definition: JourneyDefinition, ids: readonly number[], span: Span): Promise<Map<number, StepEvent[]>> {
  const names = namesOf(definition);
  const out = new Map<number, StepEvent[]>();
  if (names?.length === 0) return out;
  const list = `{${ids.join(",")}}`;
  const rows = await ctx.sql<{ person: number; id: number; name: string; at: Date; properties: JsonObject; context: JsonObject }[]>`
    select f.person, e.id, t.name, e.occurred_at as at, e.properties, e.context
    from (select p as person, p as fragment from unnest(${list}::text::int[]) p
      union all select canonical_id, profile_id from profile_aliases where canonical_id = any(${list}::text::int[])) f
    join events e on e.profile_id = f.fragment and e.occurred_at >= ${new Date(span.from)} and e.occurred_at < ${new Date(span.to)}
    join event_types t on t.id = e.event_type and not starts_with(t.name, '$') and (${names === null} or t.name = any(${names ?? []}::text[]))
    order by e.occurred_at, e.id`;
  for (const { person, id, at, ...row } of rows) {
    const event = { ...row, id: String(id), at: at.getTime() };
    const own = out.get(person);
    if (own === undefined) out.set(person, [event]);
    else own.push(event);
  }
  return out;
}

export type Refusals = Map<string, { outcome: MessageOutcome; because: string }>;

/** The gate's no as of today, by `person:channel:transactional`. */
export async function refusalsOf(ctx: Ctx, definition: JourneyDefinition, ids: readonly number[]): Promise<Refusals> {
  const out: Refusals = new Map();
  const kinds = new Map<string, { channel: JourneyChannel; transactional: boolean }>();
  for (const node of definition.nodes)
    if (node.kind === "message")
      kinds.set(`${node.channel}:${node.transactional}`, { channel: node.channel, transactional: node.transactional });
  for (const [key, { channel, transactional }] of kinds) {
    const question = consentQuestion(channel, definition.settings.purposeId, transactional);
    if (question === null) continue;
    const answers = await mayUseMany(ctx, { profileIds: ids, ...question, destination: "messages" });
    for (const id of ids) {
      const answer = answers.get(id);
      if (answer?.allowed === true) continue;
      const reason = answer?.reason ?? "unknown_person";
      out.set(`${id}:${key}`, { outcome: outcomeOf(reason), because: GATE_REASON_LABELS[reason] });
    }
  }
  return out;
}

export async function readCaps(ctx: Ctx): Promise<Cap[]> {
  return [...(await ctx.sql<Cap[]>`select id, name, channels, count, hours from frequency_caps order by id`)];
}

/** What people heard in the span, but not from this journey: its own messages are rehearsed. */
export async function spokenElsewhere(
  ctx: Ctx,
  journeyId: string,
  ids: readonly number[],
  caps: readonly Cap[],
  span: Span,
): Promise<Map<number, Spoken[]>> {
  const out = new Map<number, Spoken[]>();
  const since = new Date(span.from - Math.max(0, ...caps.map(({ hours }) => hours)) * 3_600_000);
  const list = `{${ids.join(",")}}`;
  const rows = await ctx.sql<{ person: number; id: number; channel: JourneyChannel; at: Date; priority: number; queued: boolean }[]>`
    select f.person, m.id, m.channel, coalesce(m.sent_at, m.due_at) as at, m.priority, m.state = 'queued' as queued
    from (select p as person, p as fragment from unnest(${list}::text::int[]) p
      union all select canonical_id, profile_id from profile_aliases where canonical_id = any(${list}::text::int[])) f
    join messages m on m.profile_id = f.fragment
    where m.state in ('queued', 'review', 'sending', 'sent') and not m.transactional and m.journey_id is distinct from ${journeyId}
      and coalesce(m.sent_at, m.due_at) > ${since}`;
  for (const { person, at, ...row } of rows) out.set(person, [...(out.get(person) ?? []), { ...row, at: at.getTime() }]);
  return out;
}

const count = (into: Record<string, number>, key: string, n = 1): void => void (into[key] = (into[key] ?? 0) + n);

/** Adds what one person did. Pure but for the result. */
export function addTo(result: RehearsalResult, { runs, refused, cut }: Rehearsed): void {
  result.people += 1;
  if (runs.length > 0) result.peopleIn += 1;
  result.entries += runs.length;
  if (cut) result.cut += 1;
  for (const { reason } of refused) count(result.refused, reason);
  const met = new Set<string>();
  const node = (id: string): RehearsalResult["nodes"][string] =>
    (result.nodes[id] ??= { entered: 0, people: 0, here: 0, branches: {}, outcomes: {} });
  for (const run of runs) {
    const { status, reason, goalAt } = run.state;
    count(result.ended, status === "exited" ? `exited: ${reason ?? ""}` : status);
    if (goalAt !== null) result.goals += 1;
    if (status === "active" && run.state.node !== null) node(run.state.node).here += 1;
    for (const move of run.moves) {
      const own = node(move.node);
      if (move.what === "left") count(own.branches, move.branch ?? "next");
      else {
        own.entered += 1;
        if (!met.has(move.node)) {
          met.add(move.node);
          own.people += 1;
        }
      }
    }
    for (const { effect } of run.effects) if (effect.kind !== "message") count(result.effects, effect.kind);
    for (const message of run.messages) {
      const outcome = message.outcome ?? "waiting";
      count(result.outcomes, outcome);
      count(node(message.node).outcomes, outcome);
      if (outcome === "sent" || outcome === "review") {
        const hour = `${new Date(message.decision.dueAt).toISOString().slice(0, 13)}:00:00.000Z`;
        const own = (result.hours[hour] ??= {});
        own[message.channel] = (own[message.channel] ?? 0) + 1;
      } else if (outcome !== "waiting") {
        const because = message.because ?? "";
        const key = `${outcome}: ${because}`;
        const known = (result.reasons[key] ??= { outcome, because, n: 0 });
        known.n += 1;
      }
    }
  }
}
