import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import type { AnySql } from "@/db/client";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { checkSql } from "../checked-sql";
import { withheldProperty, withheldTrait } from "../catalog";
import { plain } from "../describe";
import { keyOfName } from "../store-segment";
import { askTrait } from "./compute-trait";
import { describeDefinition } from "./describe";
import { expressionProblem, FUNCTIONS, traitsIn } from "./expression";
import { COMPUTED_LIMITS, emptyOf, everyHours, valueTypeOf, wholeDefinitionSchema, type ComputedStatus, type Definition } from "./model";
import { usesOf } from "./parts";

const name = z.string().trim().min(1, "Give the trait a name.").max(100, "The name has more than 100 characters.");
const description = z.string().trim().max(1_000).nullish();
const id = z.string().min(1).max(40);
const createSchema = z.strictObject({ name, description, definition: wholeDefinitionSchema });
const updateSchema = z.strictObject({
  id,
  basedOn: z.number().int(),
  definition: wholeDefinitionSchema,
  note: z.string().trim().max(500).nullish(),
});
const changeSchema = z.strictObject({ id, name: name.optional(), description });
const idSchema = z.strictObject({ id });

/** One at a time: two edits that each look harmless could close a circle together. */
const LOCK = 7_201_021;

interface TraitRow {
  id: string;
  key: string;
  name: string;
  description: string | null;
  status: ComputedStatus;
  version: number;
  definition: Definition;
}

/** A trait with its current definition, locked; refuses one that is not there. */
async function lockTrait(sql: AnySql, traitId: string): Promise<TraitRow> {
  const [row] = await sql<TraitRow[]>`
    select t.id, t.key, t.name, t.description, t.status, t.version, v.definition
    from computed_traits t join computed_trait_versions v on v.trait_id = t.id and v.version = t.version
    where t.id = ${traitId} and t.deleted_at is null for update of t`;
  if (!row) throw notFound("The computed trait");
  return row;
}

interface Checked {
  uses: string[];
  names: Record<string, string>;
  personal: boolean;
}

/** What must hold before a definition is kept or tried. `traitId`: the trait that it belongs to, against circles. */
export async function checkDefinition(ctx: Ctx, definition: Definition, traitId: string | undefined): Promise<Checked> {
  const { sql } = ctx;
  if (definition.kind === "sql") {
    requirePermission(ctx, "segments:sql");
    if (!can(ctx, "personal_data:see"))
      throw new DomainError("FORBIDDEN", "SQL can read every trait: writing it needs the right to see personal data. Ask an admin.");
    checkSql(definition.sql);
    return { uses: [], names: {}, personal: true };
  }
  if (definition.kind !== "formula") return { uses: [], names: {}, personal: readsPersonal(definition) };
  const problem = expressionProblem(definition.expression);
  if (problem)
    throw new DomainError("VALIDATION", `The formula cannot be read at character ${problem.position + 1}: ${problem.message}.`, {
      fields: { expression: problem.message },
      data: { position: problem.position },
    });
  const asked = traitsIn(definition.expression).find((path) => withheldTrait(path));
  if (asked && !can(ctx, "personal_data:see"))
    throw new DomainError(
      "FORBIDDEN",
      `The trait "${asked.join(" › ")}" is personal: a formula over it needs the right to see personal data.`,
      {
        fields: { expression: "asks a personal trait" },
      },
    );
  const rows = await sql<{ id: string; key: string; name: string; personal: boolean }[]>`
    select id, key, name, personal from computed_traits where deleted_at is null`;
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const uses: string[] = [];
  let personal = asked !== undefined;
  for (const key of usesOf(definition)) {
    const used = byKey.get(key);
    if (!used)
      throw new DomainError("VALIDATION", `There is no computed trait with the key ${key}. A collected trait is written trait("${key}").`, {
        fields: { expression: `there is no computed trait ${key}` },
      });
    personal ||= used.personal;
    uses.push(used.id);
  }
  if (traitId !== undefined) await refuseCircle(sql, traitId, uses, new Map(rows.map((row) => [row.id, row.name])));
  return { uses, names: Object.fromEntries(rows.map((row) => [row.key, row.name])), personal };
}

/** Whether values are taken from a property that is personal by its name. Numbers over such a property are not. */
function readsPersonal(definition: Definition): boolean {
  if (definition.kind !== "event" || !("path" in definition.measure) || !definition.measure.path) return false;
  return ["most_frequent", "first", "last", "unique_list"].includes(definition.measure.of) && withheldProperty(definition.measure.path);
}

async function refuseCircle(sql: AnySql, target: string, from: readonly string[], names: ReadonlyMap<string, string>): Promise<void> {
  const rows = await sql<{ traitId: string; usesId: string }[]>`
    select trait_id as "traitId", uses_id as "usesId" from computed_trait_references`;
  const seen = new Set<string>();
  const wayTo = (at: string, path: string[]): string[] | undefined => {
    if (at === target) return [...path, at];
    if (seen.has(at)) return undefined;
    seen.add(at);
    for (const { traitId, usesId } of rows) {
      const found = traitId === at ? wayTo(usesId, [...path, at]) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  for (const used of from) {
    const path = wayTo(used, [target]);
    if (!path) continue;
    const round = path.map((one) => `"${names.get(one) ?? one}"`).join(" → ");
    throw new DomainError("VALIDATION", `The trait would ask itself: ${round}. Take one of these out of its formula.`, {
      fields: { expression: "goes round in a circle" },
    });
  }
}

async function keepVersion(
  ctx: Ctx,
  given: { id: string; version: number; definition: Definition; checked: Checked; note: string | null },
): Promise<void> {
  const { sql } = ctx;
  const { id: traitId, version, definition, checked, note } = given;
  const sentence = plain(describeDefinition(definition, { traits: checked.names }));
  await sql`
    insert into computed_trait_versions (trait_id, version, definition, sentence, note, created_by, created_at)
    values (${traitId}, ${version}, ${JSON.stringify(definition)}::text::jsonb, ${sentence}, ${note}, ${ctx.actor.id}, ${ctx.clock.now()})`;
  await sql`delete from computed_trait_references where trait_id = ${traitId}`;
  if (checked.uses.length > 0)
    await sql`
      insert into computed_trait_references (trait_id, uses_id) select ${traitId}, u.id from unnest(${checked.uses}::text[]) u(id)`;
  await askTrait(sql, traitId, version);
}

const TAKEN = new Set([...Object.keys(FUNCTIONS), "trait", "and", "or", "not", "true", "false"]);

/** The key of a new trait: a word of formulas that no computed or collected trait has or ever had. */
async function freeKey(sql: AnySql, traitName: string): Promise<string> {
  const word = keyOfName(traitName);
  const key = /^[\p{L}_]/u.test(word) && !TAKEN.has(word) ? word : `trait_${word}`;
  const rows = await sql<{ key: string }[]>`
    select key from computed_traits where key = ${key} or starts_with(key, ${`${key}_`})
    union select key from seen_properties where kind = 'trait' and scope = '' and (key = ${key} or starts_with(key, ${`${key}_`}))`;
  const taken = new Set(rows.map((row) => row.key));
  if (!taken.has(key)) return key;
  for (let n = 2; ; n++) if (!taken.has(`${key}_${n}`)) return `${key}_${n}`;
}

export interface CreatedTrait {
  id: string;
  key: string;
  version: number;
}

/** Keeps a definition under a name; values are computed in the background and kept live from then on. */
export async function createTrait(ctx: Ctx, input: unknown): Promise<CreatedTrait> {
  requirePermission(ctx, "segments:write");
  const given = parseInput(createSchema, input);
  return withTx(ctx, async (tx) => {
    const { sql } = tx;
    await sql`select pg_advisory_xact_lock(${LOCK})`;
    const [count] = await sql<{ n: number }[]>`select count(*)::int as n from computed_traits where deleted_at is null`;
    if ((count?.n ?? 0) >= COMPUTED_LIMITS.traits)
      throw new DomainError(
        "LIMIT_EXCEEDED",
        `An install keeps ${COMPUTED_LIMITS.traits} computed traits. Delete one that is not used any more.`,
      );
    const { definition } = given;
    const checked = await checkDefinition(tx, definition, undefined);
    const traitId = newId("trt");
    const key = await freeKey(sql, given.name);
    const now = tx.clock.now();
    const owner = tx.actor.kind === "user" ? tx.actor.id : null;
    await sql`
      insert into computed_traits (id, key, name, description, status, version, value_type, empty, personal, next_run_at, owner_id, created_by, created_at, updated_at)
      values (${traitId}, ${key}, ${given.name}, ${given.description ?? null}, 'preparing', 1, ${valueTypeOf(definition)},
        ${emptyJson(definition)}::text::jsonb, ${checked.personal}, ${nextRun(definition, now)}, ${owner}, ${tx.actor.id}, ${now}, ${now})`;
    await keepVersion(tx, { id: traitId, version: 1, definition, checked, note: null });
    await recordAudit(tx, {
      action: "computed_trait.created",
      object: { type: "computed_trait", id: traitId },
      after: { key, name: given.name, version: 1 },
    });
    return { id: traitId, key, version: 1 };
  });
}

const emptyJson = (definition: Definition): string | null => (emptyOf(definition) === null ? null : JSON.stringify(emptyOf(definition)));

function nextRun(definition: Definition, now: Date): Date | null {
  const hours = everyHours(definition);
  return hours === null ? null : new Date(now.getTime() + hours * 3_600_000);
}

/** Saves a new version of the definition. Everybody keeps the value they have until theirs is computed anew. */
export async function updateTrait(ctx: Ctx, input: unknown): Promise<{ version: number }> {
  requirePermission(ctx, "segments:write");
  const { id: traitId, basedOn, definition, note } = parseInput(updateSchema, input);
  return withTx(ctx, async (tx) => {
    const { sql } = tx;
    await sql`select pg_advisory_xact_lock(${LOCK})`;
    const before = await lockTrait(sql, traitId);
    if (before.version !== basedOn)
      throw new DomainError(
        "CONFLICT",
        `Version ${before.version} was saved while you edited version ${basedOn}. Reload, and make your change again.`,
      );
    const checked = await checkDefinition(tx, definition, traitId);
    const version = before.version + 1;
    const now = tx.clock.now();
    await sql`
      update computed_traits set version = ${version}, status = 'preparing', value_type = ${valueTypeOf(definition)},
        empty = ${emptyJson(definition)}::text::jsonb, personal = ${checked.personal}, state = null, next_run_at = ${nextRun(definition, now)},
        error = null, progress = null, looked = 0, changed = 0, spent_us = 0, updated_at = ${now} where id = ${traitId}`;
    await keepVersion(tx, { id: traitId, version, definition, checked, note: note ?? null });
    await recordAudit(tx, {
      action: "computed_trait.updated",
      object: { type: "computed_trait", id: traitId },
      before: { version: before.version },
      after: { version },
      detail: { note: note ?? null },
    });
    return { version };
  });
}

/** Changes name or description; what is not given stays. The key stays in any case. */
export async function changeTrait(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id: traitId, ...given } = parseInput(changeSchema, input);
  await withTx(ctx, async (tx) => {
    const row = await lockTrait(tx.sql, traitId);
    const before = { name: row.name, description: row.description };
    const after = { name: given.name ?? row.name, description: given.description === undefined ? row.description : given.description };
    await tx.sql`
      update computed_traits set name = ${after.name}, description = ${after.description}, updated_at = ${tx.clock.now()} where id = ${traitId}`;
    await recordAudit(tx, { action: "computed_trait.changed", object: { type: "computed_trait", id: traitId }, before, after });
  });
}

/** Values stand still from now on: neither events nor time change them. */
export async function pauseTrait(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id: traitId } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    const before = await lockTrait(tx.sql, traitId);
    if (before.status === "paused") return;
    await tx.sql`
      update computed_traits set status = 'paused', progress = null, updated_at = ${tx.clock.now()} where id = ${traitId}`;
    await recordAudit(tx, {
      action: "computed_trait.paused",
      object: { type: "computed_trait", id: traitId },
      before: { status: before.status },
      after: { status: "paused" },
    });
  });
}

/** Computes all values again in the background and keeps them live: after a pause, a failure, or to be sure. */
export async function recomputeTrait(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id: traitId } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    const before = await lockTrait(tx.sql, traitId);
    await tx.sql`
      update computed_traits set status = 'preparing', error = null, progress = null, updated_at = ${tx.clock.now()} where id = ${traitId}`;
    await askTrait(tx.sql, traitId, before.version);
    await recordAudit(tx, {
      action: before.status === "paused" ? "computed_trait.resumed" : "computed_trait.recomputed",
      object: { type: "computed_trait", id: traitId },
      detail: { version: before.version },
    });
  });
}

/** Takes a trait away with its values. Refused while segments or other traits use it. Its key is never given out again. */
export async function deleteTrait(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id: traitId } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    const { sql } = tx;
    // The lock of references of segments too: none may begin to use the trait meanwhile.
    await sql`select pg_advisory_xact_lock(7201011)`;
    await sql`select pg_advisory_xact_lock(${LOCK})`;
    const before = await lockTrait(sql, traitId);
    const users = await usersOf(sql, traitId);
    if (users.length > 0)
      throw new DomainError(
        "CONFLICT",
        `"${before.name}" is used by ${users.map((user) => `the ${user.kind} "${user.name}"`).join(", ")}. Take it out of there first.`,
        { data: { usedBy: users } },
      );
    const now = tx.clock.now();
    await sql`delete from computed_trait_references where trait_id = ${traitId}`;
    // The values go in the background, a few at a time; nobody reads them any more.
    await sql`update computed_traits set deleted_at = ${now}, status = 'paused', next_run_at = null, updated_at = ${now} where id = ${traitId}`;
    await recordAudit(tx, {
      action: "computed_trait.deleted",
      object: { type: "computed_trait", id: traitId },
      before: { name: before.name, key: before.key, version: before.version },
    });
  });
}

/** Segments and traits that ask a trait. */
export async function usersOf(sql: AnySql, traitId: string): Promise<{ id: string; name: string; kind: "segment" | "trait" }[]> {
  const rows = await sql<{ id: string; name: string; kind: "segment" | "trait" }[]>`
    select s.id, s.name, 'segment' as kind from segment_references r join segments s on s.id = r.segment_id
    where r.uses_id = ${traitId} and s.deleted_at is null
    union all
    select t.id, t.name, 'trait' from computed_trait_references r join computed_traits t on t.id = r.trait_id
    where r.uses_id = ${traitId} and t.deleted_at is null
    order by name`;
  return rows.map((row) => ({ ...row }));
}
