import { env } from "@/domain/kernel/env";
import { NextResponse, type NextRequest } from "next/server";

/**
 * Sets headers on every page and answer, and leads people without a session cookie to the sign-in page. It decides
 * nothing else: access is checked in pages, wrappers and verbs.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const dev = env().NODE_ENV === "development";
  const secure = env().APP_ORIGIN?.startsWith("https://") ?? false;
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${dev ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join("; ");

  const { pathname, search } = request.nextUrl;
  const cookie = secure ? "__Host-tributary.session" : "tributary.session";
  const isPage =
    !pathname.startsWith("/api/") &&
    !/^\/(sign-in|setup|invite|reset|privacy|preferences|unsubscribe)(\/|$)/.test(pathname) &&
    !pathname.includes(".");
  let response: NextResponse;
  if (isPage && request.method === "GET" && !request.cookies.has(cookie)) {
    const target = request.nextUrl.clone();
    target.pathname = "/sign-in";
    target.search = pathname === "/" ? "" : `?callbackUrl=${encodeURIComponent(`${pathname}${search}`)}`;
    response = NextResponse.redirect(target);
  } else {
    const headers = new Headers(request.headers);
    headers.set("x-nonce", nonce);
    headers.set("x-tributary-path", `${pathname}${search}`);
    headers.set("content-security-policy", policy);
    response = NextResponse.next({ request: { headers } });
  }
  response.headers.set("content-security-policy", policy);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "same-origin");
  response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("x-frame-options", "DENY");
  response.headers.set("permissions-policy", "camera=(), microphone=(), geolocation=()");
  if (secure) response.headers.set("strict-transport-security", "max-age=31536000");
  return response;
}

export const config = {
  // Uploads (a body must not be buffered and cut here), static files and collection never pass through.
  matcher: ["/((?!_next/static|api/imports|api/lists/upload|v1/|icon.svg).*)"],
};
