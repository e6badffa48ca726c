import "server-only";
import { headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";
import { can, findSession, type Permission } from "@/domain/access";
import { createContext, database, type Actor, type Ctx } from "@/domain/kernel/context";
import { refreshFieldClasses } from "@/domain/profiles";
import { DomainError } from "@/domain/kernel/errors";
import { sessionClaims } from "./session";

export type UserCtx = Ctx & { actor: Extract<Actor, { kind: "user" }> };

/** Context for what happens before anybody is known: sign-in, set-up, invitations. Those verbs guard themselves. */
export const anonymousContext = (): Ctx => createContext({ kind: "webhook", id: "sign-in" }, database());

/** The context of the signed-in member, or null. One database read a request. */
export const getUser = cache(async (): Promise<UserCtx | null> => {
  const claims = await sessionClaims();
  if (!claims) return null;
  const actor = await findSession(anonymousContext(), claims.sid, claims.userId);
  if (!actor) return null;
  const ctx = createContext(actor, database()) as UserCtx;
  await refreshFieldClasses(ctx);
  return ctx;
});

/**
 * For pages and layouts: the signed-in member's context. Without a session it leads to the sign-in page and back;
 * without the permission it shows the "no access" page, and who owes a second factor is led to setting it up.
 */
export async function requireUser(permission?: Permission, { settingUp = false } = {}): Promise<UserCtx> {
  const ctx = await getUser();
  if (!ctx) {
    const path = (await headers()).get("x-tributary-path");
    redirect(path && path !== "/" ? `/sign-in?callbackUrl=${encodeURIComponent(path)}` : "/sign-in");
  }
  if (ctx.actor.owesSecondFactor && !settingUp) redirect("/second-factor");
  if (permission && !can(ctx, permission)) forbidden();
  return ctx;
}

/** For actions and handlers: somebody who still owes a second factor may set it up, and nothing else. */
export function requireSettled(ctx: UserCtx, permission: Permission): void {
  if (ctx.actor.owesSecondFactor && permission !== "account:write")
    throw new DomainError("FORBIDDEN", "This install requires a second factor. Set yours up first: reload the page.");
}
