import { createHash } from "node:crypto";
import { connectLike, type Database, type TxSql } from "@/db/client";
import type { Json } from "@/domain/events/model";
import { DomainError } from "@/domain/kernel/errors";
import { hmac } from "@/domain/kernel/secrets";
import { checkSql } from "./checked-sql";

/** A condition that finds more people than this is refused. */
export const SQL_ROWS = 5_000_000;
const TIMEOUT_MS = 20_000;
const SCHEMA = "segment_sql";

/** The role of a database that may read the views of conditions and nothing else. */
export const readerRole = (database: string): string => `tributary_sql_${createHash("md5").update(database).digest("hex").slice(0, 10)}`;

const ready = new WeakMap<object, Promise<{ user: string; password: string }>>();

/** Makes the role, or sets it right: who may do what must not depend on what somebody did to it by hand. */
async function reader(database: Pick<Database, "sql">): Promise<{ user: string; password: string }> {
  let made = ready.get(database.sql);
  if (!made) {
    made = makeReader(database);
    made.catch(() => ready.delete(database.sql));
    ready.set(database.sql, made);
  }
  return made;
}

async function makeReader({ sql }: Pick<Database, "sql">): Promise<{ user: string; password: string }> {
  const [row] = await sql<{ name: string }[]>`select current_database() as name`;
  const user = readerRole(row?.name ?? "");
  // Letters and digits only: both go into the statement as text, which takes no parameters.
  const password = hmac("segment-sql", user);
  try {
    await sql.begin(async (handle) => {
      const tx = handle as unknown as TxSql;
      await tx`select pg_advisory_xact_lock(7201014)`;
      const [known] = await tx`select 1 from pg_roles where rolname = ${user}`;
      await tx.unsafe(
        `${known ? "alter" : "create"} role "${user}" login noinherit nocreatedb nocreaterole nosuperuser noreplication nobypassrls connection limit 8 password '${password}'`,
      );
      await tx.unsafe(`alter role "${user}" set default_transaction_read_only = on`);
      await tx.unsafe(`grant usage on schema ${SCHEMA} to "${user}"`);
      await tx.unsafe(`grant select on all tables in schema ${SCHEMA} to "${user}"`);
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "42501") throw error;
    throw new DomainError(
      "PRECONDITION_FAILED",
      "SQL conditions run as a database role that may only read. This install's own database user may not create it: give it the right CREATEROLE, then try again.",
    );
  }
  return { user, password };
}

interface SqlOptions {
  timeoutMs?: number | undefined;
  rows?: number | undefined;
}

/**
 * Asks a question as the reading role on a connection of its own, in a transaction that may not write, within a time
 * limit. `wrap` sets the checked text into brackets; its only parameter is one row more than may come.
 * @throws DomainError in words, for whoever wrote the SQL
 */
async function ask<T extends object>(
  database: Database,
  text: string,
  options: SqlOptions,
  wrap: (question: string) => string,
  count: (rows: readonly T[]) => number,
): Promise<{ rows: readonly T[]; ms: number }> {
  const question = checkSql(text);
  const rows = options.rows ?? SQL_ROWS;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const role = await reader(database);
  const started = performance.now();
  const connection = connectLike(database, { max: 1, statementTimeoutMs: timeoutMs, applicationName: "tributary-sql", ...role });
  try {
    const found = (await connection.sql.begin("read only", async (handle) => {
      const tx = handle as unknown as TxSql;
      await tx.unsafe(`set local search_path = ${SCHEMA}`);
      // Parsed by the extended protocol, which takes one statement only.
      return { rows: await tx.unsafe<T[]>(wrap(question), [rows + 1]) };
    })) as unknown as { rows: readonly T[] };
    if (count(found.rows) > rows)
      throw new DomainError(
        "LIMIT_EXCEEDED",
        `The SQL finds more than ${rows.toLocaleString("en")} rows. Narrow it, or select each person once.`,
      );
    return { rows: found.rows, ms: Math.round(performance.now() - started) };
  } catch (error) {
    throw inWords(error, timeoutMs);
  } finally {
    await connection.end();
  }
}

/**
 * Profile ids (any fragments) that a condition selects.
 * @throws DomainError in words, for whoever wrote the SQL
 */
export async function runSql(database: Database, text: string, options: SqlOptions = {}): Promise<{ ids: Uint8Array; ms: number }> {
  const { rows, ms } = await ask<{ ids: Uint8Array; n: number }>(
    database,
    text,
    options,
    (question) => `select coalesce(string_agg(int4send(q.id::int4), ''), '') as ids, count(*)::int as n
      from (select s.id from (${question}\n) as s(id) where s.id is not null limit $1::int) q`,
    ([row]) => row?.n ?? 0,
  );
  return { ids: rows[0]?.ids ?? new Uint8Array(), ms };
}

/**
 * Profile ids (any fragments) with the value that the second column gives each; rows without one are left out.
 * @throws DomainError in words, for whoever wrote the SQL
 */
export async function runSqlValues(
  database: Database,
  text: string,
  options: SqlOptions = {},
): Promise<readonly { id: number; value: Json }[]> {
  const { rows } = await ask<{ id: number; value: Json }>(
    database,
    text,
    options,
    (question) => `select s.id::int4 as id, to_jsonb(s.v) as value from (${question}\n) as s(id, v)
      where s.id is not null and s.v is not null limit $1::int`,
    (list) => list.length,
  );
  return rows;
}

/** What PostgreSQL says of names and grammar helps whoever wrote the SQL; what it says of values may hold somebody's data. */
function inWords(error: unknown, timeoutMs: number): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (error instanceof DomainError || typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) return error;
  const say = (text: string): DomainError => new DomainError("VALIDATION", text, { fields: { rule: "the SQL failed" }, data: { code } });
  if (code === "57014")
    return new DomainError("LIMIT_EXCEEDED", `The SQL took longer than ${Math.round(timeoutMs / 1000)} s. Narrow it, for example by time.`);
  if (code === "42501") return say("The SQL reads something that it may not read. Use the views that are listed.");
  if (code === "42846" || code === "22003" || code === "22P02")
    return say(
      "The first column must hold numbers of profiles (profile_id), or a value could not be read as the type that the SQL asks for.",
    );
  if (code.startsWith("42")) return say(`The SQL was not understood: ${String(message).slice(0, 300)}.`);
  if (code.startsWith("22")) return say("A value could not be computed: check divisions, casts and dates.");
  return say(`The SQL failed (${code}).`);
}
