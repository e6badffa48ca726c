import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Seconds by which a signed time may be off. */
const TOLERANCE_S = 300;

/** A new signing secret: `whsec_` and base64 of 32 bytes. */
export const newSigningSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ""), "base64");

/** Standard Webhooks 1.0.0: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`. */
export function signStandard(secret: string, id: string, timestamp: number, body: string | Buffer): string {
  return `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}

/** Headers of a signed request. */
export function standardHeaders(secret: string, id: string, now: Date, body: string): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1_000);
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signStandard(secret, id, timestamp, body) };
}

/** Whether one of the signatures of a received request fits, in constant time. Takes Svix's names of the headers too. */
export function verifyStandard(secret: string, headers: Readonly<Record<string, string>>, body: Buffer, now: Date): boolean {
  const get = (name: string): string => headers[`webhook-${name}`] ?? headers[`svix-${name}`] ?? "";
  const timestamp = Number(get("timestamp"));
  if (secret === "" || get("id") === "" || !Number.isInteger(timestamp)) return false;
  if (Math.abs(now.getTime() / 1_000 - timestamp) > TOLERANCE_S) return false;
  const wanted = Buffer.from(signStandard(secret, get("id"), timestamp, body));
  return get("signature")
    .split(" ")
    .map((one) => Buffer.from(one))
    .some((one) => one.length === wanted.length && timingSafeEqual(one, wanted));
}
