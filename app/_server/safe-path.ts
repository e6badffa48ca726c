/** A path of our own that a sign-in may lead to; anything else becomes "/". */
export function safePath(given: unknown): string {
  if (typeof given !== "string" || given.length > 2_000 || !given.startsWith("/")) return "/";
  try {
    // `//host`, `/\host` and tricks with control characters all resolve to another host.
    const url = new URL(given, "http://own.invalid");
    if (url.host !== "own.invalid" || url.protocol !== "http:") return "/";
    const path = `${url.pathname}${url.search}${url.hash}`;
    return path.startsWith("//") || url.pathname.startsWith("/sign-in") || url.pathname.startsWith("/api/") ? "/" : path;
  } catch {
    return "/";
  }
}
