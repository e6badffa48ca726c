import type { AnySql, TxSql } from "@/db/client";
import { erasedBody, fragmentsWith, lockIdentity, recomputePeople, rulesAt } from "@/domain/identity";
import { forgetFragmentEvents } from "@/domain/segments";
import type { Traits, TraitsMeta } from "@/domain/profiles/model";
import { ints, type Counts } from "./erase-people";
import { ERASURE_TABLES } from "./erasure-map";
import { formsOf, type Mentions } from "./mentions";

const AT_ONCE = 2_000;

/** Replaces mentions in texts of tables that are not about people (rules, views, imports, jobs). @returns rows changed */
export async function redactTexts(tx: TxSql, mentions: Mentions): Promise<Counts> {
  const counts: Counts = {};
  for (const { name, rule } of ERASURE_TABLES) {
    if (!rule.texts) continue;
    const columns = await columnsOf(tx, name, rule.texts);
    // A row that somebody else changes meanwhile has another place: the table is looked through again.
    for (let again = true; again;) {
      const { changed, missed } = await redactTable(tx, mentions, name, columns);
      if (changed > 0) counts[name] = (counts[name] ?? 0) + changed;
      again = missed;
    }
  }
  return counts;
}

interface Column {
  column: string;
  type: string;
}

async function redactTable(
  tx: TxSql,
  mentions: Mentions,
  table: string,
  columns: readonly Column[],
): Promise<{ changed: number; missed: boolean }> {
  const list = columns.map(({ column }) => `"${column}"::text as "${column}"`).join(", ");
  const rows = tx.unsafe<Record<string, string | null>[]>(`select ctid::text as "$row", ${list} from "${table}"`).cursor(AT_ONCE);
  const out = { changed: 0, missed: false };
  const found: { place: string; sets: { column: string; type: string; text: string }[] }[] = [];
  for await (const page of rows) {
    for (const row of page) {
      const sets = columns.flatMap(({ column, type }) => {
        const text = row[column];
        if (text === null || text === undefined) return [];
        const redacted = type.startsWith("json") ? mentions.redactJson(text) : mentions.redact(text);
        return redacted === undefined ? [] : [{ column, type, text: redacted }];
      });
      if (sets.length > 0) found.push({ place: row["$row"] as string, sets });
    }
  }
  for (const { place, sets } of found) {
    const assignments = sets.map(({ column, type }, index) => `"${column}" = $${index + 2}::text::${type}`).join(", ");
    const done = await tx.unsafe(`update "${table}" set ${assignments} where ctid = $1::tid`, [place, ...sets.map(({ text }) => text)]);
    if (done.count > 0) out.changed += 1;
    else out.missed = true;
  }
  return out;
}

async function columnsOf(sql: AnySql, table: string, wanted: readonly string[]): Promise<Column[]> {
  return sql<Column[]>`
    select a.attname as column, format_type(a.atttypid, null) as type from pg_attribute a
    where a.attrelid = ${`public."${table}"`}::regclass and a.attname = any(${[...wanted]}::text[])`;
}

/** Samples of rejected messages: emptied where they name the person; the row stays, so that a source's balance stays exact. */
export async function emptySamples(tx: TxSql, mentions: Mentions): Promise<Counts> {
  const ids: string[] = [];
  const rows = tx<{ id: string; text: string }[]>`
    select id, concat_ws(' ', message_id, field, message, sample) as text from rejected_messages where sample <> ''`.cursor(AT_ONCE);
  for await (const page of rows) for (const { id, text } of page) if (mentions.in(text)) ids.push(id);
  if (ids.length === 0) return {};
  await tx`
    update rejected_messages set sample = '', message_id = null, field = null, message = 'Emptied: it named a person who was erased.',
      status = case when status = 'open' then 'discarded' else status end, status_reason = 'erased', status_at = now()
    where id = any(${ids}::text[])`;
  // What processing set aside stands in the inbox too.
  const inbox = ids.filter((id) => id.startsWith("rej_inbox")).map((id) => Number(id.slice("rej_inbox".length)));
  if (inbox.length > 0) await tx`update inbox set body = ${erasedBody(0)} where id = any(${ints(inbox)}::text::int8[])`;
  return { rejected_messages: ids.length };
}

export type Scope = { fragments: readonly number[] } | { likely: readonly string[] };

/**
 * Messages of other people that name the person: the value is replaced in the event and in the inbox, a trait that holds
 * it is removed, and the people concerned are made anew. `likely` looks through all events (LIKE patterns in lower case).
 */
export async function redactOthers(tx: TxSql, mentions: Mentions, scope: Scope): Promise<Counts> {
  const counts: Counts = {};
  const add = (table: string, n: number): void => {
    if (n > 0) counts[table] = (counts[table] ?? 0) + n;
  };
  const cursor = await lockIdentity(tx);
  const inScope =
    "fragments" in scope
      ? tx`profile_id = any(${ints(scope.fragments)}::text::int[])`
      : tx`(lower(properties::text) like any(${[...scope.likely]}::text[]) or lower(context::text) like any(${[...scope.likely]}::text[])
          or lower(session_id) like any(${[...scope.likely]}::text[]))`;
  const events = tx<EventText[]>`
    select profile_id as "profileId", occurred_at as at, id, received_at as "receivedAt", properties::text as properties, context::text as context,
      session_id as session
    from events where ${inScope}`.cursor(AT_ONCE);
  const named: EventText[] = [];
  for await (const page of events) {
    for (const row of page) if (mentions.in(row.properties) || mentions.in(row.context) || mentions.in(row.session ?? "")) named.push(row);
  }
  for (const row of named) {
    await tx`
      update events set properties = ${mentions.redactJson(row.properties) ?? row.properties}::text::jsonb,
        context = ${mentions.redactJson(row.context) ?? row.context}::text::jsonb,
        session_id = ${row.session === null ? null : (mentions.redact(row.session) ?? row.session)}
      where profile_id = ${row.profileId} and occurred_at = ${row.at} and id = ${row.id}`;
  }
  await forgetFragmentEvents(tx, [...new Set(named.map(({ profileId }) => profileId))]);
  add("events", named.length);
  add("inbox", await redactInbox(tx, mentions, named, scope));
  const people = await removeTraits(tx, mentions, scope);
  add("profile_traits", people.length);
  if (people.length > 0) {
    await recomputePeople(tx, await fragmentsWith(tx, people), await rulesAt(tx, cursor));
    add("profiles", people.length);
  }
  return counts;
}

interface EventText {
  profileId: number;
  at: Date;
  id: number;
  receivedAt: Date;
  properties: string;
  context: string;
  session: string | null;
}

async function redactInbox(tx: TxSql, mentions: Mentions, named: readonly EventText[], scope: Scope): Promise<number> {
  const rows = JSON.stringify(named.map(({ id, receivedAt }) => ({ id, at: receivedAt })));
  const found =
    "fragments" in scope
      ? await tx<{ id: number; at: Date; body: string }[]>`
          select i.id, i.received_at as at, i.body from json_to_recordset(${rows}::text::json) as r(id int8, at timestamptz)
          join inbox i on i.id = r.id and i.received_at = r.at`
      : await tx<{ id: number; at: Date; body: string }[]>`
          select id, received_at as at, body from inbox where lower(body) like any(${[...scope.likely]}::text[])`;
  let n = 0;
  for (const { id, at, body } of found) {
    const redacted = mentions.redactJson(body);
    if (redacted === undefined) continue;
    await tx`update inbox set body = ${redacted} where id = ${id} and received_at = ${at}`;
    n += 1;
  }
  return n;
}

/** Traits of others that hold a value of the person. @returns their fragments */
async function removeTraits(tx: TxSql, mentions: Mentions, scope: Scope): Promise<number[]> {
  const rows = await tx<{ id: number; traits: Traits; meta: TraitsMeta }[]>`
    select profile_id as id, traits, meta from profile_traits
    where ${"fragments" in scope ? tx`profile_id = any(${ints(scope.fragments)}::text::int[])` : tx`lower(traits::text) like any(${[...scope.likely]}::text[])`}`;
  const changed: number[] = [];
  for (const { id, traits, meta } of rows) {
    const keys = Object.keys(traits).filter((key) => mentions.in(JSON.stringify({ [key]: traits[key] })));
    if (keys.length === 0) continue;
    for (const key of keys) {
      delete traits[key];
      delete meta[key];
    }
    await tx`
      update profile_traits set traits = ${JSON.stringify(traits)}::text::jsonb, meta = ${JSON.stringify(meta)}::text::jsonb where profile_id = ${id}`;
    changed.push(id);
  }
  return changed;
}

/** LIKE patterns, in lower case, by which the database finds rows that may mention a value; `Mentions` decides. */
export const likePatterns = (values: Iterable<string>): string[] => [
  ...new Set(
    [...values]
      .filter((value) => value.length >= 6)
      .flatMap(formsOf)
      .map((value) => `%${value.toLowerCase().replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`),
  ),
];

export interface Verification {
  tables: number;
  /** Tables too large for this check; the map's own steps dealt with them. */
  skipped: string[];
  /** Rows in which something of the person is left, by table. */
  left: Counts;
}

/** Looks through whole tables, as text, for what is left of the person. Tables beyond `mostBytes` are named and left out. */
export async function verifyGone(sql: AnySql, mentions: Mentions, likely: readonly string[], mostBytes: number): Promise<Verification> {
  const sizes = await sql<{ name: string; bytes: number }[]>`
    select c.relname as name, coalesce((select sum(pg_table_size(i.inhrelid)) from pg_inherits i where i.inhparent = c.oid), pg_table_size(c.oid))::int8 as bytes
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`;
  const out: Verification = { tables: 0, skipped: [], left: {} };
  for (const { name, bytes } of sizes) {
    // The request itself holds the identifiers until it is complete.
    if (name === "dsr_requests") continue;
    if (bytes > mostBytes) {
      out.skipped.push(name);
      continue;
    }
    out.tables += 1;
    if (likely.length === 0) continue;
    const rows = await sql<
      { text: string }[]
    >`select t::text as text from ${sql(name)} t where lower(t::text) like any(${[...likely]}::text[])`;
    const left = rows.filter(({ text }) => mentions.in(text)).length;
    if (left > 0) out.left[name] = left;
  }
  return out;
}
