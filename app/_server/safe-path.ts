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

/** Where to go after signing in: a page of ours, or the home page. next-auth keeps the address whole on the way by a provider. */
export function ownUrl(url: string, baseUrl: string): string {
  const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url;
  return path.startsWith("/") && !path.startsWith("//") && !path.includes("\\") ? `${baseUrl}${path}` : baseUrl;
}
