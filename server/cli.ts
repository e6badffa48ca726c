import { isAbsolute, resolve } from "node:path";
import { connect } from "@/db/client";
import { createContext } from "@/domain/kernel/context";
import { env } from "@/domain/kernel/env";
import { DomainError } from "@/domain/kernel/errors";
import { Args, type Command } from "./commands/command";
import { commands } from "./commands/index";
import { codeOf } from "./log";

function help(): string {
  const width = Math.max(...commands.map((command) => `${command.name} ${command.usage}`.length));
  const lines = commands.map((command) => `  ${`${command.name} ${command.usage}`.padEnd(width)}  ${command.summary}`);
  return `Usage: npm run -s cli -- <command>\n\n${lines.join("\n")}\n`;
}

/** The command whose words the line begins with; the longest wins. */
function find(words: readonly string[]): { command: Command; rest: string[] } | undefined {
  const matching = commands.filter((command) => command.name.split(" ").every((word, i) => words[i] === word));
  const command = matching.toSorted((a, b) => b.name.length - a.name.length)[0];
  return command && { command, rest: words.slice(command.name.split(" ").length) };
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.length === 0 || ["help", "--help", "-h"].includes(words[0] ?? "")) {
    process.stdout.write(help());
    return;
  }
  const found = find(words);
  if (!found) throw new Error(`Unknown command "${words.slice(0, 2).join(" ")}".\n${help()}`);
  const settings = env();
  if (!settings.DATABASE_URL) throw new Error("DATABASE_URL is not set.");
  const database = connect(settings.DATABASE_URL, { max: 6, statementTimeoutMs: 0, applicationName: "tributary-cli" });
  try {
    const result = await found.command.run(new Args(found.rest), {
      ctx: createContext({ kind: "job", id: "cli" }, database),
      database,
      databaseUrl: settings.DATABASE_URL,
      path: (text) => (isAbsolute(text) ? text : resolve(settings.TRIBUTARY_CWD ?? process.cwd(), text)),
      say: (text) => process.stderr.write(`${text}\n`),
    });
    if (result !== undefined) process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await database.end();
  }
}

/** Errors of the database may hold values of people: shown by their code. */
function textOf(error: unknown): string {
  if (error instanceof DomainError) {
    const fields = Object.entries(error.fields ?? {}).map(([name, text]) => `\n  ${name}: ${text}`);
    return error.message + fields.join("");
  }
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  // A table or column that is not there: the database is older than this release, or new.
  if (code === "42P01" || code === "42703") return "The database is not at this release yet. Run first: npm run -s cli -- migrate";
  return /^(?:[0-9A-Z]{5}|unknown)$/.test(code) && code !== "unknown"
    ? `The database refused the command (SQLSTATE ${code}).`
    : error.message;
}

main().catch((error: unknown) => {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = 1;
});
