import { timingSafeEqual } from "node:crypto";
import { env } from "@/domain/kernel/env";
import { hmac } from "@/domain/kernel/secrets";

/** What a signed address of ours stands for: the opening of a message, or its n-th link. The address itself is kept with the message: there is no open redirect. */
interface TrackedId {
  readonly profileId: number;
  readonly messageId: number;
  /** Null: the pixel. */
  readonly link: number | null;
}

const signature = (payload: string): string => Buffer.from(hmac("message-tracking", payload), "hex").subarray(0, 12).toString("base64url");

export function writeTracked({ profileId, messageId, link }: TrackedId): string {
  const payload = [profileId, messageId, ...(link === null ? [] : [link])].map((n) => n.toString(36)).join("-");
  return `${payload}.${signature(payload)}`;
}

/** Undefined for anything that this install did not sign. */
export function readTracked(token: string): TrackedId | undefined {
  const [payload = "", given = "", more] = token.split(".");
  if (more !== undefined || !/^[0-9a-z]{1,11}-[0-9a-z]{1,11}(?:-[0-9a-z]{1,4})?$/.test(payload)) return undefined;
  const wanted = Buffer.from(signature(payload));
  const got = Buffer.from(given);
  if (wanted.length !== got.length || !timingSafeEqual(wanted, got)) return undefined;
  const [profileId = 0, messageId = 0, link] = payload.split("-").map((part) => Number.parseInt(part, 36));
  return { profileId, messageId, link: link ?? null };
}

/** The public address of this install, without a slash at the end. */
export function publicOrigin(): string {
  const { APP_ORIGIN, HOST, PORT } = env();
  if (APP_ORIGIN !== undefined) return APP_ORIGIN.replace(/\/$/, "");
  return `http://${HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST}:${PORT}`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&quot;": '"', "&#39;": "'", "&#34;": '"', "&lt;": "<", "&gt;": ">" };
const decode = (text: string): string => text.replaceAll(/&(?:amp|quot|#39|#34|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);

const MOST_LINKS = 1_000;

/**
 * Wraps the links of an HTML mail and adds the pixel. Links of ours (unsubscribing among them) stay as they are, since a
 * person must reach them whatever happens to counting. The same address is one link.
 */
export function track(html: string, id: Omit<TrackedId, "link">, origin: string): { html: string; links: string[] } {
  const links: string[] = [];
  const wrapped = html.replaceAll(/(<a\b[^>]*?\shref=")([^"]*)(")/gi, (whole, before: string, value: string, after: string) => {
    const url = decode(value).trim();
    if (!/^https?:\/\//i.test(url) || url.startsWith(`${origin}/`)) return whole;
    let n = links.indexOf(url);
    if (n < 0) {
      if (links.length >= MOST_LINKS) return whole;
      n = links.push(url) - 1;
    }
    return `${before}${origin}/t/c/${writeTracked({ ...id, link: n })}${after}`;
  });
  const pixel = `<img src="${origin}/t/o/${writeTracked({ ...id, link: null })}" width="1" height="1" alt="" style="display:none">`;
  const end = wrapped.search(/<\/body>/i);
  return { html: end < 0 ? wrapped + pixel : wrapped.slice(0, end) + pixel + wrapped.slice(end), links };
}

/** Programs that fetch what is in a mail: scanners of links, privacy proxies, libraries. */
const MACHINES =
  /bot\b|crawl|spider|scan|preview|curl|wget|python|okhttp|go-http-client|java\/|axios|node-fetch|headless|phantom|barracuda|mimecast|proofpoint|safelinks|trendmicro|symantec|cloudmark|fireeye|messagelabs|monitor|validator/i;
/** A person does not follow a link so soon after the message left (milliseconds). */
const TOO_SOON_MS = 2_000;

/**
 * Whether a program opened or clicked. Apple's Mail Privacy Protection loads every picture through proxies that say
 * "Mozilla/5.0" and nothing more; Google's picture proxy loads when the person opens, so it counts as the person.
 */
export function isMachine(
  kind: "opened" | "clicked",
  seen: { userAgent: string | null; method: string; sinceSentMs: number | null },
): boolean {
  const agent = (seen.userAgent ?? "").trim();
  if (seen.method !== "GET") return true;
  if (agent === "" || agent === "Mozilla/5.0") return true;
  if (/GoogleImageProxy/.test(agent)) return kind === "clicked";
  if (MACHINES.test(agent)) return true;
  return kind === "clicked" && seen.sinceSentMs !== null && seen.sinceSentMs < TOO_SOON_MS;
}
