import { MESSAGE_TYPES, type MessageType } from "@/domain/events/model";

export type CollectRoute =
  | { kind: "message"; type: MessageType }
  | { kind: "batch" }
  | { kind: "metrics" }
  | { kind: "settings"; writeKey: string }
  | { kind: "script"; writeKey: string }
  | { kind: "bundle"; file: string }
  | { kind: "sourceConfig" }
  | { kind: "pixel"; type: "track" | "page" }
  | { kind: "unknown" };

const FIXED = new Map<string, CollectRoute>([
  ["/v1/batch", { kind: "batch" }],
  ["/v1/b", { kind: "batch" }],
  ["/beacon/v1/batch", { kind: "batch" }],
  ["/v1/m", { kind: "metrics" }],
  ["/sourceConfig", { kind: "sourceConfig" }],
  ["/pixel/v1/track", { kind: "pixel", type: "track" }],
  ["/pixel/v1/page", { kind: "pixel", type: "page" }],
  ...MESSAGE_TYPES.flatMap((type): [string, CollectRoute][] => [
    [`/v1/${type}`, { kind: "message", type }],
    [`/v1/${type[0]}`, { kind: "message", type }],
  ]),
]);
const SETTINGS = /^\/v1\/projects\/([^/]{1,200})\/settings$/;
const SCRIPT = /^\/analytics\.js\/v1\/([^/]{1,200})\/analytics(?:\.min)?\.js$/;
/** Parts that the browser SDK loads on demand (for `ajs_*` query parameters), from where it was loaded itself. */
const BUNDLE = /^\/analytics-next\/bundles\/([A-Za-z0-9.-]{1,100}\.js)$/;
/** The Profile API lives under the same prefix and belongs to the application. */
const NOT_OURS = /^\/v1\/spaces(\/|$)/;
const OURS = /^\/(?:v1|beacon|pixel|analytics\.js|analytics-next)(?:\/|$)/;

/** Which collection route a path is; `unknown` is answered with a 404 of ours; undefined belongs to somebody else. */
export function routeOf(pathname: string): CollectRoute | undefined {
  const fixed = FIXED.get(pathname);
  if (fixed) return fixed;
  if (NOT_OURS.test(pathname)) return undefined;
  // Trailing and repeated slashes (a host given with one at its end) are answered in place: SDKs count a redirect as
  // delivered, and that is what the application would answer.
  const plain = pathname.replaceAll(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  if (plain !== pathname) return routeOf(plain);
  if (!OURS.test(pathname)) return undefined;
  const settings = SETTINGS.exec(pathname);
  if (settings) return { kind: "settings", writeKey: decode(settings[1] ?? "") };
  const script = SCRIPT.exec(pathname);
  if (script) return { kind: "script", writeKey: decode(script[1] ?? "") };
  const bundle = BUNDLE.exec(pathname);
  if (bundle) return { kind: "bundle", file: bundle[1] ?? "" };
  return { kind: "unknown" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The method that a route takes besides OPTIONS. */
export const methodOf = (route: CollectRoute): "GET" | "POST" =>
  route.kind === "message" || route.kind === "batch" || route.kind === "metrics" ? "POST" : "GET";
