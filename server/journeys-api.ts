import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "@/db/client";
import { findApiKey } from "@/domain/access";
import { enterByCall } from "@/domain/journeys";
import { createContext } from "@/domain/kernel/context";
import { DomainError, HTTP_STATUS } from "@/domain/kernel/errors";
import { tokenOf } from "./api-token";

/**
 * `POST /api/v1/journeys/<id>/start`: another system lets a person enter a journey. A secret API key with the scope
 * `journeys:start`, as Bearer or as user name of Basic authorisation; no CORS. Header `Idempotency-Key` (200 characters
 * at most) makes a repeated call one entry. 202 when it is asked for; the worker decides by the journey's re-entry rules.
 */
const PATH = /^\/api\/v1\/journeys\/([A-Za-z0-9_-]{1,40})\/start\/?$/u;
const MOST_BYTES = 65_536;

export interface JourneysApi {
  matches(pathname: string): boolean;
  handle(req: IncomingMessage, res: ServerResponse): void;
}

export function createJourneysApi(options: {
  database: Database;
  log?: (code: string, detail: Record<string, unknown>) => void;
}): JourneysApi {
  const reader = createContext({ kind: "job", id: "journeys-api" }, options.database);

  const answer = async (req: IncomingMessage, journeyId: string): Promise<{ profileId: number; repeated: boolean }> => {
    const token = tokenOf(req.headers.authorization ?? "");
    const actor = token === undefined ? null : await findApiKey(reader, token);
    if (!actor)
      throw new DomainError("UNAUTHORIZED", "This needs a secret API key, as Bearer token or as user name of Basic authorisation.");
    if (!actor.scopes.includes("journeys:start"))
      throw new DomainError("FORBIDDEN", 'This key lacks the scope "journeys:start". Give it the scope, or use another key.');
    const key = req.headers["idempotency-key"];
    const body = await bodyOf(req);
    return enterByCall(createContext(actor, options.database), {
      ...body,
      id: journeyId,
      idempotencyKey: typeof key === "string" && key !== "" ? key : null,
    });
  };

  return {
    matches: (pathname) => PATH.test(pathname),
    handle: (req, res) => {
      const requestId = randomUUID();
      const send = (status: number, body: unknown): void => {
        if (res.headersSent) return;
        res.writeHead(status, {
          "content-type": "application/json; charset=utf-8",
          "cache-control": "no-store",
          "request-id": requestId,
          ...(status === 401 ? { "www-authenticate": 'Basic realm="Journeys"' } : {}),
          ...(status === 405 ? { allow: "POST" } : {}),
        });
        res.end(JSON.stringify(body));
      };
      if (req.method !== "POST") {
        req.resume();
        send(405, { ok: false, error: { code: "VALIDATION", message: "People enter a journey by POST." } });
        return;
      }
      const journeyId = PATH.exec((req.url ?? "/").split("?", 1)[0] ?? "/")?.[1] ?? "";
      answer(req, journeyId).then(
        (data) => send(202, { ok: true, data }),
        (error: unknown) => {
          req.resume();
          if (error instanceof DomainError) {
            send(HTTP_STATUS[error.code], { ok: false, error: { code: error.code, message: error.message, fields: error.fields ?? {} } });
            return;
          }
          options.log?.("journeys_api.failed", { requestId, code: (error as { code?: string }).code, name: (error as Error).name });
          send(500, {
            ok: false,
            error: { code: "INTERNAL", message: "Something went wrong on our side. The header Request-Id names this request." },
          });
        },
      );
    },
  };
}

async function bodyOf(req: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new DomainError("LIMIT_EXCEEDED", "The body is larger than 64 KiB.");
    chunks.push(chunk);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new DomainError("VALIDATION", "The body is not JSON.");
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed))
    throw new DomainError("VALIDATION", "The body is no JSON object.");
  return parsed as Record<string, unknown>;
}
