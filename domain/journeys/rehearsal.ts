import { z } from "zod";
import type { AnySql, Database } from "@/db/client";
import { companySettings, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { createContext, withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { enqueueJob } from "@/domain/kernel/jobs";
import { parseInput } from "@/domain/kernel/parse";
import { findProblems } from "./graph";
import { definitionSchema } from "./model";
import type { JourneyDefinition } from "./model";
import { candidates, rehearsePeople } from "./rehearse-history";
import { emptyResult, REHEARSAL_DAYS } from "./rehearsal-model";
import type { RehearsalResult, RehearsalView } from "./rehearsal-model";

export const REHEARSAL_JOB = "journeys.rehearse";
const PEOPLE_AT_ONCE = 250;
const DAY = 86_400_000;
const id = z.string().max(40);
const KEPT = 20;

const startSchema = z.strictObject({ id, from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) });

/**
 * Starts a rehearsal of the saved draft over what really happened between two moments, in the background. Nothing is
 * written but its numbers. Refuses a drawing that nobody could enter, and another while one runs.
 */
export async function startRehearsal(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(startSchema, input);
  const from = new Date(given.from);
  const now = ctx.clock.now();
  const to = new Date(Math.min(Date.parse(given.to), now.getTime()));
  if (to <= from) throw new DomainError("VALIDATION", "The rehearsal ends before it begins. Choose an earlier start.");
  if (to.getTime() - from.getTime() > REHEARSAL_DAYS * DAY)
    throw new DomainError("VALIDATION", `A rehearsal spans ${REHEARSAL_DAYS} days at most. Choose a later start.`);
  return withTx(ctx, async (tx) => {
    const [row] = await tx.sql<{ draft: unknown; revision: number }[]>`
      select draft, draft_revision as revision from journeys where id = ${given.id} and archived_at is null for update`;
    if (!row) throw new DomainError("NOT_FOUND", "This journey is not there any more.");
    const definition = definitionSchema.parse(row.draft);
    const [problem] = findProblems(definition).filter(({ node }) => node === null && definition.start === null);
    const entry = findProblems(definition).find(({ node, message }) => node === null && /entry|enter|starts/u.test(message));
    if (problem !== undefined || entry !== undefined)
      throw new DomainError("PRECONDITION_FAILED", `There is nothing to rehearse yet: ${(problem ?? entry)?.message ?? ""}`);
    const [running] = await tx.sql`select 1 from journey_rehearsals where journey_id = ${given.id} and status = 'running'`;
    if (running) throw new DomainError("CONFLICT", "A rehearsal of this journey is running. Wait for it, or stop it.");
    const made = newId("reh");
    const [last] = await tx.sql<{ id: number }[]>`select coalesce(max(id), 0) as id from profiles`;
    await tx.sql`
      insert into journey_rehearsals (id, journey_id, revision, definition, from_at, to_at, last_profile, result, created_by, created_at)
      values (${made}, ${given.id}, ${row.revision}, ${JSON.stringify(definition)}::text::jsonb, ${from}, ${to}, ${last?.id ?? 0},
        ${JSON.stringify(emptyResult())}::text::jsonb, ${tx.actor.id}, ${now})`;
    await tx.sql`
      delete from journey_rehearsals where journey_id = ${given.id} and id not in (
        select id from journey_rehearsals where journey_id = ${given.id} order by created_at desc limit ${KEPT})`;
    await enqueueJob(tx.sql, { kind: REHEARSAL_JOB, key: made, payload: { id: made } });
    await recordAudit(tx, {
      action: "journey.rehearsed",
      object: { type: "journey", id: given.id },
      detail: { from: from.toISOString(), to: to.toISOString(), revision: row.revision },
    });
    return { id: made };
  });
}

/** Stops a running rehearsal; what it counted so far stays. */
export async function stopRehearsal(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id }), input);
  await withTx(ctx, async (tx) => {
    const [row] = await tx.sql<{ journeyId: string }[]>`
      update journey_rehearsals set status = 'stopped', finished_at = ${tx.clock.now()} where id = ${given.id} and status = 'running'
      returning journey_id as "journeyId"`;
    if (!row) return;
    await recordAudit(tx, { action: "journey.rehearsal_stopped", object: { type: "journey", id: row.journeyId } });
  });
}

/** The newest rehearsal of a journey, or null. */
export async function latestRehearsal(ctx: Ctx, journeyId: string): Promise<RehearsalView | null> {
  requirePermission(ctx, "journeys:read");
  const [row] = await ctx.sql<
    {
      id: string;
      status: RehearsalView["status"];
      revision: number;
      definition: unknown;
      from: Date;
      to: Date;
      next: number;
      last: number;
      result: RehearsalResult;
      error: string | null;
      createdAt: Date;
      finishedAt: Date | null;
    }[]
  >`
    select id, status, revision, definition, from_at as "from", to_at as "to", next_profile as next, last_profile as last, result, error,
      created_at as "createdAt", finished_at as "finishedAt"
    from journey_rehearsals where journey_id = ${journeyId} order by created_at desc limit 1`;
  if (!row) return null;
  const { next, last, definition, ...rest } = row;
  return {
    ...rest,
    definition: definitionSchema.parse(definition),
    progress: row.status === "done" ? 1 : last === 0 ? 0 : Math.min(1, next / last),
  };
}

interface Claimed {
  readonly journeyId: string;
  readonly definition: unknown;
  readonly from: Date;
  readonly to: Date;
  readonly next: number;
  readonly result: RehearsalResult;
}

/**
 * Does a rehearsal, some people at a time; memory holds one part's events and the ids of who may enter. Goes on where an
 * earlier try stopped. A part counts only where nobody else counted it: two workers at once cannot double it.
 */
export async function runRehearsal(
  database: Database,
  rehearsalId: string,
  options: { signal: AbortSignal; progress: (done: number, total: number) => Promise<void> },
): Promise<void> {
  const ctx = createContext({ kind: "job", id: "rehearsal" }, database);
  const row = await claim(ctx.sql, rehearsalId);
  if (row === undefined) return;
  const definition = definitionSchema.parse(row.definition);
  const span = { from: row.from.getTime(), to: row.to.getTime() };
  const ids = await candidates(ctx, row.journeyId, definition, span);
  const { timezone } = await companySettings(ctx.sql);
  const result = row.result;
  let done = row.next;
  for (let at = ids.findIndex((one) => one > done); at >= 0 && at < ids.length; at += PEOPLE_AT_ONCE) {
    if (options.signal.aborted) return;
    const part = ids.subarray(at, at + PEOPLE_AT_ONCE);
    await rehearsePeople(ctx, {
      journeyId: row.journeyId,
      definition: rehearsable(definition),
      ids: [...part],
      span,
      zone: timezone,
      result,
    });
    const next = part.at(-1) ?? done;
    const saved = await ctx.sql`
      update journey_rehearsals set result = ${JSON.stringify(result)}::text::jsonb, next_profile = ${next}
      where id = ${rehearsalId} and status = 'running' and next_profile = ${done} returning id`;
    // Stopped, or another worker is at it.
    if (saved.length === 0) return;
    done = next;
    await options.progress(at + part.length, ids.length);
  }
  await ctx.sql`
    update journey_rehearsals set status = 'done', finished_at = ${ctx.clock.now()}, next_profile = last_profile
    where id = ${rehearsalId} and status = 'running' and next_profile = ${done}`;
}

async function claim(sql: AnySql, rehearsalId: string): Promise<Claimed | undefined> {
  const [row] = await sql<Claimed[]>`
    select journey_id as "journeyId", definition, from_at as "from", to_at as "to", next_profile as next, result
    from journey_rehearsals where id = ${rehearsalId} and status = 'running'`;
  return row;
}

/** A rehearsal that cannot be done says so. */
export async function noteRehearsalFailure(database: Database, rehearsalId: string): Promise<void> {
  await database.sql`
    update journey_rehearsals set status = 'failed', finished_at = now(), error = 'The rehearsal could not be finished. Try a shorter span.'
    where id = ${rehearsalId} and status = 'running'`;
}

/** Messages without a template yet count too: what they will say does not change who gets them. */
export function rehearsable(definition: JourneyDefinition): JourneyDefinition {
  return {
    ...definition,
    nodes: definition.nodes.map((node) => (node.kind === "message" && node.templateId === null ? { ...node, templateId: "" } : node)),
  };
}
