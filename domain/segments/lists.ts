import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { listSet, lockList, segmentsOfList } from "./list-rows";
import { idSchema } from "./verbs-schema";

const name = z.string().trim().min(1, "Give the list a name.").max(100, "The name has more than 100 characters.");
const description = z.string().trim().max(1_000).nullish();
const createSchema = z.strictObject({ name, description });
const changeSchema = z.strictObject({ id: z.string().min(1).max(40), name: name.optional(), description });

/** An empty list; people come into it by uploads. */
export async function createList(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "segments:write");
  const given = parseInput(createSchema, input);
  return withTx(ctx, async (tx) => {
    const id = newId("lst");
    const now = tx.clock.now();
    await tx.sql`
      insert into lists (id, name, description, origin, created_by, created_at, updated_at)
      values (${id}, ${given.name}, ${given.description ?? null}, 'upload', ${tx.actor.id}, ${now}, ${now})`;
    await recordAudit(tx, { action: "list.created", object: { type: "list", id }, after: { name: given.name } });
    return { id };
  });
}

const snapshotSchema = z.strictObject({ segmentId: z.string().min(1).max(40), name: name.optional() });

/** The members that a segment has at this moment, as a list that stays as it is. */
export async function snapshotSegment(ctx: Ctx, input: unknown): Promise<{ id: string; size: number }> {
  requirePermission(ctx, "segments:write");
  const given = parseInput(snapshotSchema, input);
  return withTx(ctx, async (tx) => {
    const now = tx.clock.now();
    const [segment] = await tx.sql<{ id: string; name: string; version: number; sizeAt: Date | null }[]>`
      select id, name, version, size_at as "sizeAt" from segments where id = ${given.segmentId} and deleted_at is null`;
    if (!segment) throw notFound("The segment");
    if (segment.sizeAt === null)
      throw new DomainError("PRECONDITION_FAILED", `"${segment.name}" has not been computed yet. Take the snapshot when it has.`);
    const id = newId("lst");
    const label = given.name ?? `${segment.name.slice(0, 80)}, ${now.toISOString().slice(0, 10)}`;
    await tx.sql`
      insert into lists (id, name, origin, segment_id, segment_version, created_by, created_at, updated_at)
      values (${id}, ${label}, 'snapshot', ${segment.id}, ${segment.version}, ${tx.actor.id}, ${now}, ${now})`;
    const added = await tx.sql`
      insert into list_members (list_id, profile_id, added_at) select ${id}, profile_id, ${now} from segment_members where segment_id = ${segment.id}`;
    await recordAudit(tx, {
      action: "list.snapshot_taken",
      object: { type: "list", id },
      after: { name: label },
      detail: { segmentId: segment.id, version: segment.version, size: added.count },
    });
    return { id, size: added.count };
  });
}

/** Changes name or description; what is not given stays. */
export async function changeList(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id, ...given } = parseInput(changeSchema, input);
  await withTx(ctx, async (tx) => {
    const before = await lockList(tx.sql, id);
    const after = {
      name: given.name ?? before.name,
      description: given.description === undefined ? before.description : given.description,
    };
    await tx.sql`update lists set name = ${after.name}, description = ${after.description}, updated_at = ${tx.clock.now()} where id = ${id}`;
    await recordAudit(tx, {
      action: "list.changed",
      object: { type: "list", id },
      before: { name: before.name, description: before.description },
      after,
    });
  });
}

/** Takes a list away with its members. Refused while segments use it. */
export async function deleteList(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "segments:write");
  const { id } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    // Rules are checked under this lock: none that names the list can be saved meanwhile.
    await tx.sql`select pg_advisory_xact_lock(7201011)`;
    const list = await lockList(tx.sql, id);
    const users = await segmentsOfList(tx.sql, id);
    if (users.length > 0)
      throw new DomainError(
        "CONFLICT",
        `"${list.name}" is used by ${users.map((user) => `"${user.name}"`).join(", ")}. Take it out of there first.`,
      );
    const size = (await listSet(tx.sql, id)).size;
    await tx.sql`delete from list_members where list_id = ${id}`;
    await tx.sql`update lists set deleted_at = ${tx.clock.now()}, updated_at = ${tx.clock.now()} where id = ${id}`;
    await recordAudit(tx, { action: "list.deleted", object: { type: "list", id }, before: { name: list.name }, detail: { size } });
  });
}
