import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { lockMembership } from "./membership";
import { askCompute, checkRule, freeKey, keepVersion, lockSegment } from "./store-segment";
import type { Rule } from "./model";
import { changeSchema, createSchema, duplicateSchema, idSchema, saveSchema, updateSchema } from "./verbs-schema";

export interface CreatedSegment {
  id: string;
  key: string;
  version: number;
}

interface NewSegment {
  name: string;
  rule: Rule;
  description?: string | null | undefined;
  folder?: string | null | undefined;
  tags: string[];
}

/** Keeps a rule under a name; its members are computed in the background and kept live from then on. */
export async function createSegment(ctx: Ctx, input: unknown): Promise<CreatedSegment> {
  requirePermission(ctx, "segments:write");
  const given = parseInput(createSchema, input);
  return withTx(ctx, (tx) => insert(tx, given, { action: "segment.created" }));
}

async function insert(tx: Ctx, given: NewSegment, audit: { action: string; detail?: Record<string, unknown> }): Promise<CreatedSegment> {
  const uses = await checkRule(tx, given.rule, undefined);
  const id = newId("seg");
  const key = await freeKey(tx.sql, given.name);
  const now = tx.clock.now();
  const owner = tx.actor.kind === "user" ? tx.actor.id : null;
  await tx.sql`
    insert into segments (id, key, name, description, kind, status, version, folder, tags, owner_id, created_by, created_at, updated_at)
    values (${id}, ${key}, ${given.name}, ${given.description ?? null}, 'dynamic', 'preparing', 1, ${given.folder ?? null}, ${given.tags}::text[],
      ${owner}, ${tx.actor.id}, ${now}, ${now})`;
  await keepVersion(tx, { id, version: 1, rule: given.rule, uses, note: null });
  await recordAudit(tx, {
    action: audit.action,
    object: { type: "segment", id },
    after: { key, name: given.name, version: 1 },
    ...(audit.detail ? { detail: audit.detail } : {}),
  });
  return { id, key, version: 1 };
}

/** Saves a new version of the rule. Members stay as they are until the new version is computed, then change by the difference. */
export async function updateSegment(ctx: Ctx, input: unknown): Promise<{ version: number }> {
  requirePermission(ctx, "segments:write");
  const { id, basedOn, rule, note } = parseInput(updateSchema, input);
  return withTx(ctx, async (tx) => {
    const before = await lockSegment(tx.sql, id);
    if (before.version !== basedOn)
      throw new DomainError(
        "CONFLICT",
        `Version ${before.version} was saved while you edited version ${basedOn}. Reload, and make your change again.`,
      );
    const uses = await checkRule(tx, rule, id);
    const version = before.version + 1;
    await tx.sql`
      update segments set version = ${version}, status = 'preparing', error = null, progress = null, updated_at = ${tx.clock.now()} where id = ${id}`;
    await keepVersion(tx, { id, version, rule, uses, note: note ?? null });
    await recordAudit(tx, {
      action: "segment.updated",
      object: { type: "segment", id },
      before: { version: before.version },
      after: { version },
      detail: { note: note ?? null },
    });
    return { version };
  });
}

/** A new version of the rule together with name, description, folder and tags: all of it or nothing. */
export async function saveSegment(ctx: Ctx, input: unknown): Promise<{ version: number }> {
  requirePermission(ctx, "segments:write");
  const { basedOn, rule, note, ...details } = parseInput(saveSchema, input);
  return withTx(ctx, async (tx) => {
    // The version first: where somebody else has saved meanwhile, nothing is changed.
    const saved = await updateSegment(tx, { id: details.id, basedOn, rule, note });
    await changeSegment(tx, details);
    return saved;
  });
}

/** Changes name, description, folder or tags; what is not given stays. The key stays in any case. */
export async function changeSegment(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id, ...given } = parseInput(changeSchema, input);
  await withTx(ctx, async (tx) => {
    const { name, description, folder, tags } = await lockSegment(tx.sql, id);
    const before = { name, description, folder, tags };
    const after = {
      name: given.name ?? name,
      description: given.description === undefined ? description : given.description,
      folder: given.folder === undefined ? folder : given.folder,
      tags: given.tags ?? tags,
    };
    await tx.sql`
      update segments set name = ${after.name}, description = ${after.description}, folder = ${after.folder}, tags = ${after.tags}::text[],
        updated_at = ${tx.clock.now()} where id = ${id}`;
    await recordAudit(tx, { action: "segment.changed", object: { type: "segment", id }, before, after });
  });
}

/** A new segment with the same rule, under a name and key of its own. */
export async function duplicateSegment(ctx: Ctx, input: unknown): Promise<CreatedSegment> {
  requirePermission(ctx, "segments:write");
  const { id, name } = parseInput(duplicateSchema, input);
  return withTx(ctx, async (tx) => {
    const from = await lockSegment(tx.sql, id);
    const copy = { ...from, name: name ?? `${from.name.slice(0, 90)} (copy)` };
    return insert(tx, copy, { action: "segment.duplicated", detail: { from: id } });
  });
}

/** Takes a segment away. Refused while others use it. Its key is never given out again. */
export async function deleteSegment(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    // Like every change of membership: first this lock, then the segment's row.
    await lockMembership(tx.sql, true);
    const before = await lockSegment(tx.sql, id);
    await tx.sql`select pg_advisory_xact_lock(7201011)`;
    const users = await tx.sql<{ id: string; name: string }[]>`
      select s.id, s.name from segment_references r join segments s on s.id = r.segment_id
      where r.uses_id = ${id} and s.deleted_at is null order by s.name`;
    if (users.length > 0)
      throw new DomainError(
        "CONFLICT",
        `"${before.name}" is used by ${users.map(({ name }) => `"${name}"`).join(", ")}. Take it out of there first.`,
        { data: { usedBy: users.map((user) => ({ ...user })) } },
      );
    const now = tx.clock.now();
    await tx.sql`
      with gone as (delete from segment_members where segment_id = ${id} returning profile_id)
      insert into segment_transitions (profile_id, segment_id, version, entered, at, cause)
      select profile_id, ${id}, ${before.version}, false, ${now}::timestamptz, 'edit' from gone`;
    await tx.sql`delete from segment_due where segment_id = ${id}`;
    await tx.sql`delete from segment_references where segment_id = ${id}`;
    await tx.sql`update segments set deleted_at = ${now}, status = 'disabled', size = 0, updated_at = ${now} where id = ${id}`;
    await recordAudit(tx, {
      action: "segment.deleted",
      object: { type: "segment", id },
      before: { name: before.name, version: before.version },
    });
  });
}

/** Computes all members again in the background: after a failure, or to be sure. */
export async function recomputeSegment(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    const { version } = await lockSegment(tx.sql, id);
    await tx.sql`update segments set status = 'preparing', error = null, progress = null where id = ${id}`;
    await askCompute(tx.sql, id, version);
    await recordAudit(tx, { action: "segment.recomputed", object: { type: "segment", id }, detail: { version } });
  });
}
