import type { AnySql } from "@/db/client";

/** Serialises partition changes: two processes may want the same one in the same moment. */
const PARTITION_LOCK = 7_201_002;
const DAY = 86_400_000;

const dayStart = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()));
const monthStart = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
const nextMonth = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
const stamp = (at: Date): string => at.toISOString().slice(0, 10).replaceAll("-", "_");

/** Names of partitions that this process knows to exist, per server and database. */
const known = new WeakMap<object, Set<string>>();

/**
 * Makes sure that `inbox` has a partition for each day from `from` to `from + days`. Call it outside hot paths: rows of
 * a day without its own partition go to `inbox_default`, and the maintenance loop keeps a week ahead.
 * Rows that already lie in the default partition are moved to the new one, ids and xids unchanged.
 */
export async function ensureInboxPartitions(sql: AnySql, from: Date, days = 7): Promise<number> {
  let made = 0;
  for (let i = 0; i <= days; i++) {
    const start = dayStart(new Date(from.getTime() + i * DAY));
    const end = new Date(start.getTime() + DAY);
    made += (await ensure(sql, {
      parent: "inbox",
      name: `inbox_${stamp(start)}`,
      start,
      end,
      fallback: "inbox_default",
      column: "received_at",
    }))
      ? 1
      : 0;
  }
  return made;
}

/** Oldest month with a partition of its own; everything before lies in `events_before_2005`. */
const FIRST_MONTH = Date.UTC(2005, 0, 1);

/**
 * Makes sure that `events` has a partition for the month of each given time. Cheap when they exist (kept in memory),
 * so processing calls it with the times of its batch before writing; it may run inside the batch's transaction.
 * @returns how many were made
 */
export async function ensureEventPartitions(sql: AnySql, times: Iterable<Date>, cache: Set<string> = cacheOf(sql)): Promise<number> {
  const months = new Map<string, Date>();
  for (const at of times) {
    const start = monthStart(at);
    if (start.getTime() < FIRST_MONTH) continue;
    const name = `events_${stamp(start).slice(0, 7)}`;
    if (!cache.has(name)) months.set(name, start);
  }
  if (months.size === 0) return 0;
  const names = [...months.keys()];
  const rows = await sql<
    { name: string }[]
  >`select relname as name from pg_class where relname = any(${names}::text[]) and relnamespace = current_schema()::regnamespace`;
  const found = new Set(rows.map((row) => row.name));
  let made = 0;
  for (const [name, start] of months) {
    if (!found.has(name) && (await ensure(sql, { parent: "events", name, start, end: nextMonth(start) }))) made += 1;
    // Inside a transaction that may still roll back, the name must not be remembered.
    if ("begin" in sql) cache.add(name);
  }
  return made;
}

function cacheOf(sql: AnySql): Set<string> {
  let set = known.get(sql);
  if (!set) known.set(sql, (set = new Set()));
  return set;
}

interface Wanted {
  parent: "inbox" | "events";
  name: string;
  start: Date;
  end: Date;
  fallback?: string;
  column?: string;
}

async function ensure(sql: AnySql, wanted: Wanted): Promise<boolean> {
  const exists = async (handle: AnySql): Promise<boolean> => {
    // Not to_regclass: inside a transaction it may answer from a cache that has not heard of another session's table.
    const rows = await handle`select 1 from pg_class where relname = ${wanted.name} and relnamespace = current_schema()::regnamespace`;
    return rows.length > 0;
  };
  if (await exists(sql)) return false;
  if ("begin" in sql) {
    const out = await sql.begin(async (tx) => ({ made: await create(tx as unknown as AnySql, wanted, exists) }));
    return (out as { made: boolean }).made;
  }
  return create(sql, wanted, exists);
}

async function create(tx: AnySql, wanted: Wanted, exists: (handle: AnySql) => Promise<boolean>): Promise<boolean> {
  await tx`select pg_advisory_xact_lock(${PARTITION_LOCK})`;
  if (await exists(tx)) return false;
  const { parent, name, start, end, fallback, column } = wanted;
  // Names and bounds are made here from a Date, never from input.
  const from = start.toISOString();
  const to = end.toISOString();
  if (fallback === undefined || column === undefined) {
    // Built apart and attached: attaching locks the parent less than `create ... partition of` (no wait for readers).
    await tx.unsafe(`create table "${name}" (like "${parent}" including defaults including constraints)`);
    await tx.unsafe(`alter table "${parent}" attach partition "${name}" for values from ('${from}') to ('${to}')`);
    return true;
  }
  // While rows move out of the default partition nobody may put new ones in.
  await tx.unsafe(`lock table "${fallback}" in access exclusive mode`);
  await tx.unsafe(`create table "${name}" (like "${parent}" including defaults including constraints)`);
  await tx.unsafe(
    `with moved as (delete from "${fallback}" where "${column}" >= '${from}' and "${column}" < '${to}' returning *) insert into "${name}" select * from moved`,
  );
  await tx.unsafe(`alter table "${parent}" attach partition "${name}" for values from ('${from}') to ('${to}')`);
  return true;
}
