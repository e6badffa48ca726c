import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "@/db/client";
import { findApiKey } from "@/domain/access";
import { createContext } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import {
  apiEvents,
  apiExternalIds,
  apiLinks,
  apiMetadata,
  type ApiRef,
  apiTraits,
  COLLECTIONS,
  refreshFieldClasses,
} from "@/domain/profiles";

/**
 * `GET /v1/spaces/<space>/collections/{users|accounts}/profiles/<type>:<id>/<what>`: profile reads for servers, wire-
 * compatible with Segment's Profile API. Basic auth, a secret key as user name. No CORS: a browser must not hold the key.
 */
const PREFIX = "/v1/spaces/";
/** Requests a second and key in this process; beyond it 429 with Retry-After. */
const RATE = 500;

class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code:
      | "authentication_error"
      | "invalid_request_error"
      | "validation_error"
      | "consent_error"
      | "not_found"
      | "rate_limit_error"
      | "internal_error",
    message: string,
  ) {
    super(message);
  }
}

export interface ProfileApi {
  matches(pathname: string): boolean;
  handle(req: IncomingMessage, res: ServerResponse): void;
}

export function createProfileApi(options: {
  database: Database;
  log?: (code: string, detail: Record<string, unknown>) => void;
}): ProfileApi {
  const reader = createContext({ kind: "job", id: "profile-api" }, options.database);
  const windows = new Map<string, { second: number; n: number }>();

  const limit = (key: string): void => {
    const second = Math.floor(Date.now() / 1000);
    const window = windows.get(key);
    if (!window || window.second !== second) {
      if (windows.size > 10_000) windows.clear();
      windows.set(key, { second, n: 1 });
    } else if (++window.n > RATE)
      throw new ApiError(429, "rate_limit_error", `More than ${RATE} requests in this second with this key. Try again in a second.`);
  };

  const answer = async (req: IncomingMessage): Promise<unknown> => {
    const key = basicUser(req);
    const actor = key === undefined ? null : await findApiKey(reader, key);
    if (!actor) throw new ApiError(401, "authentication_error", "This needs a secret API key as the user name of Basic authorisation.");
    if (!actor.scopes.includes("profile_api:read")) {
      throw new ApiError(
        403,
        "authentication_error",
        'This key lacks the scope "profile_api:read". Give it the scope, or use another key.',
      );
    }
    limit(actor.id);
    if (req.method !== "GET") throw new ApiError(405, "invalid_request_error", "Profiles are read with GET.");
    const url = new URL(req.url ?? "/", "http://localhost");
    const { ref, what } = parsePath(url.pathname);
    const params = Object.fromEntries(url.searchParams);
    const ctx = createContext(actor, options.database);
    await refreshFieldClasses(ctx);
    const { purpose } = params;
    if (purpose !== undefined) ref.purpose = purpose;
    switch (what) {
      case "traits":
        return await apiTraits(ctx, ref, params);
      case "external_ids":
        return await apiExternalIds(ctx, ref, params);
      case "events":
        return await apiEvents(ctx, ref, params);
      case "metadata":
        return await apiMetadata(ctx, ref);
      case "links":
        return await apiLinks(ctx, ref, params);
      default:
        throw new ApiError(
          404,
          "not_found",
          `There is no "${what.slice(0, 40)}" of a profile: traits, external_ids, events, metadata or links.`,
        );
    }
  };

  return {
    matches: (pathname) => pathname.startsWith(PREFIX),
    handle: (req, res) => {
      const requestId = randomUUID();
      const send = (status: number, body: unknown): void => {
        if (res.headersSent) return;
        res.writeHead(status, {
          "content-type": "application/json; charset=utf-8",
          "cache-control": "no-store",
          "request-id": requestId,
          ...(status === 401 ? { "www-authenticate": 'Basic realm="Profile API"' } : {}),
          ...(status === 405 ? { allow: "GET" } : {}),
          ...(status === 429 ? { "retry-after": "1" } : {}),
        });
        res.end(JSON.stringify(body));
      };
      // Whatever body comes along is not read for long.
      req.resume();
      answer(req).then(
        (body) => send(200, body),
        (error: unknown) => {
          const refusal = toApiError(error);
          if (refusal.status === 500)
            options.log?.("profile_api.failed", { requestId, code: (error as { code?: string }).code, name: (error as Error).name });
          send(refusal.status, { error: { code: refusal.code, message: refusal.message } });
        },
      );
    },
  };
}

/** User name of Basic authorisation; undefined when there is none. */
function basicUser(req: IncomingMessage): string | undefined {
  const match = /^basic\s+([A-Za-z0-9+/=_-]{1,1000})\s*$/i.exec(req.headers.authorization ?? "");
  if (!match?.[1]) return undefined;
  const user = Buffer.from(match[1], "base64").toString("utf8").split(":", 1)[0];
  return user === "" ? undefined : user;
}

function parsePath(pathname: string): { ref: ApiRef; what: string } {
  const match = /^\/v1\/spaces\/[^/]+\/collections\/([^/]+)\/profiles\/([^/]+)\/([^/]+)\/?$/.exec(pathname);
  if (!match) {
    throw new ApiError(
      400,
      "invalid_request_error",
      "The path is /v1/spaces/<space>/collections/{users|accounts}/profiles/<type>:<id>/{traits|external_ids|events|metadata|links}.",
    );
  }
  const [, collection, profile = "", what = ""] = match;
  if (!COLLECTIONS.includes(collection as ApiRef["collection"])) {
    throw new ApiError(400, "invalid_request_error", "The collection is users or accounts.");
  }
  let decoded: string;
  try {
    decoded = decodeURIComponent(profile);
  } catch {
    throw new ApiError(400, "invalid_request_error", "The profile in the path is not properly percent-encoded.");
  }
  const colon = decoded.indexOf(":");
  if (colon < 1 || colon === decoded.length - 1 || decoded.length > 1000 || decoded.includes("\u0000")) {
    throw new ApiError(400, "invalid_request_error", "A profile is named <type>:<id>, for example email:jane@example.com.");
  }
  return {
    ref: {
      collection: collection as ApiRef["collection"],
      type: decoded.slice(0, colon).trim(),
      id: decoded.slice(colon + 1),
      path: pathname,
    },
    what,
  };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DomainError) {
    if (error.code === "NOT_FOUND") return new ApiError(404, "not_found", "Profile was not found.");
    if (error.code === "VALIDATION") return new ApiError(400, "validation_error", error.message);
    if (error.code === "FORBIDDEN" && error.data?.["reason"] !== undefined) return new ApiError(403, "consent_error", error.message);
    if (error.code === "FORBIDDEN") return new ApiError(403, "authentication_error", error.message);
  }
  return new ApiError(500, "internal_error", "Something went wrong on our side. The header Request-Id names this request.");
}
