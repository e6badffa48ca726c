import type { Database, TxSql } from "@/db/client";
import { recordAudit } from "@/domain/audit";
import { lockIdentity, processAll, suppressionHash, suppressionTag } from "@/domain/identity";
import { createContext, withTx, type Clock, type Ctx } from "@/domain/kernel";
import { readLedger, type LedgerIdentifier, type LedgerLine } from "./ledger";
import type { SubjectIdentifier } from "./model";
import { noteActivity } from "./request-rows";
import { runErasures } from "./run-erasures";

export interface Repeated {
  /** Erasures that were made after the backup and were made again. */
  erasures: number;
  /** Tombstones that the backup did not have. */
  tombstones: number;
}

type ErasedLine = Extract<LedgerLine, { kind: "erased" }>;

/**
 * After a restore: repeats what the ledger outside the database says was erased or suppressed after the backup was
 * taken. People are found by the keyed hashes of their identifiers. Call it before the server runs on the database.
 */
export async function repeatErasures(database: Database, takenAt: Date, clock?: Clock): Promise<Repeated> {
  const lines = await readLedger();
  if (lines.length === 0) return { erasures: 0, tombstones: 0 };
  const ctx = createContext({ kind: "job", id: "restore" }, database, clock);
  const erased = lines.filter((line): line is ErasedLine => line.kind === "erased" && Date.parse(line.at) >= takenAt.getTime());
  // What waits in the backup's inbox is theirs, too: it becomes part of the person before the person goes.
  if (erased.length > 0) await processAll(database);
  const people = await peopleOf(ctx, erased);
  const tombstones = await placeTombstones(ctx, lines);
  for (const [line, subject] of people) await reopen(ctx, line, subject);
  if (people.size > 0) await runErasures(database, clock ? { clock } : {});
  return { erasures: people.size, tombstones };
}

async function peopleOf(ctx: Ctx, lines: readonly ErasedLine[]): Promise<Map<ErasedLine, SubjectIdentifier[]>> {
  const byHash = new Map(lines.flatMap((line) => line.identifiers.map(({ hash }) => [hash, line] as const)));
  const tags = new Set(lines.flatMap((line) => line.identifiers.map(({ tag }) => tag)));
  const out = new Map<ErasedLine, SubjectIdentifier[]>();
  if (tags.size === 0) return out;
  const rows = ctx.sql<SubjectIdentifier[]>`select type, value from identifiers`.cursor(5_000);
  for await (const page of rows) {
    for (const ref of page) {
      if (!tags.has(suppressionTag(ref.type, ref.value))) continue;
      const line = byHash.get(suppressionHash(ref));
      if (line) out.set(line, [...(out.get(line) ?? []), { type: ref.type, value: ref.value }]);
    }
  }
  return out;
}

/** The tombstones that stand at the end of the ledger. */
async function placeTombstones(ctx: Ctx, lines: readonly LedgerLine[]): Promise<number> {
  const standing = new Map<string, LedgerIdentifier & { requestId: string }>();
  const ended = new Set<string>();
  for (const line of lines) {
    if (line.kind === "unsuppressed") {
      for (const hash of line.hashes) {
        standing.delete(hash);
        ended.add(hash);
      }
    } else if (line.kind === "suppressed" || line.suppress) {
      for (const identifier of line.identifiers) {
        standing.set(identifier.hash, { ...identifier, requestId: line.requestId });
        ended.delete(identifier.hash);
      }
    }
  }
  return withTx(ctx, async (tx) => {
    const sql = tx.sql as TxSql;
    const cursor = await lockIdentity(sql);
    await sql`delete from suppressions where hash = any(${[...ended]}::text[])`;
    const added = await sql`
      insert into suppressions (hash, tag, type, request_id, created_at, after_xid, after_inbox_id)
      select hash, tag, type, "requestId", ${tx.clock.now()}::timestamptz, ${cursor.xid}, ${cursor.id}::int8
      from json_to_recordset(${JSON.stringify([...standing.values()])}::text::json) as r(hash text, tag int, type text, "requestId" text)
      on conflict (hash) do nothing`;
    return added.count;
  });
}

async function reopen(ctx: Ctx, line: ErasedLine, subject: readonly SubjectIdentifier[]): Promise<void> {
  await withTx(ctx, async (tx) => {
    const now = tx.clock.now();
    await tx.sql`
      insert into dsr_requests as r (id, kind, regime, status, channel, subject, subject_hashes, options, received_at, due_at, verified_at, verified_by)
      values (${line.requestId}, 'erasure', 'other', 'running', 'operator', ${JSON.stringify(subject)}::text::jsonb, ${subject.map(suppressionHash)},
        ${JSON.stringify({ suppress: line.suppress })}::text::jsonb, ${line.at}::timestamptz, ${now}, ${line.at}::timestamptz, 'ledger')
      on conflict (id) do update set status = 'running', subject = excluded.subject, work = null, updated_at = ${now}`;
    // The restored certificate, if any, belongs to the state that the backup undid.
    await tx.sql`delete from erasure_certificates where request_id = ${line.requestId}`;
    await noteActivity(tx, line.requestId, "repeated", { erasedAt: line.at });
    await recordAudit(tx, { action: "request.repeated", object: { type: "request", id: line.requestId }, detail: { erasedAt: line.at } });
  });
}
