import "server-only";
import { cookies } from "next/headers";
import { closeSession } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { sessionClaims, sessionCookieName, sessionCookieOptions } from "./session";

/** Ends the session of this browser and removes its cookie. */
export async function signOutOfCookie(ctx: Ctx): Promise<void> {
  const claims = await sessionClaims();
  if (claims) await closeSession(ctx, claims.sid, claims.userId);
  (await cookies()).set(sessionCookieName(), "", { ...sessionCookieOptions(), maxAge: 0 });
}
