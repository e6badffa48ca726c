import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { findProblems, reachable } from "./graph";
import { missingParts } from "./missing-parts";
import { definitionsOf, versionKey } from "./definitions";
import { settlePlan } from "./plan-starts";
import { definitionSchema, EMPTY_JOURNEY, INSIDE_CHOICES } from "./model";
import type { JourneyDefinition, JourneyStatus } from "./model";

const id = z.string().max(40);
const name = z.string().trim().min(1, "Give the journey a name.").max(120);

interface Row {
  readonly id: string;
  readonly name: string;
  readonly status: JourneyStatus;
  readonly version: number;
  readonly draft: unknown;
  readonly draftRevision: number;
  readonly draftBy: string | null;
}

/** Makes a draft: empty, from a definition (a template, an import), or a copy. */
export async function createJourney(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(
    z.strictObject({
      name,
      description: z.string().max(500).nullable().default(null),
      definition: definitionSchema.default(EMPTY_JOURNEY),
    }),
    input,
  );
  return withTx(ctx, async (tx) => {
    const made = newId("jrn");
    await tx.sql`
      insert into journeys (id, name, description, draft, draft_by, owner_id, created_by)
      values (${made}, ${given.name}, ${given.description}, ${JSON.stringify(given.definition)}::text::jsonb, ${tx.actor.id}, ${tx.actor.id}, ${tx.actor.id})`;
    await recordAudit(tx, { action: "journey.created", object: { type: "journey", id: made }, after: { name: given.name } });
    return { id: made };
  });
}

/** A draft with the same drawing, under another name. Nothing of the people comes along. */
export async function duplicateJourney(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, name }), input);
  const row = await lockJourney(ctx, given.id);
  return createJourney(ctx, { name: given.name, definition: row.draft });
}

/**
 * Saves the drawing. `basedOn` is the revision that the editor began from: where somebody else saved since, it refuses
 * with CONFLICT, and the answer's data hold the newer drawing, its revision and who made it.
 */
export async function saveDraft(ctx: Ctx, input: unknown): Promise<{ revision: number }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, basedOn: z.number().int().min(1), definition: definitionSchema }), input);
  return withTx(ctx, async (tx) => {
    const row = await lockJourney(tx, given.id);
    if (row.draftRevision !== given.basedOn) {
      throw new DomainError(
        "CONFLICT",
        "Somebody else saved this journey while you were editing. Compare the two, then take one of them.",
        {
          data: { revision: row.draftRevision, definition: row.draft, by: row.draftBy },
        },
      );
    }
    if (canonicalJson(row.draft) === canonicalJson(given.definition)) return { revision: row.draftRevision };
    await tx.sql`
      update journeys set draft = ${JSON.stringify(given.definition)}::text::jsonb, draft_revision = draft_revision + 1, draft_by = ${tx.actor.id}, updated_at = ${tx.clock.now()}
      where id = ${given.id}`;
    await recordAudit(tx, {
      action: "journey.draft_saved",
      object: { type: "journey", id: given.id },
      detail: { revision: row.draftRevision + 1, nodes: given.definition.nodes.length },
    });
    return { revision: row.draftRevision + 1 };
  });
}

/** Other name, description or tags. */
export async function renameJourney(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(
    z.strictObject({
      id,
      name,
      description: z.string().max(500).nullable(),
      tags: z.array(z.string().trim().min(1).max(40)).max(20).optional(),
    }),
    input,
  );
  await withTx(ctx, async (tx) => {
    const before = await lockJourney(tx, given.id);
    await tx.sql`update journeys set name = ${given.name}, description = ${given.description}, tags = coalesce(${given.tags ?? null}::text[], tags), updated_at = ${tx.clock.now()} where id = ${given.id}`;
    await recordAudit(tx, {
      action: "journey.renamed",
      object: { type: "journey", id: given.id },
      before: { name: before.name },
      after: { name: given.name },
    });
  });
}

/**
 * Publishes the draft as the next version, which nobody changes any more, and lets people in. `inside` says what happens
 * to those who are in an earlier version: they finish it, move over where their step is still there (others finish), or
 * leave. Refuses an unfinished drawing with the list of problems.
 */
export async function publishJourney(ctx: Ctx, input: unknown): Promise<{ version: number; moved: number; ended: number }> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(
    z.strictObject({
      id,
      basedOn: z.number().int().min(1),
      note: z.string().max(500).nullable().default(null),
      inside: z.enum(INSIDE_CHOICES).default("finish"),
    }),
    input,
  );
  return withTx(ctx, async (tx) => {
    const row = await lockJourney(tx, given.id);
    if (row.draftRevision !== given.basedOn)
      throw new DomainError("CONFLICT", "The draft was changed since you looked at it. Look again before publishing.");
    const definition = definitionSchema.parse(row.draft);
    const problems = [...findProblems(definition), ...(await missingParts(tx, definition))];
    if (problems.length > 0) {
      throw new DomainError(
        "PRECONDITION_FAILED",
        `${problems.length === 1 ? "One thing is" : `${problems.length} things are`} unfinished: ${problems[0]?.message ?? ""}`,
        { data: { problems } },
      );
    }
    const version = row.version + 1;
    const live =
      row.status === "live"
        ? (await definitionsOf(tx.sql, [{ journeyId: row.id, version: row.version }])).get(versionKey(row.id, row.version))
        : null;
    await settlePlan(tx, given.id, definition, live ?? null);
    await tx.sql`
      insert into journey_versions (journey_id, version, definition, note, published_by, created_at)
      values (${given.id}, ${version}, ${JSON.stringify(definition)}::text::jsonb, ${given.note}, ${tx.actor.id}, ${tx.clock.now()})`;
    await tx.sql`update journeys set status = 'live', version = ${version}, updated_at = ${tx.clock.now()} where id = ${given.id}`;
    const counts = await settleInside(tx, given.id, version, given.inside, definition);
    await recordAudit(tx, {
      action: "journey.published",
      object: { type: "journey", id: given.id },
      after: { version },
      detail: { inside: given.inside, ...counts },
    });
    return { version, ...counts };
  });
}

async function settleInside(
  tx: Ctx,
  journeyId: string,
  version: number,
  inside: (typeof INSIDE_CHOICES)[number],
  definition: JourneyDefinition,
): Promise<{ moved: number; ended: number }> {
  if (inside === "exit") {
    const ended = await endRuns(tx, journeyId, "left for a new version");
    return { moved: 0, ended };
  }
  if (inside === "finish") return { moved: 0, ended: 0 };
  // Only where the same step of the same kind is still reached: the state of a wait means nothing to another kind.
  const reached = reachable(definition);
  const kinds = definition.nodes.filter((node) => reached.has(node.id)).map((node) => ({ n: node.id, k: node.kind }));
  const moved = await tx.sql`
    update journey_runs r set version = ${version}, wake_at = least(r.wake_at, ${tx.clock.now()})
    from journey_versions v, jsonb_array_elements(v.definition -> 'nodes') old,
      json_to_recordset(${JSON.stringify(kinds)}::text::json) as kept(n text, k text)
    where r.journey_id = ${journeyId} and r.status = 'active' and r.version < ${version} and v.journey_id = r.journey_id and v.version = r.version
      and old ->> 'id' = r.node and kept.n = r.node and kept.k = old ->> 'kind'`;
  return { moved: moved.count, ended: 0 };
}

async function endRuns(tx: Ctx, journeyId: string, reason: string): Promise<number> {
  const now = tx.clock.now();
  await tx.sql`
    insert into journey_moves (profile_id, run_id, journey_id, version, node, visit, branch, at)
    select profile_id, id, journey_id, version, node, coalesce((state -> 'visits' ->> node)::int, 1), ${reason}, ${now}
    from journey_runs where journey_id = ${journeyId} and status = 'active' and node is not null`;
  await tx.sql`
    update messages set state = 'not_sent', outcome = 'run_ended', because = 'The journey was ended.', decided_at = ${now}
    where journey_id = ${journeyId} and state in ('queued', 'review')`;
  const ended = await tx.sql`
    update journey_runs set status = 'exited', reason = ${reason}, node = null, wake_at = null, ended_at = ${now},
      state = state || ${JSON.stringify({ status: "exited", reason, node: null, wait: null })}::text::jsonb
    where journey_id = ${journeyId} and status = 'active'`;
  return ended.count;
}

/** Stops people from entering; those inside stay where they are (`hold`) or finish. */
export async function pauseJourney(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(z.strictObject({ id, drain: z.boolean().default(true) }), input);
  await setStatus(ctx, given.id, ["live", "draining", "paused"], given.drain ? "draining" : "paused", "journey.paused");
}

/** Lets people in again, and those inside go on. */
export async function resumeJourney(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(z.strictObject({ id }), input);
  await withTx(ctx, async (tx) => {
    await setStatus(tx, given.id, ["paused", "draining"], "live", "journey.resumed");
    // What a date or schedule would have brought meanwhile stays out.
    const { version } = await lockJourney(tx, given.id);
    const definition = (await definitionsOf(tx.sql, [{ journeyId: given.id, version }])).get(versionKey(given.id, version));
    if (definition !== undefined) await settlePlan(tx, given.id, definition, null);
  });
}

/** Ends the journey for everybody and takes it out of the lists. What happened stays readable. */
export async function archiveJourney(ctx: Ctx, input: unknown): Promise<{ ended: number }> {
  requirePermission(ctx, "journeys:publish");
  const given = parseInput(z.strictObject({ id }), input);
  return withTx(ctx, async (tx) => {
    await lockJourney(tx, given.id);
    const [user] = await tx.sql<{ name: string }[]>`
      select j.name from journeys j join journey_versions v on v.journey_id = j.id and v.version = j.version
      where j.status in ('live', 'draining', 'paused') and j.id <> ${given.id} and jsonb_path_exists(v.definition, '$.nodes[*] ? (@.journeyId == $id)', ${JSON.stringify({ id: given.id })}::text::jsonb) limit 1`;
    if (user) throw new DomainError("CONFLICT", `"${user.name}" starts this journey. Change that one first.`);
    const ended = await endRuns(tx, given.id, "journey archived");
    await tx.sql`update journeys set status = 'archived', archived_at = ${tx.clock.now()}, updated_at = ${tx.clock.now()} where id = ${given.id}`;
    await recordAudit(tx, { action: "journey.archived", object: { type: "journey", id: given.id }, detail: { ended } });
    return { ended };
  });
}

async function setStatus(ctx: Ctx, journeyId: string, from: readonly JourneyStatus[], to: JourneyStatus, action: string): Promise<void> {
  await withTx(ctx, async (tx) => {
    const row = await lockJourney(tx, journeyId);
    if (!from.includes(row.status)) throw new DomainError("CONFLICT", `"${row.name}" is ${row.status}: that cannot be done now.`);
    await tx.sql`update journeys set status = ${to}, updated_at = ${tx.clock.now()} where id = ${journeyId}`;
    await recordAudit(tx, { action, object: { type: "journey", id: journeyId }, before: { status: row.status }, after: { status: to } });
  });
}

async function lockJourney(tx: Ctx, journeyId: string): Promise<Row> {
  const [row] = await tx.sql<Row[]>`
    select id, name, status, version, draft, draft_revision as "draftRevision", draft_by as "draftBy" from journeys
    where id = ${journeyId} and archived_at is null for update`;
  if (!row) throw new DomainError("NOT_FOUND", "This journey is not there any more.");
  return row;
}
