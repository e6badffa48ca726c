import { connect } from "@/db/client";
import { migrate } from "@/db/migrate";
import { createFirstAdmin, ensureSetupToken, needsFirstAdmin } from "@/domain/access";
import { createDemoSignIns, DEMO_PEOPLE, DEMO_SEED, readDemoStatus } from "@/domain/demo";
import { ensureInboxPartitions } from "@/domain/events";
import { createContext, type Ctx } from "@/domain/kernel/context";
import { env } from "@/domain/kernel/env";
import { loadDemo } from "./commands/demo";

/**
 * Steps of a start that need the domain: `node dist/prepare.js migrate|first-admin|demo`. The last line of stdout is
 * JSON for the supervisor: `outcome` in a few words, and what it should print.
 */
interface Answer {
  outcome: string;
  /** Path with a one-time token under which the first admin is made; null where the demo sign-ins made it pointless. */
  setupPath?: string | null;
  demoAccounts?: { role: string; email: string; password: string }[];
}

function databaseUrl(): string {
  const url = env().DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set.");
  return url;
}

async function withContext(work: (ctx: Ctx) => Promise<Answer>): Promise<Answer> {
  const database = connect(databaseUrl(), { max: 4, statementTimeoutMs: 0, applicationName: "tributary-prepare" });
  try {
    return await work(createContext({ kind: "job", id: "start" }, database));
  } finally {
    await database.end();
  }
}

const tasks: Record<string, () => Promise<Answer>> = {
  async migrate() {
    const applied = await migrate(databaseUrl());
    // Before anything is stored: what falls into the default partition has to be moved out again under a lock.
    await withContext(async ({ sql, clock }) => {
      await ensureInboxPartitions(sql, clock.now());
      return { outcome: "ready" };
    });
    return { outcome: applied === 0 ? "current" : `${applied} applied` };
  },
  "first-admin": () =>
    withContext(async (ctx) => {
      const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = env();
      if ((email === undefined) !== (password === undefined)) {
        throw new Error(
          `${email === undefined ? "ADMIN_EMAIL" : "ADMIN_PASSWORD"} is missing: the first admin is made from ADMIN_EMAIL and ADMIN_PASSWORD together.`,
        );
      }
      if (!(await needsFirstAdmin(ctx))) return { outcome: "members exist" };
      if (email !== undefined && password !== undefined) {
        await createFirstAdmin(ctx, { trusted: true, email, name: email.split("@", 1)[0], password });
        return { outcome: "first admin made from ADMIN_EMAIL" };
      }
      const token = await ensureSetupToken(ctx);
      return { outcome: "waiting for the first admin", setupPath: `/setup?token=${token}` };
    }),
  demo: () =>
    withContext(async (ctx) => {
      const before = await readDemoStatus(ctx);
      if (before.phase === "removing") return { outcome: "being removed" };
      const status = before.phase === "loaded" ? before : await loadDemo(ctx, ctx.root, { people: DEMO_PEOPLE, seed: DEMO_SEED });
      const demoAccounts = await createDemoSignIns(ctx, { host: env().HOST });
      const people = `${status.people.toLocaleString("en-US")} people`;
      return { outcome: before.phase === "loaded" ? `${people}, current` : `${people} loaded`, demoAccounts, setupPath: null };
    }),
};

async function main(): Promise<void> {
  const task = tasks[process.argv[2] ?? ""];
  if (!task) throw new Error(`Unknown step "${process.argv[2] ?? ""}"; known: ${Object.keys(tasks).join(", ")}`);
  process.stdout.write(`${JSON.stringify(await task())}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
