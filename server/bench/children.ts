import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "..", "..");
const TSX = pathToFileURL(join(ROOT, "node_modules", "tsx", "dist", "esm", "index.mjs")).href;

/** Runs a TypeScript file of the project in a process of its own, and waits until it says "ready". */
export async function startTs(file: string, variables: Record<string, string>): Promise<ChildProcess> {
  // oxlint-disable-next-line no-process-env
  const inherited = process.env;
  // As the worker runs (server/supervisor.mjs).
  const child = spawn(
    process.execPath,
    ["--max-semi-space-size=64", "--conditions=react-server", "--import", TSX, join(import.meta.dirname, file)],
    {
      cwd: ROOT,
      env: { ...inherited, ...variables },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
  );
  await new Promise<void>((ready, failed) => {
    child.once("message", () => ready());
    child.once("exit", (code) => failed(new Error(`${file} ended with ${code}`)));
  });
  return child;
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await gone;
}

/** Resident memory in bytes of the processes that descend from `pid`, by command line. */
export function memoryOf(pid: number): { pid: number; bytes: number; command: string }[] {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,rss=,command="], { encoding: "utf8" }).trim().split("\n");
  const all = lines.flatMap((line) => {
    const [, own, parent, kib, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return own ? [{ pid: Number(own), parent: Number(parent), bytes: Number(kib) * 1024, command: command ?? "" }] : [];
  });
  const family = new Set([pid]);
  for (let grew = true; grew;) {
    grew = false;
    for (const one of all) {
      if (family.has(one.parent) && !family.has(one.pid)) {
        family.add(one.pid);
        grew = true;
      }
    }
  }
  return all.filter((one) => one.pid !== pid && family.has(one.pid));
}
