import type { IncomingMessage } from "node:http";

/** Headers that Next's own infrastructure sets; from a client they can only be an attack. */
const NEVER_FROM_CLIENTS = [
  "x-middleware-subrequest",
  "x-middleware-subrequest-id",
  "x-middleware-prefetch",
  "x-matched-path",
  "x-now-route-matches",
  "x-invoke-path",
  "x-invoke-query",
  "x-invoke-output",
  "x-invoke-status",
  "x-vercel-id",
  "x-next-revalidated-tags",
  "x-next-revalidate-tag-token",
];

const last = (header: string | string[] | undefined): string | undefined =>
  (Array.isArray(header) ? header.join(",") : header)
    ?.split(",")
    .map((part) => part.trim())
    .findLast((part) => part !== "");

/**
 * The client's address: the socket's, or with N trusted proxies in front the N-th address from the right of
 * X-Forwarded-For. What a client wrote further left is never believed.
 */
export function clientAddress(socketAddress: string, forwardedFor: string | undefined, hops: number): string {
  const plain = socketAddress.replace(/^::ffff:(?=\d+\.)/, "");
  if (hops === 0) return plain;
  const chain = [...(forwardedFor ?? "").split(",").map((part) => part.trim()), plain].filter((part) => part !== "");
  return chain[Math.max(0, chain.length - 1 - hops)] ?? plain;
}

/**
 * Leaves only forwarding headers that can be believed: `x-forwarded-for` is one address (the client's), host and
 * protocol come from the nearest proxy, or are taken away when no proxy is configured.
 */
export function sanitiseHeaders(req: IncomingMessage, hops: number): void {
  const { headers } = req;
  for (const name of NEVER_FROM_CLIENTS) delete headers[name];
  const forwardedFor = Array.isArray(headers["x-forwarded-for"]) ? headers["x-forwarded-for"].join(",") : headers["x-forwarded-for"];
  const address = clientAddress(req.socket.remoteAddress ?? "", forwardedFor, hops);
  const host = hops > 0 ? last(headers["x-forwarded-host"]) : undefined;
  const proto = hops > 0 ? last(headers["x-forwarded-proto"]) : undefined;
  for (const name of ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-real-ip"]) {
    delete headers[name];
  }
  if (address !== "") headers["x-forwarded-for"] = address;
  if (host !== undefined) headers["x-forwarded-host"] = host;
  if (proto === "http" || proto === "https") headers["x-forwarded-proto"] = proto;
}
