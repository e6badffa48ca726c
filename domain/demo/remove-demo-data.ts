import type { AnySql, TxSql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { CONSENT_SOURCE, forgetStatements } from "@/domain/consent";
import { resetDerived } from "@/domain/identity";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { cancelJobs, enqueueJob } from "@/domain/kernel/jobs";
import type { DemoStatus } from "./model";
import { removeDemoCampaigns } from "./demo-campaign-rows";
import { removeDemoExperiments } from "./demo-experiment-rows";
import { removeDemoTraits } from "./demo-traits";
import { DEMO_KEY, LOAD_JOB, readState, REMOVE_JOB, statusOf, writeState } from "./status";

/**
 * Begins to remove the demo data: everything that came from demo sources and everything derived from it. From here on
 * the demo sources take nothing in; a job does the rest (`finishDemoRemoval`).
 */
export async function removeDemoData(ctx: Ctx, options: { background?: boolean } = {}): Promise<DemoStatus> {
  requirePermission(ctx, "settings:write");
  await withTx(ctx, async (tx) => {
    const state = await readState(tx.sql, true);
    if (!state) throw new DomainError("NOT_FOUND", "There are no demo data to remove.");
    await requireArchive(tx.sql);
    if (state.phase !== "removing") {
      await cancelJobs(tx.sql, LOAD_JOB, DEMO_KEY);
      await tx.sql`update sources set status = 'disabled', updated_at = now() where is_demo`;
      await writeState(tx.sql, { ...state, phase: "removing", finishedAt: null }, tx.actor.id);
      await recordAudit(tx, { action: "demo.removal_started", object: { type: "demo", id: "demo" }, detail: { people: state.people } });
    }
    if (options.background ?? true) await enqueueJob(tx.sql, { kind: REMOVE_JOB, key: DEMO_KEY });
  });
  return statusOf(ctx);
}

/**
 * What is derived is made anew out of the inbox. Where its archive no longer holds every message of the real sources,
 * that would lose history, so it is refused.
 */
async function requireArchive(sql: AnySql): Promise<void> {
  const [row] = await sql<{ missing: number }[]>`
    select count(*) as missing from events e
    where e.source_id not in (select id from sources where is_demo)
      and not exists (select 1 from inbox i where i.id = e.id and i.received_at = e.received_at)`;
  if ((row?.missing ?? 0) === 0) return;
  throw new DomainError(
    "PRECONDITION_FAILED",
    `Removing the demo data makes everything anew from the archive of received messages, and ${row?.missing} older messages of your own sources are no longer in it. Keep the demo data, or move to a fresh install.`,
  );
}

/**
 * Removes the demo data in one transaction: afterwards the database is as if they had never been, and what is derived
 * from real messages is made anew by processing (`realMessages` of them). Changes that operators made to people of the
 * demo go too; those about real people are repeated at their place.
 */
export async function finishDemoRemoval(ctx: Ctx): Promise<{ removed: number; realMessages: number }> {
  requirePermission(ctx, "settings:write");
  return withTx(ctx, async (tx) => {
    const { sql } = tx;
    await sql`set local statement_timeout = 0`;
    await sql`set local lock_timeout = 0`;
    const state = await readState(sql, true);
    if (state?.phase !== "removing") throw new DomainError("PRECONDITION_FAILED", "Nobody asked to remove the demo data.");
    // The one lock of processing and of every change of identity.
    await sql`select 1 from processing_cursors where name = 'main' for update`;
    await requireArchive(sql);
    const demo = sql`(select id from sources where is_demo)`;

    await removeOperations(sql);
    // What the product itself recorded about people whom only the demo knew.
    const recorded = sql`(select l.message_id from consent_ledger l where l.source_id = ${CONSENT_SOURCE} and not exists (
      select 1 from identifiers i where i.profile_id = l.profile_id and i.source_id not in ${demo}))`;
    await sql`delete from inbox where source_id = ${CONSENT_SOURCE} and body::json->>'messageId' in ${recorded}`;
    await sql`
      delete from message_keys where h in (
        select encode(substring(sha256(convert_to(source_id, 'UTF8') || '\\x00'::bytea || convert_to(body::json->>'messageId', 'UTF8')) for 16), 'hex')::uuid
        from inbox where source_id in ${demo})`;
    const gone = await sql`delete from inbox where source_id in ${demo}`;
    const [left] = await sql<{ n: number }[]>`select count(*) as n from inbox`;
    for (const table of ["collect_tallies", "refused_requests", "rejected_messages"]) {
      await sql`delete from ${sql(table)} where source_id in ${demo}`;
    }
    await removeDemoTraits(sql, state.traits ?? []);
    await removeDemoExperiments(sql);
    await removeDemoCampaigns(sql);
    await forgetStatements(sql as TxSql);
    await resetDerived(sql as TxSql, true);
    await removeSignIns(sql);
    await sql`delete from sources where is_demo`;
    await sql`delete from settings where key = ${DEMO_KEY}`;
    const result = { removed: gone.count, realMessages: left?.n ?? 0 };
    await recordAudit(tx, { action: "demo.removed", object: { type: "demo", id: "demo" }, detail: result });
    return result;
  });
}

/**
 * Demo sign-ins go, unless their admin is the only one: nobody is locked out. What they made for real (sources, keys)
 * stays without a maker.
 */
async function removeSignIns(sql: AnySql): Promise<void> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select 1 from users where not is_demo and role = 'admin' and status = 'active') as found`;
  if (!row?.found) return;
  for (const table of ["sources", "api_keys"]) {
    await sql`update ${sql(table)} set created_by = null where created_by in (select id from users where is_demo)`;
  }
  await sql`delete from users where is_demo`;
}

/**
 * Operators' changes are repeated after the message they followed. Those about demo people only are dropped; where the
 * message was a demo one, the change moves behind the last real message before it.
 */
async function removeOperations(sql: AnySql): Promise<void> {
  await sql`
    delete from identity_operations o where o.operation->>'kind' <> 'rules' and not exists (
      select 1
      from jsonb_array_elements(coalesce(o.operation->'survivor', '[]') || coalesce(o.operation->'loser', '[]') || coalesce(o.operation->'identifiers', '[]')) ref
      join identifiers i on i.type = ref->>'type' and i.value = ref->>'value'
      where i.source_id not in (select id from sources where is_demo))`;
  await sql`
    update identity_operations o set after_xid = coalesce(b.xid, '0'), after_inbox_id = coalesce(b.id, 0)
    from identity_operations o2
    left join lateral (
      select i.xid::text as xid, i.id from inbox i
      where i.source_id not in (select id from sources where is_demo) and (i.xid, i.id) <= (o2.after_xid::xid8, o2.after_inbox_id)
      order by i.xid desc, i.id desc limit 1
    ) b on true
    where o.id = o2.id`;
}
