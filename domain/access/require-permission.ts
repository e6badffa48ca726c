import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { PERMISSIONS, permissionsOf, type Permission } from "./model";

/** Whether the actor may; for branching (masking). Verbs refuse with `requirePermission`. */
export function can(ctx: Pick<Ctx, "actor">, permission: Permission): boolean {
  const { actor } = ctx;
  switch (actor.kind) {
    case "user":
      return permissionsOf(actor).has(permission);
    case "apiKey":
      return actor.scopes.includes(permission);
    case "job":
      return true;
    case "webhook":
      return false;
  }
}

/** The one permission guard: first line of every verb and of every read that a surface offers. */
export function requirePermission(ctx: Pick<Ctx, "actor">, permission: Permission): void {
  if (can(ctx, permission)) return;
  throw new DomainError("FORBIDDEN", `This needs the permission "${PERMISSIONS[permission]}". Ask an admin of this install for it.`, {
    data: { permission },
  });
}
