import type { TxSql } from "@/db/client";
import { noteConsentChanges, writeStatements } from "@/domain/consent";
import type { Traits } from "@/domain/profiles/model";
import type { Batch } from "./batch";
import type { Change, DeviceRow, EventRow, NewIdentifier } from "./batch-rows";
import { CopyRows } from "./copy-binary";
import { isSmall, planCopy, planInsert } from "./copy-in";
import { storedTexts } from "./facts";
import type { Pace } from "./pace";
import { unitsText, type LoadedTraits, type Person, type Units } from "./person";
import { reconcile, summarise, type PersonSummary } from "./traits";
import type { CompiledRules } from "./compile-rules";
import { textArray, type Loaded } from "./load-people";
import { array, planAccountChanges, planChanges, type Queue, type Write } from "./write-changes";
import { planAccounts, planEventTypes, planSeen, type Dictionaries } from "./write-facts";

const iso = (ms: number): string => new Date(ms).toISOString();

const json = (rows: unknown): string => JSON.stringify(rows);

/** What a transaction has to write: statements that may be sent together, then COPYs one by one. */
export interface WritePlan {
  statements: Write[];
  copies: Write[];
}

/**
 * Turns what a batch gathered into statements: a few for the whole batch, whatever its size. Touches no database. Events
 * come last, in stretches: nothing of a batch changes any more.
 */
export async function planBatch(
  batch: Batch,
  loaded: Loaded,
  rules: CompiledRules,
  facts: Dictionaries | null,
  /** New statements of consent (`ConsentReader.finish`). */
  consents: string | null,
  pace: Pace,
): Promise<WritePlan> {
  const plan: WritePlan = { statements: [], copies: [] };
  const queue: Queue = (write) => void plan.statements.push(write);
  if (facts) planEventTypes(batch, facts, queue);
  planPeople(batch, loaded, rules, queue);
  planIdentity(batch, queue);
  if (facts) {
    planCounts(batch, facts, queue);
    planTraits(batch, loaded.traits, queue);
    planSeen(batch, facts, queue);
    planAccounts(batch, facts, rules.rules, queue);
    const told = new Map<number, Change | null>();
    for (const { id } of batch.touched) told.set(id, null);
    for (const [{ id }, change] of batch.changes) told.set(id, change);
    planChanges(
      told,
      batch.merged.flatMap(({ fragments, id }) => [id, ...fragments.map(batch.canonicalOf)]),
      queue,
    );
    planAccountChanges([...batch.accounts.keys()], queue);
    if (consents !== null) queue((tx) => writeStatements(tx, consents));
    const joined = batch.ledger.flatMap(({ survivorId, loserId }) => [survivorId, loserId]);
    if (joined.length > 0) queue((tx) => noteConsentChanges(tx, joined));
  }
  if (facts && batch.events.length > 0) plan.copies.push(await planEvents(batch.events, facts, pace));
  return plan;
}

/** Sends the plan. Statements go together; the server works on one while the next is on its way. */
export async function runPlan(tx: TxSql, plan: WritePlan): Promise<void> {
  await runAll(tx, plan.statements);
  for (const copy of plan.copies) await copy(tx);
}

export async function runAll(tx: TxSql, writes: readonly Write[]): Promise<void> {
  await Promise.all(writes.map((write) => write(tx)));
}

const EVENT_COLUMNS = [
  "profile_id",
  "event_type",
  "occurred_at",
  "value",
  "id",
  "received_at",
  "source_id",
  "message_id",
  "session_id",
  "properties",
  "context",
];

async function planEvents(events: readonly EventRow[], dictionaries: Dictionaries, pace: Pace): Promise<Write> {
  if (isSmall(events.length))
    return planInsert(
      "events",
      EVENT_COLUMNS,
      events.map(({ profileId, type, row, value, session }) => {
        const { properties, context } = storedTexts(row.message, row.body);
        const times = [iso(row.at), iso(row.receivedAt)] as const;
        const { sourceId, message } = row;
        return [
          profileId,
          dictionaries.typeId(type),
          times[0],
          value,
          row.id,
          times[1],
          sourceId,
          message.messageId,
          session,
          properties,
          context,
        ];
      }),
    );
  const rows = new CopyRows();
  for (const { profileId, type, row, value, session } of events) {
    if (pace.tired) await pace.rest();
    const { properties, context } = storedTexts(row.message, row.body);
    rows.row(EVENT_COLUMNS.length);
    rows.int4(profileId);
    rows.int4(dictionaries.typeId(type));
    rows.timestamptz(row.at);
    if (value === null) rows.null();
    else rows.numeric(Math.round(value * 1e4));
    rows.int8(row.id);
    rows.timestamptz(row.receivedAt);
    rows.text(row.sourceId);
    rows.text(row.message.messageId);
    if (session === null) rows.null();
    else rows.text(session);
    rows.jsonb(properties);
    rows.jsonb(context);
  }
  return planCopy("events", EVENT_COLUMNS, rows.end());
}

function planPeople(batch: Batch, loaded: Loaded, rules: CompiledRules, queue: Queue): void {
  const mergedNow = new Set(batch.merged);
  const counted: Person[] = [];
  const shaped: Shape[] = [];
  const search: { id: number; text: string }[] = [];
  for (const person of batch.touched) {
    if (mergedNow.has(person) || (!person.counted && !person.reshaped)) continue;
    if (!person.reshaped && !person.isNew) {
      counted.push(person);
      continue;
    }
    const shape = shapeOf(person, loaded.traits, rules);
    shaped.push(shape);
    if (shape.searchText !== (person.searchText ?? "")) {
      search.push({ id: person.id, text: shape.searchText });
      person.searchText = shape.searchText;
    }
  }
  if (counted.length > 0) {
    const ids = array(counted.map((p) => p.id));
    const firsts = array(counted.map((p) => p.firstSeen));
    const lasts = array(counted.map((p) => p.lastSeen));
    const actives = array(counted.map((p) => String(p.seenActive)));
    const events = array(counted.map((p) => p.eventCount));
    const orders = array(counted.map((p) => p.orderCount));
    const revenues = array(counted.map((p) => unitsText(p.revenue)));
    queue(
      (tx) => tx`
    update profiles p set first_seen_at = to_timestamp(u.first / 1000.0), last_seen_at = to_timestamp(u.last / 1000.0), seen_active = u.active,
      event_count = u.events, order_count = u.orders, revenue = u.revenue, updated_at = now()
    from unnest(${ids}::text::int[], ${firsts}::text::int8[],
      ${lasts}::text::int8[], ${actives}::text::bool[],
      ${events}::text::int8[], ${orders}::text::int[],
      ${revenues}::text::numeric[]) u(id, first, last, active, events, orders, revenue)
    where p.id = u.id`,
    );
  }
  planShapes(shaped, queue);
  planMerged(batch, queue);
  planSearch(search, queue);
}

/** The derived row of one person. Times in milliseconds. */
export interface Shape extends PersonSummary {
  id: number;
  traits: Traits;
  createdAt: number;
  firstSeen: number;
  lastSeen: number;
  seenActive: boolean;
  eventCount: number;
  orderCount: number;
  revenue: Units;
}

/** Whole rows of people, made or replaced. */
export function planShapes(shaped: readonly Shape[], queue: Queue): void {
  if (shaped.length === 0) return;
  const ids = array(shaped.map(({ id }) => id));
  const created = array(shaped.map((s) => s.createdAt));
  const known = array(shaped.map((s) => String(s.known)));
  const [names, emails, phones] = [
    textArray(shaped.map((s) => s.name)),
    textArray(shaped.map((s) => s.email)),
    textArray(shaped.map((s) => s.phone)),
  ];
  const [countries, cities] = [textArray(shaped.map((s) => s.country)), textArray(shaped.map((s) => s.city))];
  const zones = textArray(shaped.map((s) => s.timezone));
  const traits = textArray(shaped.map((s) => json(s.traits)));
  const firsts = array(shaped.map((s) => s.firstSeen));
  const lasts = array(shaped.map((s) => s.lastSeen));
  const actives = array(shaped.map((s) => String(s.seenActive)));
  const events = array(shaped.map((s) => s.eventCount));
  const orders = array(shaped.map((s) => s.orderCount));
  const revenues = array(shaped.map((s) => unitsText(s.revenue)));
  queue(
    (tx) => tx`
  insert into profiles as p (id, created_at, merged_into, known, name, email, phone, country, city, timezone, traits, first_seen_at,
    last_seen_at, seen_active, event_count, order_count, revenue, updated_at)
  select id, to_timestamp(created / 1000.0), null, known, name, email, phone, country, city, timezone, traits::jsonb, to_timestamp(first / 1000.0),
    to_timestamp(last / 1000.0), active, events, orders, revenue, now()
  from unnest(${ids}::text::int[], ${created}::text::int8[], ${known}::text::bool[], ${names}::text::text[], ${emails}::text::text[],
    ${phones}::text::text[], ${countries}::text::text[], ${cities}::text::text[], ${zones}::text::text[], ${traits}::text::text[],
    ${firsts}::text::int8[], ${lasts}::text::int8[], ${actives}::text::bool[], ${events}::text::int8[], ${orders}::text::int[],
    ${revenues}::text::numeric[])
    r(id, created, known, name, email, phone, country, city, timezone, traits, first, last, active, events, orders, revenue)
  on conflict (id) do update set merged_into = null, known = excluded.known, name = excluded.name, email = excluded.email,
    phone = excluded.phone, country = excluded.country, city = excluded.city, timezone = excluded.timezone, traits = excluded.traits,
    first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, seen_active = excluded.seen_active,
    event_count = excluded.event_count, order_count = excluded.order_count, revenue = excluded.revenue, updated_at = now()`,
  );
}

/** Search text where it changed; empty text has no row. */
export function planSearch(search: readonly { id: number; text: string }[], queue: Queue): void {
  const gone = search.filter(({ text }) => text === "").map(({ id }) => id);
  const kept = search.filter(({ text }) => text !== "");
  if (gone.length > 0) {
    const ids = array(gone);
    queue((tx) => tx`delete from profile_search where profile_id = any(${ids}::text::int[])`);
  }
  if (kept.length > 0) {
    const values = json(kept);
    queue(
      (tx) => tx`
      insert into profile_search (profile_id, text) select id, text from json_to_recordset(${values}::text::json) as r(id int, text text)
      on conflict (profile_id) do update set text = excluded.text`,
    );
  }
}

/** Fragments that are read through another: no summary of their own, and an alias. Created times of new ones in `createdNow`. */
export function planAliases(into: ReadonlyMap<number, number>, createdNow: ReadonlyMap<number, number>, queue: Queue): void {
  if (into.size === 0) return;
  const rows = [...into].map(([id, canonical]) => ({ id, into: canonical, created: iso(createdNow.get(id) ?? 0) }));
  const values = json(rows);
  queue(
    (tx) => tx`
  insert into profiles as p (id, created_at, merged_into, first_seen_at, last_seen_at)
  select id, created, "into", created, created from json_to_recordset(${values}::text::json) as r(id int, "into" int, created timestamptz)
  on conflict (id) do update set merged_into = excluded.merged_into, known = false, name = null, email = null, phone = null, country = null,
    city = null, timezone = null, traits = '{}', first_seen_at = p.created_at, last_seen_at = p.created_at, seen_active = false,
    event_count = 0, order_count = 0, revenue = 0, updated_at = now()`,
  );
  queue(
    (tx) => tx`
  insert into profile_aliases (profile_id, canonical_id) select id, "into" from json_to_recordset(${values}::text::json) as r(id int, "into" int)
  on conflict (profile_id) do update set canonical_id = excluded.canonical_id`,
  );
  const ids = array(into.keys());
  queue((tx) => tx`delete from profile_search where profile_id = any(${ids}::text::int[])`);
}

/** Losing fragments: a row that only points to the person they are read through. */
function planMerged(batch: Batch, queue: Queue): void {
  const losers = new Map<number, number>();
  for (const person of batch.merged) for (const fragment of person.fragments) losers.set(fragment, batch.canonicalOf(fragment));
  planAliases(losers, new Map(batch.newFragments.map(({ id, at }) => [id, at])), queue);
}

/** What the person's fragments and identifiers make of its row, as of now: later changes of the person do not show in it. */
export function shapeOf(person: Person, traits: ReadonlyMap<number, LoadedTraits>, rules: CompiledRules): Shape {
  const parts = [...person.fragments].sort((a, b) => a - b).flatMap((fragment) => traits.get(fragment) ?? []);
  const reconciled = reconcile(parts, rules.rules);
  const { known, name, email, phone, country, city, timezone, searchText } = summarise(reconciled, person.identifiers);
  const { id, createdAt, firstSeen, lastSeen, seenActive, eventCount, orderCount, revenue } = person;
  return {
    id,
    known,
    name,
    email,
    phone,
    country,
    city,
    timezone,
    searchText,
    traits: reconciled,
    createdAt,
    firstSeen,
    lastSeen,
    seenActive,
    eventCount,
    orderCount,
    revenue,
  };
}

function planNewIdentifiers({ newIdentifiers }: Batch, queue: Queue): void {
  if (newIdentifiers.length === 0) return;
  const texts = (value: (row: NewIdentifier) => string): string => textArray(newIdentifiers.map(value));
  const numbers = (value: (row: NewIdentifier) => number): string => array(newIdentifiers.map(value));
  const types = texts(({ known }) => known.type);
  const values = texts(({ known }) => known.value);
  const fragments = numbers(({ known }) => known.fragment);
  const raws = texts(({ raw }) => raw);
  const statuses = texts(({ known }) => known.status);
  const firsts = numbers(({ known }) => known.firstSeen);
  const lasts = numbers(({ known }) => Math.max(known.firstSeen, known.lastSeen));
  const sources = texts(({ row }) => row.sourceId);
  const messages = texts(({ row }) => row.message.messageId);
  const ids = numbers(({ row }) => row.id);
  queue(
    (tx) => tx`
    insert into identifiers (type, value, profile_id, raw, status, first_seen_at, last_seen_at, source_id, message_id, event_id)
    select type, value, fragment, raw, status, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0), source, message, event
    from unnest(${types}::text::text[], ${values}::text::text[], ${fragments}::text::int[], ${raws}::text::text[], ${statuses}::text::text[],
      ${firsts}::text::int8[], ${lasts}::text::int8[], ${sources}::text::text[], ${messages}::text::text[], ${ids}::text::int8[])
      u(type, value, fragment, raw, status, first, last, source, message, event)`,
  );
}

function planIdentity(batch: Batch, queue: Queue): void {
  planNewIdentifiers(batch, queue);
  const fresh = new Set(batch.newIdentifiers.map(({ known }) => known));
  const changed = [...batch.changedIdentifiers].filter((known) => !fresh.has(known));
  if (changed.length > 0) {
    const types = textArray(changed.map(({ type }) => type));
    const values = textArray(changed.map(({ value }) => value));
    const fragments = array(changed.map(({ fragment }) => fragment));
    const statuses = textArray(changed.map(({ status }) => status));
    const firsts = array(changed.map(({ firstSeen }) => firstSeen));
    const lasts = array(changed.map(({ firstSeen, lastSeen }) => Math.max(firstSeen, lastSeen)));
    queue(
      (tx) => tx`
    update identifiers i set profile_id = u.fragment, status = u.status, first_seen_at = to_timestamp(u.first / 1000.0),
      last_seen_at = to_timestamp(u.last / 1000.0)
    from unnest(${types}::text::text[], ${values}::text::text[], ${fragments}::text::int[], ${statuses}::text::text[], ${firsts}::text::int8[],
      ${lasts}::text::int8[]) u(type, value, fragment, status, first, last)
    where i.type = u.type and i.value = u.value`,
    );
  }
  if (batch.ledger.length > 0) {
    const rows = batch.ledger.map(({ row, ...edge }) => ({
      ...edge,
      at: iso(row.receivedAt),
      eventId: row.id,
      messageId: row.message.messageId,
      sourceId: row.sourceId,
    }));
    const values = json(rows);
    queue(
      (tx) => tx`
    insert into merges (id, at, survivor_id, loser_id, survivor_fragment, loser_fragment, cause, event_id, message_id, source_id, evidence, rules_version)
    select id, at, "survivorId", "loserId", "survivorFragment", "loserFragment", cause, "eventId", "messageId", "sourceId", evidence, "rulesVersion"
    from json_to_recordset(${values}::text::json) as r(id text, at timestamptz, "survivorId" int, "loserId" int, "survivorFragment" int,
      "loserFragment" int, cause text, "eventId" int8, "messageId" text, "sourceId" text, evidence jsonb, "rulesVersion" int)`,
    );
  }
  if (batch.conflicts.size > 0) {
    const rows = [...batch.conflicts.values()].map((row) => ({ ...row, at: iso(row.at) }));
    const values = json(rows);
    queue(
      (tx) => tx`
    insert into identifier_conflicts as c (type, value, other_type, other_value, at)
    select type, value, "otherType", "otherValue", at
    from json_to_recordset(${values}::text::json) as r(type text, value text, "otherType" text, "otherValue" text, at timestamptz)
    on conflict (type, value, other_type, other_value) do update set at = greatest(c.at, excluded.at)`,
    );
  }
  if (batch.notes.size > 0) {
    const rows = [...batch.notes.values()].map(({ row, lastAt, ...note }) => ({
      ...note,
      at: iso(row.at),
      lastAt: iso(lastAt),
      eventId: row.id,
      messageId: row.message.messageId,
      sourceId: row.sourceId,
    }));
    const values = json(rows);
    queue(
      (tx) => tx`
    insert into identity_notes as n (at, last_at, code, key, n, type, value, profile_id, other_profile_id, event_id, source_id, message_id, detail)
    select at, "lastAt", code, key, n, type, value, "profileId", "otherProfileId", "eventId", "sourceId", "messageId", detail
    from json_to_recordset(${values}::text::json) as r(at timestamptz, "lastAt" timestamptz, code text, key text, n int8, type text, value text,
      "profileId" int, "otherProfileId" int, "eventId" int8, "sourceId" text, "messageId" text, detail jsonb)
    on conflict (key) do update set n = n.n + excluded.n, last_at = greatest(n.last_at, excluded.last_at)`,
    );
  }
  if (batch.blocked.size > 0) {
    const rows = [...batch.blocked.values()].map((row) => ({ ...row, day: iso(row.day) }));
    const values = json(rows);
    queue(
      (tx) => tx`
    insert into blocked_hits as b (type, value, day, n)
    select type, value, day, n from json_to_recordset(${values}::text::json) as r(type text, value text, day timestamptz, n int)
    on conflict (type, value, day) do update set n = b.n + excluded.n`,
    );
  }
}

function planCounts(batch: Batch, dictionaries: Dictionaries, queue: Queue): void {
  const stats = [...batch.stats.values()];
  if (stats.length > 0) {
    const profileIds = array(stats.map((s) => s.profileId));
    const eventTypes = array(stats.map((s) => dictionaries.typeId(s.type)));
    const counts = array(stats.map((s) => s.n));
    const sums = array(stats.map((s) => unitsText(s.sum)));
    const firsts = array(stats.map((s) => s.first));
    const lasts = array(stats.map((s) => s.last));
    queue(
      (tx) => tx`
    insert into profile_event_stats as s (profile_id, event_type, count, value_sum, first_at, last_at)
    select profile_id, event_type, n, sum, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0)
    from unnest(${profileIds}::text::int[], ${eventTypes}::text::int[],
      ${counts}::text::int8[], ${sums}::text::numeric[],
      ${firsts}::text::int8[], ${lasts}::text::int8[])
      u(profile_id, event_type, n, sum, first, last)
    on conflict (profile_id, event_type) do update set count = s.count + excluded.count, value_sum = s.value_sum + excluded.value_sum,
      first_at = least(s.first_at, excluded.first_at), last_at = greatest(s.last_at, excluded.last_at)`,
    );
  }
  const daily = [...batch.daily.values()].map((row) => ({
    day: iso(row.day),
    source: row.sourceId,
    type: dictionaries.typeId(row.type),
    n: row.n,
    sum: unitsText(row.sum),
  }));
  if (daily.length > 0) {
    const values = json(daily);
    queue(
      (tx) => tx`
      insert into daily_event_counts as d (day, source_id, event_type, n, value_sum)
      select day, source, type, n, sum from json_to_recordset(${values}::text::json) as r(day timestamptz, source text, type int, n int8, sum numeric)
      on conflict (day, source_id, event_type) do update set n = d.n + excluded.n, value_sum = d.value_sum + excluded.value_sum`,
    );
  }
  planDevices([...batch.devices.values()], queue);
}

function planDevices(devices: readonly DeviceRow[], queue: Queue): void {
  if (devices.length === 0) return;
  const profileIds = array(devices.map(({ profileId }) => profileId));
  const keys = textArray(devices.map(({ key }) => key));
  const [types, names, systems] = [
    textArray(devices.map(({ type }) => type)),
    textArray(devices.map(({ name }) => name)),
    textArray(devices.map(({ os }) => os)),
  ];
  const firsts = array(devices.map(({ first }) => first));
  const lasts = array(devices.map(({ last }) => last));
  const counts = array(devices.map(({ n }) => n));
  queue(
    (tx) => tx`
    insert into devices as d (profile_id, device_key, type, name, os, first_seen_at, last_seen_at, event_count)
    select profile_id, key, type, name, os, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0), n
    from unnest(${profileIds}::text::int[], ${keys}::text::text[], ${types}::text::text[], ${names}::text::text[], ${systems}::text::text[],
      ${firsts}::text::int8[], ${lasts}::text::int8[], ${counts}::text::int8[]) r(profile_id, key, type, name, os, first, last, n)
    on conflict (profile_id, device_key) do update set type = coalesce(excluded.type, d.type), name = coalesce(excluded.name, d.name),
      os = coalesce(excluded.os, d.os), first_seen_at = least(d.first_seen_at, excluded.first_seen_at),
      last_seen_at = greatest(d.last_seen_at, excluded.last_seen_at), event_count = d.event_count + excluded.event_count`,
  );
}

function planTraits(batch: Batch, traits: ReadonlyMap<number, LoadedTraits>, queue: Queue): void {
  if (batch.traitsChanged.size === 0) return;
  const changed = [...batch.traitsChanged].flatMap((id) => {
    const held = traits.get(id);
    return held ? [{ id, traits: json(held.traits), meta: json(held.meta) }] : [];
  });
  const ids = array(changed.map(({ id }) => id));
  const values = textArray(changed.map((held) => held.traits));
  const metas = textArray(changed.map(({ meta }) => meta));
  queue(
    (tx) => tx`
  insert into profile_traits (profile_id, traits, meta)
  select id, traits::jsonb, meta::jsonb from unnest(${ids}::text::int[], ${values}::text::text[], ${metas}::text::text[]) r(id, traits, meta)
  on conflict (profile_id) do update set traits = excluded.traits, meta = excluded.meta`,
  );
}
