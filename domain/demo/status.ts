import { requirePermission } from "@/domain/access";
import type { AnySql } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";
import type { DemoState, DemoStatus } from "./model";

/** Row of `settings` that holds the state, and key of the jobs: at most one of them runs. */
export const DEMO_KEY = "demo";
export const LOAD_JOB = "demo.load";
export const REMOVE_JOB = "demo.remove";

/** The state as stored; `lock` holds it for the transaction. */
export async function readState(sql: AnySql, lock = false): Promise<DemoState | undefined> {
  const [row] = await sql<{ value: DemoState }[]>`select value from settings where key = ${DEMO_KEY} ${lock ? sql`for update` : sql``}`;
  return row?.value;
}

export async function writeState(sql: AnySql, state: DemoState, actorId: string): Promise<void> {
  await sql`
    insert into settings (key, value, updated_at, updated_by) values (${DEMO_KEY}, ${JSON.stringify(state)}::text::jsonb, now(), ${actorId})
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
}

/** Whether demo data are there, and how far loading or removing them is. */
export async function readDemoStatus(ctx: Ctx): Promise<DemoStatus> {
  requirePermission(ctx, "settings:read");
  return statusOf(ctx);
}

export async function statusOf(ctx: Ctx): Promise<DemoStatus> {
  const state = await readState(ctx.sql);
  if (!state) return { phase: "none", people: 0, wanted: 0, messages: 0, startedAt: null, finishedAt: null, error: null };
  const [job] = await ctx.sql<{ status: string; lastError: string | null }[]>`
    select status, last_error as "lastError" from jobs where kind in (${LOAD_JOB}, ${REMOVE_JOB}) and key = ${DEMO_KEY} order by id desc limit 1`;
  const failed = state.phase !== "loaded" && job?.status === "dead";
  return {
    phase: state.phase,
    people: state.people,
    wanted: state.options.people,
    messages: state.messages,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    error: failed ? `It stopped (${job.lastError ?? "unknown"}). Try again: it goes on where it stopped.` : null,
  };
}
