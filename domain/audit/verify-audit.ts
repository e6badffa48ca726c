import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnySql, Database } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import type { Ctx } from "@/domain/kernel/context";
import { env } from "@/domain/kernel/env";
import { hmac } from "@/domain/kernel/secrets";
import type { AuditVerification } from "./model";

interface Anchor {
  seq: number;
  hash: string;
}

const file = (): string => join(env().DATA_DIR, "audit-anchors.jsonl");
const signatureOf = ({ seq, hash }: Anchor): string => hmac("audit-anchor", `${seq}:${hash}`);

/**
 * Writes down, signed, where the chain stands: in the database and in DATA_DIR/audit-anchors.jsonl. Without it a log
 * whose newest entries were cut off would look whole. @returns the entry's number, or null when nothing is new
 */
export async function anchorAudit(database: Pick<Database, "sql">, now: Date): Promise<number | null> {
  const { sql } = database;
  const [last] = await sql<Anchor[]>`select seq, hash from audit_log order by seq desc limit 1`;
  if (!last) return null;
  const signature = signatureOf(last);
  const added = await sql`
    insert into audit_anchors (seq, hash, signature, at) values (${last.seq}, ${last.hash}, ${signature}, ${now}) on conflict (seq) do nothing`;
  if (added.count === 0) return null;
  await mkdir(env().DATA_DIR, { recursive: true });
  const handle = await open(file(), "a", 0o600);
  try {
    await handle.write(`${JSON.stringify({ ...last, at: now.toISOString(), signature })}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  return last.seq;
}

/** Anchors whose signature holds: of the database and of the file. A forged one is worth nothing. */
async function anchorsOf(sql: AnySql): Promise<Anchor[]> {
  const rows: (Anchor & { signature: string })[] = await sql<
    (Anchor & { signature: string })[]
  >`select seq, hash, signature from audit_anchors`;
  let text = "";
  try {
    text = await readFile(file(), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const kept = text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as Anchor & { signature: string }];
    } catch {
      return [];
    }
  });
  return [...rows, ...kept].filter((anchor) => anchor.signature === signatureOf(anchor));
}

interface ChainRow {
  seq: number;
  id: string;
  at: Date;
  actorKind: string;
  actorId: string;
  action: string;
  objectType: string;
  objectId: string;
  before: unknown;
  after: unknown;
  detail: unknown;
  previousHash: string;
  hash: string;
}

/** Recomputes every entry's hash from the first on, and compares with the anchors. @returns the first problem in words */
async function findProblem(sql: AnySql): Promise<{ entries: number; problem: string | null }> {
  const anchors = new Map((await anchorsOf(sql)).map((anchor) => [anchor.seq, anchor.hash]));
  let previous = "";
  let entries = 0;
  const rows = sql<ChainRow[]>`
    select seq, id, at, actor_kind as "actorKind", actor_id as "actorId", action, object_type as "objectType", object_id as "objectId",
      before, after, detail, previous_hash as "previousHash", hash
    from audit_log order by seq`.cursor(2_000);
  for await (const page of rows) {
    for (const { previousHash, hash, at, ...row } of page) {
      if (row.seq !== entries + 1) return { entries, problem: `Entry ${entries + 1} is missing.` };
      if (previousHash !== previous) return { entries, problem: `Entry ${row.seq} does not follow the one before it.` };
      if (hmac("audit", previous + canonicalJson({ ...row, at: at.toISOString() })) !== hash)
        return { entries, problem: `Entry ${row.seq} was changed.` };
      const anchored = anchors.get(row.seq);
      if (anchored !== undefined && anchored !== hash) return { entries, problem: `Entry ${row.seq} is not the one that was anchored.` };
      previous = hash;
      entries = row.seq;
    }
  }
  const cut = [...anchors.keys()].filter((seq) => seq > entries).toSorted((a, b) => b - a)[0];
  return {
    entries,
    problem:
      cut === undefined ? null : `The log ends at entry ${entries}, and an anchor knows entry ${cut}: the newest entries were cut off.`,
  };
}

/** Verifies the chain and keeps the result for the screen. */
export async function verifyAudit(ctx: Ctx): Promise<AuditVerification> {
  requirePermission(ctx, "audit:read");
  return checkAudit(ctx.root, ctx.clock.now());
}

/** The same for house-keeping. */
export async function checkAudit(database: Pick<Database, "sql">, now: Date): Promise<AuditVerification> {
  const started = performance.now();
  const found = await findProblem(database.sql);
  const ms = Math.round(performance.now() - started);
  await database.sql`
    insert into audit_verifications (name, at, entries, problem, ms) values ('main', ${now}, ${found.entries}, ${found.problem}, ${ms})
    on conflict (name) do update set at = excluded.at, entries = excluded.entries, problem = excluded.problem, ms = excluded.ms`;
  return { ...found, at: now.toISOString(), ms };
}
