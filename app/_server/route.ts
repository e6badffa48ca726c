import "server-only";
import type { NextRequest } from "next/server";
import { requirePermission, type Permission } from "@/domain/access";
import { DomainError, HTTP_STATUS, type Result } from "@/domain/kernel/errors";
import { getUser, requireSettled, type UserCtx } from "./auth";
import { refusalOf } from "./failure";
import { requireOurOrigin } from "./origin";

type Params = Record<string, string | string[]>;
export type RouteHandler<P extends Params = Params> = (request: NextRequest, context: { params: Promise<P> }) => Promise<Response>;

export interface RouteOptions {
  /** Content types that a request with a body may have. Default: JSON only (a form of another site cannot send that). */
  accept?: readonly string[];
}

/**
 * A route handler for signed-in members. Order: origin (unless GET), session, permission, handler. The handler returns
 * data (answered as `{ok: true, data}`) or a Response of its own; refusals are `{ok: false, error}` with their status.
 * Nothing is cached unless the Response says so.
 */
export function route<P extends Params = Params>(
  permission: Permission,
  handler: (ctx: UserCtx, request: NextRequest, params: P) => Promise<unknown>,
  options: RouteOptions = {},
): RouteHandler<P> {
  return async (request, context) => {
    try {
      if (request.method !== "GET" && request.method !== "HEAD") {
        requireOurOrigin(request.headers);
        requireContentType(request, options.accept ?? ["application/json"]);
      }
      const ctx = await getUser();
      if (!ctx) throw new DomainError("UNAUTHORIZED", "Your session has ended. Sign in again.");
      requireSettled(ctx, permission);
      requirePermission(ctx, permission);
      return finish(await handler(ctx, request, await context.params));
    } catch (error) {
      return refuse(error, request.nextUrl.pathname);
    }
  };
}

function requireContentType(request: NextRequest, accept: readonly string[]): void {
  if (request.method === "DELETE" && !request.headers.has("content-type")) return;
  const given = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!accept.includes(given)) throw new DomainError("VALIDATION", `Send ${accept.join(" or ")}, not "${given}".`);
}

/** Turns what a handler returned into a Response that no cache keeps. */
export function finish(out: unknown): Response {
  const response = out instanceof Response ? out : json({ ok: true, data: out ?? null });
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}

export function refuse(error: unknown, path: string): Response {
  const refusal = refusalOf(error, path);
  const headers = new Headers({ "cache-control": "no-store" });
  if (error instanceof DomainError && typeof error.data?.["retryAfter"] === "number") {
    headers.set("retry-after", String(error.data["retryAfter"]));
  }
  return json({ ok: false, error: refusal } satisfies Result<never>, { status: HTTP_STATUS[refusal.code], headers });
}

/** `Response.json` that keeps non-ASCII text as UTF-8 and says so. */
function json(body: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers);
  headers.set("content-type", "application/json; charset=utf-8");
  return new Response(JSON.stringify(body), { ...init, headers });
}
