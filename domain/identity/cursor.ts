import type { AnySql, TxSql } from "@/db/client";
import { compileRules, type CompiledRules } from "./compile-rules";
import { BUILT_IN_TYPES, DEFAULT_IDENTITY_RULES, type IdentityOperation, type IdentityRules } from "./model";

/** Where processing stands. */
export interface Cursor {
  xid: string;
  id: number;
  epoch: number;
  nextProfileId: number;
  processed: number;
}

interface CursorRow {
  xid: string;
  inboxId: number;
  epoch: number;
  nextProfileId: number;
  processed: number;
}

const cursorOf = ({ inboxId, ...row }: CursorRow): Cursor => ({ ...row, id: inboxId });

export async function readCursor(sql: AnySql): Promise<Cursor> {
  const [row] = await sql<CursorRow[]>`
    select xid::text as xid, inbox_id as "inboxId", epoch, next_profile_id as "nextProfileId", processed from processing_cursors where name = 'main'`;
  if (!row) throw new Error("processing_cursors has no row");
  return cursorOf(row);
}

/**
 * The one lock of all identity changes. `wait` false gives undefined while another holds it: a worker then steps back
 * instead of queueing up.
 */
export async function lockCursor(tx: AnySql, wait: boolean): Promise<Cursor | undefined> {
  const rows = wait
    ? await tx<CursorRow[]>`
        select xid::text as xid, inbox_id as "inboxId", epoch, next_profile_id as "nextProfileId", processed from processing_cursors
        where name = 'main' for update`
    : await tx<CursorRow[]>`
        select xid::text as xid, inbox_id as "inboxId", epoch, next_profile_id as "nextProfileId", processed from processing_cursors
        where name = 'main' for update skip locked`;
  return rows[0] && cursorOf(rows[0]);
}

/** Locks the cursor row and tells every worker to forget what it remembers. For identity changes made by verbs. */
export async function lockIdentity(tx: TxSql): Promise<Cursor> {
  const cursor = await lockCursor(tx, true);
  if (!cursor) throw new Error("processing_cursors has no row");
  await tx`update processing_cursors set epoch = epoch + 1, updated_at = now() where name = 'main'`;
  return { ...cursor, epoch: cursor.epoch + 1 };
}

/** A version of the rules; version 1 is the defaults unless somebody saved another. Keys added since have their defaults. */
export async function rulesOfVersion(sql: AnySql, version: number): Promise<IdentityRules> {
  const [row] = await sql<{ rules: Partial<IdentityRules> }[]>`select rules from identity_rules where version = ${version}`;
  return { ...DEFAULT_IDENTITY_RULES, ...row?.rules };
}

export const DEFAULT_RULES_VERSION = 1;

/** The rules in force at a place of the inbox: those of the newest change made at or before it. */
export async function rulesAt(
  sql: AnySql,
  at: Pick<Cursor, "xid" | "id">,
  upToOperation = Number.MAX_SAFE_INTEGER,
): Promise<CompiledRules> {
  const [row] = await sql<{ version: number }[]>`
    select (operation->>'version')::int as version from identity_operations
    where operation->>'kind' = 'rules' and (after_xid::xid8, after_inbox_id) <= (${at.xid}::xid8, ${at.id})
      and id <= ${upToOperation} order by id desc limit 1`;
  const version = row?.version ?? DEFAULT_RULES_VERSION;
  return compileRules(await rulesOfVersion(sql, version), version, BUILT_IN_TYPES);
}

export interface PlacedOperation {
  id: number;
  at: Date;
  xid: string;
  inboxId: number;
  operation: IdentityOperation;
  actorId: string | null;
}

/** Changes recorded after a place of the inbox, in order; there are some only while history is replayed. */
export async function operationsAfter(sql: AnySql, at: Pick<Cursor, "xid" | "id">): Promise<PlacedOperation[]> {
  return sql<PlacedOperation[]>`
    select id, at, after_xid as xid, after_inbox_id as "inboxId", operation, actor_id as "actorId" from identity_operations
    where (after_xid::xid8, after_inbox_id) > (${at.xid}::xid8, ${at.id}) order by after_xid::xid8, after_inbox_id, id limit 100`;
}

/** Writes down a change of identity with its place in the inbox, for replays. Returns its number. */
export async function recordOperation(
  tx: AnySql,
  cursor: Pick<Cursor, "xid" | "id">,
  operation: IdentityOperation,
  by: { at: Date; actorId: string | null },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into identity_operations (at, after_xid, after_inbox_id, operation, actor_id)
    values (${by.at}, ${cursor.xid}, ${cursor.id}, ${JSON.stringify(operation)}::text::jsonb, ${by.actorId}) returning id`;
  return row?.id ?? 0;
}
