import "server-only";
import { decode } from "next-auth/jwt";
import { cookies, headers } from "next/headers";
import { env } from "@/domain/kernel/env";
import { secretFor } from "@/domain/kernel/secrets";
import type { ClientInfo } from "@/domain/access";

/** Whether this install is served over https (decided by configuration, never by a header). */
export const isSecure = (): boolean => env().APP_ORIGIN?.startsWith("https://") ?? false;

export const sessionCookieName = (): string => (isSecure() ? "__Host-tributary.session" : "tributary.session");

export const sessionSecret = (): string => env().NEXTAUTH_SECRET ?? secretFor("session").toString("base64");

export const sessionCookieOptions = () => ({ httpOnly: true, sameSite: "lax" as const, path: "/", secure: isSecure() });

/** What the session cookie says; whether the session still stands is asked of the database (`findSession`). */
export async function sessionClaims(): Promise<{ sid: string; userId: string } | null> {
  const value = (await cookies()).get(sessionCookieName())?.value;
  if (!value) return null;
  try {
    const token = await decode({ token: value, secret: sessionSecret() });
    const { sid, uid } = (token ?? {}) as { sid?: unknown; uid?: unknown };
    return typeof sid === "string" && typeof uid === "string" ? { sid, userId: uid } : null;
  } catch {
    return null;
  }
}

/** The client's address (the web process leaves one believable address in the header) and browser. */
export async function clientInfo(): Promise<ClientInfo> {
  const found = await headers();
  return { address: found.get("x-forwarded-for")?.split(",")[0]?.trim() ?? null, userAgent: found.get("user-agent") };
}
