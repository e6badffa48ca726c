import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema";

/** Raw driver handle: tagged templates, `.begin`, `.unsafe`. A transaction's handle has the same call shape. */
export type Sql = postgres.Sql<{ int8: number }>;
export type TxSql = postgres.TransactionSql<{ int8: number }>;
export type AnySql = Sql | TxSql;
export type Db = PostgresJsDatabase<typeof schema>;

export interface Database {
  sql: Sql;
  db: Db;
  end(): Promise<void>;
}

export interface ConnectOptions {
  max?: number;
  /** Milliseconds; 0 means none. Web 5 s, worker 5 min. */
  statementTimeoutMs?: number;
  applicationName?: string;
  ssl?: postgres.Options<Record<string, never>>["ssl"];
}

export interface LikeConnectOptions extends ConnectOptions {
  /** Another role than that of the pool. */
  user?: string;
  password?: string;
}

/**
 * Opens a pool. One client serves both raw SQL and drizzle (see `typed`):
 * - `int8` comes back as number (all of ours are below 2^53), `numeric` as text, `timestamptz` as Date;
 * - a Date parameter may be passed to raw SQL; JSON goes as `${JSON.stringify(x)}::text::jsonb`.
 */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const sql = postgres(url, {
    max: options.max ?? 12,
    idle_timeout: 60,
    connect_timeout: 10,
    keep_alive: 10,
    onnotice: () => {},
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    types: {
      int8: { to: 20, from: [20], serialize: (value: number) => String(value), parse: (text: string) => Number(text) },
    },
    connection: {
      application_name: options.applicationName ?? "tributary",
      // Dates without a zone are UTC, in SQL as in memory.
      TimeZone: "UTC",
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  }) as unknown as Sql;
  return { sql, db: typed(sql), end: () => sql.end({ timeout: 5 }) };
}

/** Another pool to the same database: for work that needs connections of its own (temporary tables, long reads). */
export function connectLike(database: Pick<Database, "sql">, options: LikeConnectOptions = {}): Database {
  const { host, port, user, pass, database: name, ssl } = (database.sql as unknown as { options: LikeOptions }).options;
  const url = new URL("postgres://localhost");
  url.hostname = host[0] ?? "localhost";
  url.port = String(port[0] ?? 5432);
  url.username = encodeURIComponent(options.user ?? user);
  url.password = encodeURIComponent(options.password ?? (typeof pass === "string" ? pass : ""));
  url.pathname = `/${encodeURIComponent(name)}`;
  return connect(url.href, { ...options, ssl });
}

interface LikeOptions {
  host: string[];
  port: number[];
  user: string;
  pass: unknown;
  database: string;
  ssl: ConnectOptions["ssl"];
}

/**
 * drizzle over a raw handle (pool or transaction). drizzle switches the driver's own date parsing off for every
 * user of the client, so it is switched on again here: drizzle accepts a Date where it expects text.
 */
export function typed(sql: AnySql, root?: Sql): Db {
  const options = (root ?? (sql as Sql)).options;
  const handle = root ? Object.assign(sql, { options }) : sql;
  const db = drizzle(handle as unknown as postgres.Sql, { schema });
  const toDate = (text: string): Date => new Date(text);
  const fromDate = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);
  for (const oid of [1184, 1114]) {
    (options.parsers as Record<number, unknown>)[oid] = toDate;
    (options.serializers as Record<number, unknown>)[oid] = fromDate;
  }
  const toJson = (value: unknown): unknown => (typeof value === "string" ? value : JSON.stringify(value));
  for (const oid of [114, 3802]) (options.serializers as Record<number, unknown>)[oid] = toJson;
  return db;
}
