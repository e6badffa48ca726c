import { migrate } from "@/db/migrate";
import { env } from "@/domain/kernel/env";

/**
 * Steps of a start that need the domain: `node dist/prepare.js migrate|first-admin|demo`. The last line of stdout is
 * JSON for the supervisor: `outcome` in a few words, and what it should print.
 */
interface Answer {
  outcome: string;
  /** Path with a one-time token under which the first admin is made. */
  setupPath?: string;
  demoAccounts?: { role: string; email: string; password: string }[];
}

function databaseUrl(): string {
  const url = env().DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set.");
  return url;
}

const tasks: Record<string, () => Promise<Answer>> = {
  async migrate() {
    const applied = await migrate(databaseUrl());
    return { outcome: applied === 0 ? "current" : `${applied} applied` };
  },
  async "first-admin"() {
    return { outcome: "current" };
  },
  async demo() {
    return { outcome: "nothing to load" };
  },
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
