import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { connect, type Database } from "@/db/client";
import { type Actor, createContext, type Ctx } from "@/domain/kernel/context";
import type { Role } from "@/domain/access/model";
import { fixedClock } from "@/domain/kernel/clock";

export interface TestDatabase extends Database {
  url: string;
  /** Context of a job (may do everything) unless another actor is given. */
  ctx(actor?: Actor): Ctx;
}

/** A fresh migrated database for this test file. Call at the top of a describe or file; use inside tests only. */
export function testDatabase(): TestDatabase {
  const handle = {} as TestDatabase;
  let name = "";
  beforeAll(async () => {
    const template = inject("postgresUrl");
    name = `test_${randomBytes(6).toString("hex")}`;
    await admin(template, async (sql) => {
      // The template must have no other connection; files start at the same time, so take turns.
      await sql`select pg_advisory_lock(1)`;
      await sql.unsafe(`create database "${name}" template "tributary"`);
    });
    const url = template.replace(/\/[^/]*$/, `/${name}`);
    const database = connect(url, { max: 8, applicationName: "test" });
    Object.assign(handle, database, {
      url,
      ctx: (actor: Actor = { kind: "job", id: "test" }) => createContext(actor, database),
    });
  });
  afterAll(async () => {
    await handle.end();
    await admin(inject("postgresUrl"), (sql) => sql.unsafe(`drop database if exists "${name}" with (force)`));
  });
  return handle;
}

async function admin(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url.replace(/\/[^/]*$/, "/postgres"), { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

/** A signed-in member for permission tests. */
export function member(role: Role, seesPersonalData = true): Actor {
  return {
    kind: "user",
    id: `usr_test_${role}`,
    name: `Test ${role}`,
    email: `${role}@example.test`,
    role,
    seesPersonalData,
    sessionId: "ses_test",
  };
}

export { fixedClock };
