import type { IncomingMessage } from "node:http";
import type { KeySource } from "@/domain/sources";
import { Refused } from "./refused";

const ALLOWED_HEADERS = ["authorization", "content-type", "content-encoding", "anonymousid", "sentat", "x-write-key", "x-retry-count"];
/** RudderStack's retry headers: a fixed list without them breaks only the retries. */
const RETRY_HEADER = /^rsa-[a-z0-9-]{1,60}$/;

const ORIGIN = /^(?:null|[a-z][a-z0-9+.-]*:\/\/[^\s,;"'<>]{1,300})$/i;

/** The request's origin, or undefined when there is none that could be repeated in a header. */
export function originOf(req: IncomingMessage): string | undefined {
  const { origin } = req.headers;
  return origin !== undefined && ORIGIN.test(origin) ? origin : undefined;
}

/** Headers that let a page of `origin` read the answer, errors included. */
export function corsHeaders(origin: string | undefined): Record<string, string> {
  if (origin === undefined) return { vary: "Origin" };
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "Retry-After, X-RateLimit-Reset",
    vary: "Origin",
  };
}

export function preflightHeaders(req: IncomingMessage, origin: string | undefined): Record<string, string> {
  const asked = (req.headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => RETRY_HEADER.test(name));
  return {
    ...corsHeaders(origin),
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": [...ALLOWED_HEADERS, ...new Set(asked)].join(", "),
    "access-control-max-age": "86400",
  };
}

/** Refuses browsers where the source is for servers only or names other origins. Servers send no Origin. */
export function checkOrigin(source: KeySource, origin: string | undefined): void {
  if (origin === undefined) return;
  const { serverOnly, allowedOrigins } = source.settings;
  if (serverOnly) throw new Refused("origin_not_allowed", "This source takes messages from servers only, not from browsers");
  if (allowedOrigins.length > 0 && !allowedOrigins.some((allowed) => matches(allowed, origin.toLowerCase()))) {
    throw new Refused("origin_not_allowed", "This source takes no messages from pages of this origin");
  }
}

/** `https://shop.example`, or `https://*.shop.example` for every host below it. */
function matches(allowed: string, origin: string): boolean {
  const star = allowed.indexOf("*.");
  if (star < 0) return allowed === origin;
  const scheme = allowed.slice(0, star);
  const rest = allowed.slice(star + 1);
  return origin.startsWith(scheme) && origin.endsWith(rest) && origin.length > scheme.length + rest.length;
}
