import { z } from "zod";
import type { AnySql, Database } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { createContext, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { DATA_CLASSES, RETENTION_LIMITS, type DataClass, type RetentionView } from "./model";

const DAY = 86_400_000;
const AT_ONCE = 20_000;

const schema = z
  .strictObject({
    dataClass: z.enum(DATA_CLASSES),
    /** Null: kept for ever. */
    days: z.number().int("Enter whole days.").nullable(),
    /** Reason of a legal hold; empty or null: none. */
    hold: z.string().trim().max(500).nullish(),
  })
  .superRefine(({ dataClass, days }, ctx) => {
    const { least } = RETENTION_LIMITS[dataClass];
    if (days !== null && (days < least || days > 36_500))
      ctx.addIssue({ code: "custom", path: ["days"], message: `Between ${least} and 36,500 days.` });
  });

interface RuleRow {
  dataClass: DataClass;
  days: number;
  hold: string | null;
  updatedAt: Date;
}

const rulesOf = (sql: AnySql) =>
  sql<RuleRow[]>`select data_class as "dataClass", days, hold, updated_at as "updatedAt" from retention_rules`;

/** Rules with what the next run would delete, counted now. */
export async function readRetention(ctx: Ctx): Promise<RetentionView> {
  requirePermission(ctx, "governance:read");
  const rules = new Map((await rulesOf(ctx.sql)).map((row) => [row.dataClass, row]));
  const now = ctx.clock.now();
  const rows: RetentionView["rules"] = [];
  for (const dataClass of DATA_CLASSES) {
    const rule = rules.get(dataClass);
    const due = rule && rule.hold === null && rule.days > 0 ? await countDue(ctx.sql, dataClass, before(now, rule.days)) : null;
    rows.push({
      dataClass,
      days: rule && rule.days > 0 ? rule.days : null,
      hold: rule?.hold ?? null,
      due,
      oldest: (await oldestOf(ctx.sql, dataClass))?.toISOString() ?? null,
    });
  }
  return { rules: rows, asOf: now.toISOString() };
}

const before = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY);

/** What a rule would delete, before it is saved. */
export async function previewRetention(ctx: Ctx, input: unknown): Promise<{ due: number; unit: "rows" | "days" }> {
  requirePermission(ctx, "governance:read");
  const { dataClass, days } = parseInput(schema, input);
  return {
    due: days === null ? 0 : await countDue(ctx.sql, dataClass, before(ctx.clock.now(), days)),
    unit: dataClass === "inbox" ? "days" : "rows",
  };
}

/** Sets how long a class of data is kept, or holds it. */
export async function setRetention(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "governance:write");
  const { dataClass, days, hold } = parseInput(schema, input);
  await withTx(ctx, async (tx) => {
    const [old] = await tx.sql<
      { days: number; hold: string | null }[]
    >`select days, hold from retention_rules where data_class = ${dataClass} for update`;
    // No days: a row of zero, which keeps for ever, so that a hold can stand on it.
    await tx.sql`
      insert into retention_rules (data_class, days, hold, updated_at, updated_by)
      values (${dataClass}, ${days ?? 0}, ${hold || null}, ${tx.clock.now()}, ${tx.actor.id})
      on conflict (data_class) do update set days = excluded.days, hold = excluded.hold, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
    await recordAudit(tx, {
      action: "retention.changed",
      object: { type: "retention", id: dataClass },
      before: old ?? null,
      after: { days, hold: hold || null },
    });
  });
}

/** Days of the archive whose every message was processed: they can go as whole partitions. */
async function oldPartitions(sql: AnySql, until: Date): Promise<string[]> {
  const day = until.toISOString().slice(0, 10).replaceAll("-", "_");
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.inbox'::regclass and c.relname ~ '^inbox_\\d{4}_\\d{2}_\\d{2}$' and c.relname < ${`inbox_${day}`} order by 1`;
  const out: string[] = [];
  for (const { name } of rows) {
    const [waiting] = await sql`
      select 1 from ${sql(name)} i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id) limit 1`;
    if (!waiting) out.push(name);
  }
  return out;
}

async function countDue(sql: AnySql, dataClass: DataClass, until: Date): Promise<number> {
  if (dataClass === "inbox") return (await oldPartitions(sql, until)).length;
  const [row] = await sql<{ n: number }[]>`select count(*)::int8 as n from ${due(sql, dataClass, until)}`;
  return row?.n ?? 0;
}

type RowClass = Exclude<DataClass, "inbox">;
const TABLES: Record<RowClass, string> = {
  rejected: "rejected_messages",
  transitions: "segment_transitions",
  segment_sizes: "segment_sizes",
  requests: "dsr_requests",
};

/** Table and condition of what is older than a time. */
const due = (sql: AnySql, dataClass: RowClass, until: Date) => {
  switch (dataClass) {
    case "rejected":
      return sql`rejected_messages where received_at < ${until} and sample <> ''`;
    case "transitions":
      return sql`segment_transitions where at < ${until}`;
    case "segment_sizes":
      return sql`segment_sizes where hour < ${until}`;
    case "requests":
      return sql`dsr_requests where completed_at < ${until} and status in ('completed', 'rejected', 'cancelled') and (subject is not null or note is not null)`;
  }
};

async function oldestOf(sql: AnySql, dataClass: DataClass): Promise<Date | null> {
  const column = { inbox: "received_at", rejected: "received_at", transitions: "at", segment_sizes: "hour", requests: "completed_at" }[
    dataClass
  ];
  const table = dataClass === "inbox" ? "inbox" : TABLES[dataClass];
  const [row] = await sql<{ at: Date | null }[]>`select min(${sql(column)}) as at from ${sql(table)}`;
  return row?.at ?? null;
}

/** Deletes what rules say is due: the archive by whole days, the rest in batches. @returns deleted by class */
export async function enforceRetention(database: Database, now: Date, signal?: AbortSignal): Promise<Partial<Record<DataClass, number>>> {
  const ctx = createContext({ kind: "job", id: "retention" }, database, { now: () => now });
  const out: Partial<Record<DataClass, number>> = {};
  for (const { dataClass, days, hold } of await rulesOf(ctx.sql)) {
    if (hold !== null || days === 0) continue;
    const until = before(now, days);
    let deleted = 0;
    if (dataClass === "inbox") {
      for (const name of await oldPartitions(ctx.sql, until)) {
        await ctx.sql`drop table ${ctx.sql(name)}`;
        deleted += 1;
      }
    } else {
      for (let n = AT_ONCE; n === AT_ONCE && !signal?.aborted; deleted += n) n = await deleteBatch(ctx.sql, dataClass, until);
    }
    if (deleted === 0) continue;
    out[dataClass] = deleted;
    await withTx(ctx, (tx) =>
      recordAudit(tx, {
        action: "retention.enforced",
        object: { type: "retention", id: dataClass },
        detail: { days, deleted, unit: dataClass === "inbox" ? "days" : "rows" },
      }),
    );
  }
  return out;
}

async function deleteBatch(sql: AnySql, dataClass: RowClass, until: Date): Promise<number> {
  const rows = sql`(select ctid from ${due(sql, dataClass, until)} limit ${AT_ONCE})`;
  // A refused message and a request stay as a count and as proof; what names a person goes.
  const done =
    dataClass === "rejected"
      ? await sql`
          update rejected_messages set sample = '', message_id = null, status = case when status = 'open' then 'discarded' else status end,
            status_reason = coalesce(status_reason, 'retention'), status_at = now() where ctid in ${rows}`
      : dataClass === "requests"
        ? await sql`update dsr_requests set subject = null, note = null, options = '{}', profile_id = null where ctid in ${rows}`
        : await sql`delete from ${sql(TABLES[dataClass])} where ctid in ${rows}`;
  return done.count;
}
