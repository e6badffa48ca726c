import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACCOUNTS, PASSWORD } from "./accounts";

const ROOT = join(import.meta.dirname, "..");

/** A port of this machine that nobody uses. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/**
 * Starts the product as a user would (`server/start.mjs`), on a free port, with a database in a temporary folder, and
 * makes one member per role. `E2E_BASE_URL` in the environment means: use that server instead.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.E2E_BASE_URL) return undefined;
  const data = mkdtempSync(join(tmpdir(), "tributary-e2e-"));
  // As root PostgreSQL runs as somebody else, who must be able to enter.
  chmodSync(data, 0o755);
  // The mail server of e2e/messages.spec.ts: the only address of this machine that the product may reach.
  const mailPort = await freePort();
  const { DATABASE_URL: _own, APP_ORIGIN: _origin, ...rest } = process.env;
  const env = {
    ...rest,
    HOST: "127.0.0.1",
    PORT: "0",
    DATA_DIR: data,
    ADMIN_EMAIL: ACCOUNTS.admin.email,
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: "warn",
    OUTGOING_ALLOW: `127.0.0.1:${mailPort}`,
  };
  const server = spawn(process.execPath, [join(ROOT, "server/start.mjs")], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const exited = new Promise<void>((done) => server.once("exit", () => done()));
  const stop = async (): Promise<void> => {
    server.kill("SIGTERM");
    await exited;
    rmSync(data, { recursive: true, force: true });
  };
  const url = await new Promise<string>((done, fail) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /running at (http:\S+)/.exec(output)?.[1];
      if (found) done(found);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.once("exit", (code) => fail(new Error(`The server ended with ${code}:\n${output}`)));
  });
  server.stdout.on("data", (chunk: Buffer) => process.env.E2E_VERBOSE && process.stdout.write(chunk));
  server.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));

  const cli = (...args: string[]): unknown =>
    JSON.parse(
      execFileSync(process.execPath, [join(ROOT, "server/cli.mjs"), ...args], { cwd: ROOT, env, input: `${PASSWORD}\n`, encoding: "utf8" }),
    );
  try {
    for (const [name, account] of Object.entries(ACCOUNTS)) {
      if (name === "admin") continue;
      const extra = account.seesPersonalData ? [] : ["--masked"];
      cli("user", "create", "--email", account.email, "--name", account.name, "--role", account.role, "--password-stdin", ...extra);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  process.env.E2E_BASE_URL = url;
  process.env.E2E_DATA_DIR = data;
  process.env.E2E_MAIL_PORT = String(mailPort);
  return stop;
}
