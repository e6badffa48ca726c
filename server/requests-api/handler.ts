import { randomUUID, sign } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "@/db/client";
import { findApiKey } from "@/domain/access";
import {
  cancelOpendsr,
  createRegulation,
  getRegulation,
  opendsrDiscovery,
  opendsrResults,
  opendsrStatus,
  receiveOpendsr,
} from "@/domain/governance";
import { createContext, type Ctx } from "@/domain/kernel/context";
import { DomainError, HTTP_STATUS } from "@/domain/kernel/errors";
import { secretFor } from "@/domain/kernel/secrets";
import { tokenOf } from "../api-token";
import { certificateOf, signingKey } from "./certificate";

/**
 * Requests of data subjects by machine: OpenDSR 2.0 under /v2 (with the older names /discovery, /requests, /status and
 * the headers of OpenGDPR), and regulations in the manner of Segment. A secret API key as Bearer or as user name of
 * Basic authorisation; answers are signed, since OpenDSR asks for it.
 */
const PATH = /^\/(?:v2\/)?(discovery|certificate|requests|status|regulations)(?:\/([A-Za-z0-9_-]{1,80}))?(?:\/(results))?\/?$/;
const MOST_BYTES = 1_048_576;

export interface RequestsApi {
  matches(pathname: string): boolean;
  handle(req: IncomingMessage, res: ServerResponse): void;
}

interface Answer {
  status: number;
  body: unknown;
}

export function createRequestsApi(options: {
  database: Database;
  /** Public address of this install, without a slash at the end. */
  origin: () => string;
  log?: (code: string, detail: Record<string, unknown>) => void;
}): RequestsApi {
  const reader = createContext({ kind: "job", id: "requests-api" }, options.database);
  const domain = (): string => new URL(options.origin()).hostname;
  const key = signingKey(secretFor("opendsr"));

  const actorOf = async (req: IncomingMessage): Promise<Ctx> => {
    const token = tokenOf(req.headers.authorization ?? "");
    const actor = token === undefined ? null : await findApiKey(reader, token);
    if (!actor)
      throw new DomainError("UNAUTHORIZED", "This needs a secret API key, as Bearer token or as user name of Basic authorisation.");
    return createContext(actor, options.database);
  };

  const answer = async (req: IncomingMessage, pathname: string): Promise<Answer> => {
    const [, what = "", id, results] = PATH.exec(pathname) ?? [];
    const route = `${req.method} ${what}${id === undefined ? "" : "/id"}${results === undefined ? "" : "/results"}`;
    if (route === "GET discovery")
      return { status: 200, body: { ...opendsrDiscovery(), processor_certificate: `${options.origin()}/v2/certificate` } };
    const ctx = await actorOf(req);
    switch (route) {
      case "POST requests": {
        const { text, parsed } = await bodyOf(req);
        const receipt = await receiveOpendsr(ctx, parsed);
        const encoded_request = Buffer.from(text).toString("base64");
        const body = { ...receipt, encoded_request };
        return { status: 201, body: { ...body, processor_signature: signatureOf(JSON.stringify(body)) } };
      }
      case "GET requests/id":
      case "GET status/id": {
        const { results_path, ...status } = await opendsrStatus(ctx, id ?? "");
        return { status: 200, body: { ...status, ...(results_path ? { results_url: `${options.origin()}${results_path}` } : {}) } };
      }
      case "GET requests/id/results":
        return { status: 200, body: await opendsrResults(ctx, id ?? "") };
      case "DELETE requests/id": {
        const body = await cancelOpendsr(ctx, id ?? "");
        return { status: 202, body: { ...body, processor_signature: signatureOf(JSON.stringify(body)) } };
      }
      case "POST regulations":
        return { status: 200, body: { data: await createRegulation(ctx, (await bodyOf(req)).parsed) } };
      case "GET regulations/id":
        return { status: 200, body: { data: { regulation: await getRegulation(ctx, id ?? "") } } };
      default:
        throw new DomainError(
          "NOT_FOUND",
          "There is no such call: /v2/discovery, /v2/requests, /v2/requests/<id>, /regulations, /regulations/<id>.",
        );
    }
  };

  const signatureOf = (text: string): string => sign("sha256", Buffer.from(text), key).toString("base64");

  return {
    matches: (pathname) => PATH.test(pathname) && (pathname.startsWith("/v2/") || !/^\/requests(?:\/|$)/.test(pathname)),
    handle: (req, res) => {
      const requestId = randomUUID();
      const pathname = (req.url ?? "/").split("?", 1)[0] ?? "/";
      const send = (status: number, body: unknown, type = "application/json; charset=utf-8"): void => {
        if (res.headersSent) return;
        const text = typeof body === "string" ? body : JSON.stringify(body);
        const signature = signatureOf(text);
        res.writeHead(status, {
          "content-type": type,
          "cache-control": "no-store",
          "request-id": requestId,
          "x-opendsr-processor-domain": domain(),
          "x-opendsr-signature": signature,
          "x-opengdpr-processor-domain": domain(),
          "x-opengdpr-signature": signature,
          ...(status === 401 ? { "www-authenticate": 'Basic realm="Requests"' } : {}),
        });
        res.end(text);
      };
      if (req.method === "GET" && /\/certificate\/?$/.test(pathname)) {
        req.resume();
        send(200, certificateOf(key, domain()), "application/x-pem-file");
        return;
      }
      answer(req, pathname).then(
        ({ status, body }) => send(status, body),
        (error: unknown) => {
          req.resume();
          if (error instanceof DomainError) {
            const status = error.code === "PRECONDITION_FAILED" ? 400 : HTTP_STATUS[error.code];
            const errors = Object.entries(error.fields ?? {}).map(([field, message]) => ({ domain: field, reason: "invalid", message }));
            send(status, { error: { code: status, message: error.message, errors } });
            return;
          }
          options.log?.("requests_api.failed", { requestId, code: (error as { code?: string }).code, name: (error as Error).name });
          send(500, {
            error: { code: 500, message: "Something went wrong on our side. The header Request-Id names this request.", errors: [] },
          });
        },
      );
    },
  };
}

/** A JSON body of at most 1 MiB. Never logged. */
async function bodyOf(req: IncomingMessage): Promise<{ text: string; parsed: unknown }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new DomainError("LIMIT_EXCEEDED", "The body is larger than 1 MiB.");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return { text, parsed: JSON.parse(text) };
  } catch {
    throw new DomainError("VALIDATION", "The body is not JSON.");
  }
}
