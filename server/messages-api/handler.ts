import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "@/db/client";
import { createContext } from "@/domain/kernel/context";
import { DomainError, HTTP_STATUS } from "@/domain/kernel/errors";
import { followLink, markInbox, noteOpen, readInbox, subscribePush, takeCallback } from "@/domain/messages";
import { corsHeaders, originOf, preflightHeaders } from "../collect/cors";

/**
 * What reaches messages from outside without a session: the pixel and links of e-mails (`/t/o/…`, `/t/c/…`), reports of
 * providers (`/api/channels/<account>/callback`), and the in-app inbox of browsers (`/v1/inbox`).
 */
const PIXEL = /^\/t\/o\/([\w.-]{1,100})$/;
const LINK = /^\/t\/c\/([\w.-]{1,100})$/;
const CALLBACK = /^\/api\/channels\/([\w-]{1,40})\/callback$/;
const INBOX = /^\/v1\/inbox(\/subscriptions)?$/;
/** Reports come in batches (SendGrid: up to 768 KB); an inbox says little. Bytes. */
const MOST_REPORT = 1_048_576;
const MOST_INBOX = 16_384;

/** A transparent GIF of one pixel. */
const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

export interface MessagesApi {
  matches(pathname: string): boolean;
  handle(req: IncomingMessage, res: ServerResponse): void;
}

export function createMessagesApi(options: {
  database: Database;
  /** Public address of this install, without a slash at the end. */
  origin: () => string;
  log?: (code: string, detail: Record<string, unknown>) => void;
}): MessagesApi {
  const visitor = createContext({ kind: "webhook", id: "visitor" }, options.database);
  const visitOf = (req: IncomingMessage) => ({ userAgent: req.headers["user-agent"]?.slice(0, 500) ?? null, method: req.method ?? "GET" });

  const pixel = async (req: IncomingMessage, res: ServerResponse, token: string): Promise<void> => {
    try {
      await noteOpen(visitor, token, visitOf(req));
    } finally {
      // Whatever happens, a picture: a mail must not show a broken one.
      res.writeHead(200, { "content-type": "image/gif", "content-length": GIF.length, "cache-control": "no-store, private" });
      res.end(req.method === "HEAD" ? undefined : GIF);
    }
  };

  const link = async (req: IncomingMessage, res: ServerResponse, token: string): Promise<void> => {
    const url = await followLink(visitor, token, visitOf(req));
    if (url === null) return end(res, 404, "This link does not work any more.\n");
    res.writeHead(302, { location: new URL(url).href, "cache-control": "no-store", "referrer-policy": "no-referrer" });
    res.end();
  };

  const callback = async (req: IncomingMessage, res: ServerResponse, account: string): Promise<void> => {
    if (req.method !== "POST") return end(res, 405, "Reports are posted.\n");
    const body = await bodyOf(req, MOST_REPORT);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(req.headers)) if (typeof value === "string") headers[name] = value;
    const report = await takeCallback(visitor, account, { body, headers, url: `${options.origin()}${req.url ?? ""}` });
    json(res, 200, report);
  };

  const inbox = async (req: IncomingMessage, res: ServerResponse, subscriptions: boolean): Promise<void> => {
    const cors = corsHeaders(originOf(req));
    if (req.method === "OPTIONS") {
      res.writeHead(204, preflightHeaders(req, originOf(req)));
      res.end();
      return;
    }
    const { searchParams } = new URL(req.url ?? "/", "http://localhost");
    if (req.method === "GET" && !subscriptions) {
      const input = { writeKey: searchParams.get("writeKey") ?? "", anonymousId: searchParams.get("anonymousId") ?? "" };
      return json(res, 200, await readInbox(visitor, input), cors);
    }
    if (req.method !== "POST") return end(res, 405, "Read the inbox with GET, change it with POST.\n");
    let body: unknown;
    try {
      body = JSON.parse((await bodyOf(req, MOST_INBOX)).toString("utf8"));
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new DomainError("VALIDATION", "The body is not JSON.");
    }
    await (subscriptions ? subscribePush(visitor, body) : markInbox(visitor, body));
    json(res, 200, { ok: true }, cors);
  };

  const answer = (req: IncomingMessage, res: ServerResponse, pathname: string): Promise<void> => {
    const [, opened] = PIXEL.exec(pathname) ?? [];
    if (opened !== undefined) return pixel(req, res, opened);
    const [, followed] = LINK.exec(pathname) ?? [];
    if (followed !== undefined) return link(req, res, followed);
    const [, account] = CALLBACK.exec(pathname) ?? [];
    if (account !== undefined) return callback(req, res, account);
    return inbox(req, res, INBOX.exec(pathname)?.[1] !== undefined);
  };

  return {
    matches: (pathname) => [PIXEL, LINK, CALLBACK, INBOX].some((one) => one.test(pathname)),
    handle: (req, res) => {
      const pathname = (req.url ?? "/").split("?", 1)[0] ?? "/";
      answer(req, res, pathname).catch((error: unknown) => {
        const cors = INBOX.test(pathname) ? corsHeaders(originOf(req)) : {};
        if (res.headersSent) return;
        if (error instanceof DomainError)
          return json(res, HTTP_STATUS[error.code], { ok: false, error: { code: error.code, message: error.message } }, cors);
        const id = randomUUID();
        options.log?.("messages_api.failed", { id, error });
        json(res, 500, { ok: false, error: { code: "INTERNAL", message: `Something went wrong on our side (${id}).` } }, cors);
      });
    },
  };
}

function end(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  res.end(text);
}

function json(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers });
  res.end(JSON.stringify(body));
}

async function bodyOf(req: IncomingMessage, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) throw new DomainError("LIMIT_EXCEEDED", `At most ${most} bytes are taken.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
