import "server-only";
import { env } from "@/domain/kernel/env";
import { DomainError } from "@/domain/kernel/errors";

/** Whether a request comes from our own pages: by APP_ORIGIN, by the host we serve, or by the browser's word. */
export function fromOurPages(headers: Pick<Headers, "get">, appOrigin: string | undefined): boolean {
  if (headers.get("sec-fetch-site") === "same-origin") return true;
  const origin = headers.get("origin");
  if (!origin || origin === "null") return false;
  let given: URL;
  try {
    given = new URL(origin);
  } catch {
    return false;
  }
  if (appOrigin !== undefined) return given.origin === new URL(appOrigin).origin;
  // The web process leaves x-forwarded-host only when a trusted proxy is configured.
  const host = headers.get("x-forwarded-host") ?? headers.get("host");
  return host !== null && given.host === host;
}

/** Cross-site requests may not change anything; Next's own check lets requests without an Origin pass. */
export function requireOurOrigin(headers: Pick<Headers, "get">): void {
  if (fromOurPages(headers, env().APP_ORIGIN)) return;
  throw new DomainError("FORBIDDEN", "This request did not come from a page of this install. Open Tributary under its own address.");
}
