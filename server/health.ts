import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@/db/client";
import { processingFailure } from "@/domain/identity";
import { differingSegments } from "@/domain/segments";
import { codeOf } from "./log";

const PROBE_MS = 500;
const DISK_LEAST = 200 * 1024 * 1024;

export interface Check {
  ok: boolean;
  [detail: string]: unknown;
}

export interface Readiness {
  ready: boolean;
  /** What is wrong without being a reason to send nobody here: collection works while processing stands. */
  degraded: string[];
  checks: Record<string, Check>;
}

/** Settings without which an acknowledged message could be lost in a crash. */
const DURABLE = ["fsync", "full_page_writes", "synchronous_commit"] as const;

/** Whether this process can do its work right now: a committed write, the right schema, room on the disk, durability. */
export async function readiness(database: Database, folder: { root: string; data: string }): Promise<Readiness> {
  const [write, migrations, queue, processing, segments, disk, durability] = await Promise.all([
    timed(async () => {
      // A WAL record of our own: goes the whole way to the disk and leaves no row behind.
      await database.sql`select pg_logical_emit_message(true, 'tributary.health', '')`;
      return {};
    }),
    timed(async () => {
      const newest = newestMigration(folder.root);
      const [row] = await database.sql<{ at: number | null }[]>`select max(created_at)::int8 as at from drizzle.__drizzle_migrations`;
      return { ok: row?.at === newest };
    }),
    timed(async () => {
      const [row] = await database.sql<{ seconds: number }[]>`
        select coalesce(extract(epoch from now() - (
          select i.received_at from inbox i, processing_cursors c
          where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id) order by i.xid, i.id limit 1)), 0)::float8 as seconds`;
      return { oldestPendingSeconds: Math.max(0, Math.round(row?.seconds ?? 0)) };
    }),
    timed(async () => {
      const failure = await processingFailure(database.sql);
      return failure
        ? { ok: false, failure: failure.code, since: failure.since, attempts: failure.attempts, inboxId: failure.inboxId }
        : {};
    }),
    timed(async () => {
      const differing = await differingSegments(database);
      return { ok: differing === 0, differing };
    }),
    timed(async () => {
      const { bavail, bsize } = await statfs(folder.data);
      return { ok: bavail * bsize >= DISK_LEAST, freeBytes: bavail * bsize };
    }),
    timed(async () => {
      const rows = await database.sql<{ name: string; setting: string }[]>`
        select name, setting from pg_settings where name = any(${DURABLE as unknown as string[]}::text[])`;
      return {
        ok: rows.length === DURABLE.length && rows.every((row) => row.setting !== "off"),
        off: rows.filter((row) => row.setting === "off").map((row) => row.name),
      };
    }),
  ]);
  const needed = { write, migrations, queue, disk, durability };
  return {
    ready: Object.values(needed).every((check) => check.ok),
    degraded: [...(processing.ok ? [] : ["processing"]), ...(segments.ok ? [] : ["segments"])],
    checks: { ...needed, processing, segments },
  };
}

async function timed(probe: () => Promise<Record<string, unknown>>): Promise<Check> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(Object.assign(new Error("late"), { code: "late" })), PROBE_MS);
  });
  try {
    const found = await Promise.race([probe(), late]);
    return { ok: true, ...found, ms: Math.round(performance.now() - started) };
  } catch (error) {
    return { ok: false, code: codeOf(error), ms: Math.round(performance.now() - started) };
  } finally {
    clearTimeout(timer);
  }
}

function newestMigration(root: string): number {
  const file = join(root, "db", "migrations", "meta", "_journal.json");
  if (!existsSync(file)) return -1;
  const journal = JSON.parse(readFileSync(file, "utf8")) as { entries: { when: number }[] };
  return Math.max(...journal.entries.map((entry) => entry.when));
}
