import type { AnySql, Database, TxSql } from "@/db/client";
import { can } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { addToList, listSet, noteMoved } from "./list-rows";
import type { Rule, RuleNode } from "./model";
import { sqlListId } from "./sql-id";
import { runSql } from "./sql-reader";

/** Results that segments use are computed again when they are older than this. */
export const SQL_EVERY_MS = 15 * 60_000;
/** A draft takes a result that is not older than this. */
const DRAFT_MS = 5 * 60_000;
/** Results that no segment uses and no draft asked for go after this. */
const KEEP_MS = 3_600_000;

/** SQL texts of a rule, in muted rows too. */
export function sqlOf(rule: Rule): string[] {
  const out = new Set<string>();
  const walk = (node: RuleNode): void => {
    if (node.kind === "group") node.children.forEach(walk);
    else if (node.kind === "sql") out.add(node.sql);
  };
  walk(rule.root);
  return [...out];
}

/** Texts that current rules of segments hold. */
async function usedSql(sql: AnySql): Promise<Set<string>> {
  const rows = await sql<{ rule: Rule }[]>`
    select v.rule from segments s join segment_versions v on v.segment_id = s.id and v.version = s.version
    where s.deleted_at is null and jsonb_path_exists(v.rule, '$.** ? (@.kind == "sql")')`;
  return new Set(rows.flatMap(({ rule }) => sqlOf(rule)));
}

/** Refuses SQL of a draft to who may not write any; what a saved segment holds already may be counted by everybody. */
export async function refuseOthersSql(ctx: Ctx, rule: Rule): Promise<void> {
  const wanted = sqlOf(rule);
  if (wanted.length === 0 || (can(ctx, "segments:sql") && can(ctx, "personal_data:see"))) return;
  const used = await usedSql(ctx.sql);
  if (wanted.every((text) => used.has(text))) return;
  throw new DomainError(
    "FORBIDDEN",
    "Writing an SQL condition needs the right to use SQL and to see personal data, since SQL can read every trait. Ask an admin.",
    { fields: { rule: "holds an SQL condition" } },
  );
}

/** Sees to it that every SQL text of a rule has a result that is new enough. */
export async function ensureSqlLists(database: Database, rule: Rule, maxAgeMs = DRAFT_MS): Promise<void> {
  for (const text of sqlOf(rule)) {
    const id = sqlListId(text);
    const [kept] = await database.sql<{ computedAt: Date | null }[]>`
      update sql_lists set asked_at = now() where id = ${id} returning computed_at as "computedAt"`;
    if (kept?.computedAt && Date.now() - kept.computedAt.getTime() < maxAgeMs) continue;
    await computeSqlList(database, text);
  }
}

/** Runs a condition and keeps whom it finds, by canonical profile; people who came or went are noted for live segments. */
async function computeSqlList(database: Database, text: string): Promise<void> {
  const id = sqlListId(text);
  const { sql } = database;
  let found: { ids: Uint8Array; ms: number };
  try {
    found = await runSql(database, text);
  } catch (error) {
    await sql`
      update sql_lists set tried_at = now(), error = ${error instanceof DomainError ? error.message : "The SQL could not be run."} where id = ${id}`;
    throw error;
  }
  const given = IdSet.fromPacked(Buffer.from(found.ids));
  await sql.begin(async (handle) => {
    const tx = handle as unknown as TxSql;
    // Also locks the row: one result is written after the other.
    await tx`insert into sql_lists (id, sql) values (${id}, ${text}) on conflict (id) do update set sql = excluded.sql`;
    const people = await canonicalSet(tx, given);
    const before = await listSet(tx, id);
    const gone = before.andNot(people);
    const come = people.andNot(before);
    const now = new Date();
    if (!gone.isEmpty)
      await tx`delete from list_members where list_id = ${id} and profile_id = any(${`{${[...gone].join(",")}}`}::text::int[])`;
    await addToList(tx, id, [...come], now);
    await tx`
      update sql_lists set size = ${people.size}, computed_at = ${now}, tried_at = ${now}, compute_ms = ${found.ms}, error = null where id = ${id}`;
    await noteMoved(tx, gone.or(come), now);
  });
}

/** The people behind ids of any fragments; ids of nobody are left out. */
async function canonicalSet(sql: AnySql, ids: IdSet): Promise<IdSet> {
  let out = IdSet.EMPTY;
  for (let after = -1; ;) {
    const part = ids.take(100_000, after);
    const last = part.at(-1);
    if (last === undefined) return out;
    const [row] = await sql<{ ids: Uint8Array }[]>`
      select coalesce(string_agg(int4send(coalesce(p.merged_into, p.id)), ''), '') as ids
      from profiles p where p.id = any(${`{${part.join(",")}}`}::text::int[])`;
    out = out.or(IdSet.fromPacked(row?.ids ?? new Uint8Array()));
    after = last;
  }
}

/**
 * Computes results again that segments use and that are due, one after the other, and takes away what nobody uses. Any
 * number of workers may call it: each result is claimed by one.
 * @returns how many were computed
 */
export async function refreshSqlLists(database: Database, signal?: AbortSignal): Promise<number> {
  const { sql } = database;
  const used = [...(await usedSql(sql))];
  await sql.begin(async (handle) => {
    const tx = handle as unknown as TxSql;
    const rows = await tx<{ id: string }[]>`
      delete from sql_lists where asked_at < ${new Date(Date.now() - KEEP_MS)} and id <> all(${used.map(sqlListId)}::text[]) returning id`;
    if (rows.length > 0) await tx`delete from list_members where list_id = any(${rows.map(({ id }) => id)}::text[])`;
  });
  let done = 0;
  for (const text of used) {
    if (signal?.aborted) break;
    const claimed = await sql`
      update sql_lists set tried_at = now() where id = ${sqlListId(text)}
        and coalesce(tried_at, '-infinity') < ${new Date(Date.now() - SQL_EVERY_MS)} returning id`;
    if (claimed.length === 0) continue;
    try {
      await computeSqlList(database, text);
      done += 1;
    } catch (error) {
      // Kept beside the result for the segment's page; the next try comes with the next round.
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return done;
}

/** How old the results behind a rule's SQL conditions are, and what failed. */
export async function sqlFreshness(sql: AnySql, rule: Rule): Promise<{ asOf: string | null; error: string | null } | null> {
  const ids = sqlOf(rule).map(sqlListId);
  if (ids.length === 0) return null;
  const rows = await sql<{ computedAt: Date | null; error: string | null }[]>`
    select computed_at as "computedAt", error from sql_lists where id = any(${ids}::text[])`;
  const times = rows.map(({ computedAt }) => computedAt?.getTime() ?? null);
  return {
    asOf: rows.length < ids.length || times.includes(null) ? null : new Date(Math.min(...(times as number[]))).toISOString(),
    error: rows.find(({ error }) => error !== null)?.error ?? null,
  };
}
