import { AsyncLocalStorage } from "node:async_hooks";
import { connect, typed, type AnySql, type Database, type Db, type Sql, type TxSql } from "@/db/client";
import type { Permission, Role } from "@/domain/access/model";
import { systemClock, type Clock } from "./clock";
import { env } from "./env";

/** Who acts. Jobs and webhooks are first-class actors and are audited like people. */
export type Actor =
  | {
      kind: "user";
      id: string;
      name: string;
      email: string;
      role: Role;
      seesPersonalData: boolean;
      sessionId: string;
      /** The install requires a second factor, and this member has none yet: nothing else is open until then. */
      owesSecondFactor?: boolean;
    }
  | { kind: "apiKey"; id: string; name: string; scopes: readonly Permission[] }
  | { kind: "job"; id: string }
  | { kind: "webhook"; id: string };

/**
 * What every verb gets: the actor, the clock and the database. `sql` (raw) and `db` (drizzle) share one connection
 * inside a transaction. The same verb runs from a server action, a route, the worker, the CLI, the seed and a test.
 */
export interface Ctx {
  actor: Actor;
  clock: Clock;
  sql: AnySql;
  db: Db;
  /** The pool; only `withTx` uses it. */
  root: Database;
  inTx: boolean;
}

const insideTx = new AsyncLocalStorage<true>();

export function createContext(actor: Actor, database: Database, clock: Clock = systemClock): Ctx {
  return { actor, clock, sql: guarded(database.sql), db: database.db, root: database, inTx: false };
}

/** Runs `work` in one transaction (joins the outer one if there is one). A throw rolls everything back. */
export async function withTx<T>(ctx: Ctx, work: (tx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.inTx) return work(ctx);
  const out = await insideTx.run(true, () =>
    ctx.root.sql.begin(async (tsql) => {
      const handle = tsql as unknown as TxSql;
      return { value: await work({ ...ctx, sql: handle, db: typed(handle, ctx.root.sql), inTx: true }) };
    }),
  );
  return (out as { value: T }).value;
}

/**
 * Trip-wire: using the pool inside a transaction callback is the commonest mistake with a passed-on handle
 * (the statement escapes the transaction), so it throws.
 */
function guarded(sql: Sql): Sql {
  return new Proxy(sql, {
    apply(target, thisArg, args) {
      if (insideTx.getStore()) throw new Error("The pool was used inside a transaction: pass the transaction's ctx on.");
      return Reflect.apply(target as unknown as (...a: unknown[]) => unknown, thisArg, args);
    },
  });
}

let shared: Database | undefined;

/** The pool of this process, opened from DATABASE_URL at first use. */
export function database(): Database {
  if (!shared) {
    const url = env().DATABASE_URL;
    if (!url) throw new Error("DATABASE_URL is not set. `npm start` starts a database by itself; other processes need the variable.");
    shared = connect(url, { max: env().DATABASE_POOL });
  }
  return shared;
}
