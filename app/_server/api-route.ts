import "server-only";
import type { NextRequest } from "next/server";
import { findApiKey, requirePermission, type ApiKeyScope } from "@/domain/access";
import { createContext, database, type Actor, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { anonymousContext } from "./auth";
import { finish, refuse, type RouteHandler } from "./route";

export type KeyCtx = Ctx & { actor: Extract<Actor, { kind: "apiKey" }> };
type Params = Record<string, string | string[]>;

/** The key of a request: `Authorization: Bearer <key>`, or Basic with the key as user name (Segment's Profile API). */
export function keyOf(headers: Pick<Headers, "get">): string | null {
  const given = /^\s*(bearer|basic)\s+(\S+)\s*$/i.exec(headers.get("authorization") ?? "");
  if (!given) return null;
  const [, scheme = "", value = ""] = given;
  if (scheme.toLowerCase() === "bearer") return value;
  return Buffer.from(value, "base64").toString("utf8").split(":", 1)[0] ?? null;
}

/**
 * A route handler for machines: an API key with the scope instead of a session. Answers like `route`; `format` shapes
 * refusals for an API that is compatible with somebody else's.
 */
export function apiRoute<P extends Params = Params>(
  scope: ApiKeyScope,
  handler: (ctx: KeyCtx, request: NextRequest, params: P) => Promise<unknown>,
  options: { format?: (refusal: { code: string; message: string }) => unknown } = {},
): RouteHandler<P> {
  return async (request, context) => {
    try {
      const key = keyOf(request.headers);
      const actor = key === null ? null : await findApiKey(anonymousContext(), key);
      if (!actor) throw new DomainError("UNAUTHORIZED", "Send a valid API key: Authorization: Bearer trb_sk_...");
      const ctx = createContext(actor, database()) as KeyCtx;
      requirePermission(ctx, scope);
      return finish(await handler(ctx, request, await context.params));
    } catch (error) {
      const response = refuse(error, request.nextUrl.pathname);
      if (response.status === 401) response.headers.set("www-authenticate", 'Bearer realm="tributary"');
      if (!options.format) return response;
      const { error: refusal } = (await response.clone().json()) as { error: { code: string; message: string } };
      return new Response(JSON.stringify(options.format(refusal)), { status: response.status, headers: response.headers });
    }
  };
}
