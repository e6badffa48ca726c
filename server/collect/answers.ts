import type { ServerResponse } from "node:http";
import type { ItemCode, Warning } from "@/domain/events/model";
import type { Refused } from "./refused";

export interface ItemAnswer {
  success: true;
  accepted: number;
  duplicates: number;
  rejected: { index: number; messageId: string | null; code: ItemCode; field: string | null; message: string }[];
  warnings: ({ index: number; messageId: string | null } & Warning)[];
}

/** 1×1 transparent GIF. */
const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

export function sendJson(res: ServerResponse, status: number, body: unknown, headers: Record<string, string>): void {
  send(res, status, JSON.stringify(body), headers);
}

function send(res: ServerResponse, status: number, text: string, headers: Record<string, string>): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...headers,
  });
  res.end(text);
}

/** The answer to messages; nearly always nothing was refused and there is nothing to warn of. */
export function sendAnswer(res: ServerResponse, answer: ItemAnswer, headers: Record<string, string>): void {
  if (answer.rejected.length > 0 || answer.warnings.length > 0) return sendJson(res, 200, answer, headers);
  const { accepted, duplicates } = answer;
  send(res, 200, `{"success":true,"accepted":${accepted},"duplicates":${duplicates},"rejected":[],"warnings":[]}`, headers);
}

export function sendRefusal(res: ServerResponse, refused: Refused, headers: Record<string, string>): void {
  const { limit, got, retryAfter, allow } = refused.detail;
  sendJson(
    res,
    refused.status,
    {
      success: false,
      error: {
        code: refused.code,
        message: refused.message,
        ...(limit === undefined ? {} : { limit }),
        ...(got === undefined ? {} : { got }),
      },
    },
    {
      ...headers,
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter), "x-ratelimit-reset": String(retryAfter) }),
      ...(allow === undefined ? {} : { allow }),
    },
  );
}

export function sendGif(res: ServerResponse): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(200, { "content-type": "image/gif", "content-length": GIF.length, "cache-control": "no-store, private" });
  res.end(GIF);
}
