import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { type Ctx, withTx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { type SavedView, savedViewSchema } from "./schemas";

/** Saved views of the people table: own ones and those others share. */
const AREA = "profiles";

const userId = (ctx: Ctx): string => {
  if (ctx.actor.kind !== "user") throw new DomainError("FORBIDDEN", "Views belong to members: sign in to save one.");
  return ctx.actor.id;
};

export async function listViews(ctx: Ctx): Promise<SavedView[]> {
  requirePermission(ctx, "profiles:read");
  const { id: actor } = ctx.actor;
  const rows = await ctx.sql<
    { id: string; name: string; shared: boolean; owner_id: string; owner: string; state: Record<string, unknown> }[]
  >`
    select v.id, v.name, v.shared, v.owner_id, u.name as owner, v.state from saved_views v join users u on u.id = v.owner_id
    where v.area = ${AREA} and (v.shared or v.owner_id = ${actor}) order by v.name, v.id limit 200`;
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    shared: row.shared,
    own: row.owner_id === actor,
    ownerName: row.owner,
    state: row.state,
  }));
}

/** Creates a view, or changes an own one when `id` is given. */
export async function saveView(ctx: Ctx, input: unknown): Promise<SavedView> {
  requirePermission(ctx, "views:write");
  const view = parseInput(savedViewSchema, input);
  const owner = userId(ctx);
  return await withTx(ctx, async (tx) => {
    const [same] = await tx.sql<
      { id: string }[]
    >`select id from saved_views where owner_id = ${owner} and area = ${AREA} and name = ${view.name}`;
    if (same && same.id !== view.id) {
      throw new DomainError("CONFLICT", `You already have a view named "${view.name}". Choose another name or update that one.`, {
        fields: { name: "already used" },
      });
    }
    const state = JSON.stringify(view.state);
    const id = view.id ?? newId("viw");
    if (view.id === undefined) {
      await tx.sql`insert into saved_views (id, area, name, owner_id, shared, state)
        values (${id}, ${AREA}, ${view.name}, ${owner}, ${view.shared}, ${state}::text::jsonb)`;
    } else {
      const changed = await tx.sql`
        update saved_views set name = ${view.name}, shared = ${view.shared}, state = ${state}::text::jsonb, updated_at = now()
        where id = ${id} and owner_id = ${owner} and area = ${AREA} returning id`;
      if (changed.length === 0) throw notFound("This view of yours");
    }
    await recordAudit(tx, {
      action: view.id === undefined ? "view.created" : "view.changed",
      object: { type: "view", id },
      after: { name: view.name, shared: view.shared },
    });
    return {
      id,
      name: view.name,
      shared: view.shared,
      own: true,
      ownerName: tx.actor.kind === "user" ? tx.actor.name : "",
      state: view.state,
    };
  });
}

/** Deletes an own view. */
export async function deleteView(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "views:write");
  const owner = userId(ctx);
  await withTx(ctx, async (tx) => {
    const [gone] = await tx.sql<{ name: string; shared: boolean }[]>`
      delete from saved_views where id = ${String(id)} and owner_id = ${owner} and area = ${AREA} returning name, shared`;
    if (!gone) throw notFound("This view of yours");
    await recordAudit(tx, { action: "view.deleted", object: { type: "view", id: String(id) }, before: gone });
  });
}
