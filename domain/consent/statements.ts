import { createHash } from "node:crypto";
import { hmac } from "@/domain/kernel/secrets";
import { decodeGpp, type Gpp } from "./decode-gpp";
import { decodeTcf, MAX_STRING, tcfBits, tcfExpiry, tcfFaults, type Tcf } from "./decode-tcf";
import { categoryKey } from "./message-consent";
import {
  CHANNEL_KEY,
  CHANNELS,
  GPC_KEY,
  GPP_KEY,
  ORIGINS,
  STATEMENT_STATES,
  TCF_KEY,
  type Channel,
  type Origin,
  type StatementState,
  type Stream,
} from "./model";

/** A statement that a message makes. Times in milliseconds. */
export interface NewStatement {
  key: string;
  channel: string;
  stream: Stream;
  state: StatementState;
  at: number;
  expiresAt: number | null;
  confirmed: boolean;
  origin: Origin;
  fingerprint: string;
  tcfBits: number | null;
  tcfVendors: number[] | null;
  tcfRestricted: number[] | null;
  noticeHash: string | null;
  locale: string | null;
  actorId: string | null;
  proof: Record<string, unknown>;
}

/** What is read of a message. */
export interface ConsentMessage {
  type: string;
  event?: string;
  context: Record<string, unknown>;
  traits?: Record<string, unknown>;
}

/** Source of statements that the product itself records: operators, the preference centre, one-click. Trusted with any origin. */
export const CONSENT_SOURCE = "src_consent";
export const CONSENT_EVENT = "Segment Consent Preference Updated";
/** Events of e-mail tools by which a person leaves the channel. */
const LEAVING_EVENTS: ReadonlySet<string> = new Set(["Unsubscribed", "Email Marked as Spam"]);
/**
 * Origins that any client may claim with `context.consent.origin`. In a form or a banner the person answered a question. A
 * file repeats what another system knew, whenever it was asked: its yes must not lift what the person said since.
 */
const ASKED: ReadonlySet<unknown> = new Set(["form", "banner"]);
const CLAIMED: ReadonlySet<unknown> = new Set([...ASKED, "import"]);

const LIMIT = 100;
const KEY_LENGTH = 200;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a message says anything about consent: what every message pays. */
export function carriesConsent({ context, event }: ConsentMessage): boolean {
  return (
    context["consent"] !== undefined ||
    context["consentManagement"] !== undefined ||
    context["gpc"] !== undefined ||
    context["messaging_subscriptions"] !== undefined ||
    (event !== undefined && LEAVING_EVENTS.has(event))
  );
}

export interface ReadOptions {
  sourceId: string;
  /** Milliseconds. */
  at: number;
  receivedAt: number;
  /** Categories of each published purpose that needs consent and has any: an object that names none of them says no to it. */
  categories: readonly (readonly string[])[];
}

/** The statements of one message, in order. Anything that cannot be read says nothing: garbage is no consent. */
export function statementsOf(message: ConsentMessage, options: ReadOptions): NewStatement[] {
  // A clock that runs ahead must not outlive a later no.
  const at = Math.min(options.at, options.receivedAt);
  const out: NewStatement[] = [];
  const { context } = message;
  const consent = context["consent"];
  const own = isObject(consent) ? consent : undefined;
  const system = options.sourceId === CONSENT_SOURCE;
  const isEvent = message.type === "track" && message.event === CONSENT_EVENT;
  const claimed = own?.["origin"];
  const explicit = isEvent || ASKED.has(claimed);
  const base: Base = {
    at,
    stream: explicit ? "explicit" : "signal",
    origin: CLAIMED.has(claimed) ? (claimed as Origin) : isEvent ? "consent_event" : "consent_object",
    noticeHash: textOf(own?.["noticeHash"], 64),
    locale: textOf(own?.["locale"], 35),
    proof: proofOf(context, own),
  };
  if (system && own) return systemStatements(own, base);
  if (own) readObject(own, base, options, out);
  readManagement(context["consentManagement"], { ...base, origin: "consent_object" }, out);
  readStrings(own, at, base, out);
  if (context["gpc"] === true || own?.["gpc"] === true) out.push(made({ ...base, stream: "signal", origin: "gpc" }, GPC_KEY, "denied"));
  readSubscriptions(context["messaging_subscriptions"], { ...base, stream: "signal", origin: "subscription" }, out);
  if (message.event !== undefined && LEAVING_EVENTS.has(message.event)) {
    const left: Base = { ...base, stream: "explicit", origin: "subscription", proof: { ...base.proof, event: message.event } };
    out.push(made(left, CHANNEL_KEY, "withdrawn", "email"), made(left, "subscription:email", "withdrawn"));
  }
  return out;
}

type Base = Pick<NewStatement, "at" | "stream" | "origin" | "noticeHash" | "locale" | "proof">;

const made = (base: Base, key: string, state: StatementState, channel = "", more: Partial<NewStatement> = {}): NewStatement => ({
  ...base,
  key,
  channel,
  state,
  expiresAt: null,
  confirmed: false,
  fingerprint: "",
  tcfBits: null,
  tcfVendors: null,
  tcfRestricted: null,
  actorId: null,
  ...more,
});

const textOf = (value: unknown, limit: number): string | null =>
  typeof value === "string" && value.length > 0 && value.length <= limit ? value : null;

function proofOf(context: Record<string, unknown>, own: Record<string, unknown> | undefined): Record<string, unknown> {
  const page = context["page"];
  const url = isObject(page) ? textOf(page["url"], 2_000) : null;
  const ip = textOf(context["ip"], 64);
  const form = textOf(own?.["form"], 200);
  return {
    // Without its query: that may hold an address.
    ...(url === null ? {} : { page: url.split(/[?#]/)[0] }),
    ...(ip === null ? {} : { ipHash: hmac("consent-ip", ip).slice(0, 24) }),
    ...(form === null ? {} : { form }),
  };
}

/** Keys that a client may use: never one of ours that begins with `$`. */
function clientKey(text: string): string | undefined {
  const key = categoryKey(text);
  return key === "" || key.length > KEY_LENGTH || key.startsWith("$") ? undefined : key;
}

function readObject(own: Record<string, unknown>, base: Base, options: ReadOptions, out: NewStatement[]): void {
  const preferences = own["categoryPreferences"];
  const bare = Object.keys(own).length === 0;
  if (!isObject(preferences) && !bare) return;
  const said = new Set<string>();
  for (const [category, value] of Object.entries(isObject(preferences) ? preferences : {}).slice(0, LIMIT)) {
    const key = clientKey(category);
    if (key === undefined || said.has(key)) continue;
    said.add(key);
    // Only JSON true is a yes.
    out.push(made(base, key, value === true ? "granted" : "denied"));
  }
  // A CMP's object is whole: what it leaves out is not granted. A form or an import speaks for its own fields alone.
  if (base.origin === "form" || base.origin === "import") return;
  for (const keys of options.categories) {
    const [first] = keys;
    if (first === undefined || keys.some((key) => said.has(key))) continue;
    said.add(first);
    out.push(made({ ...base, stream: "signal" }, first, "denied", "", { proof: { ...base.proof, missing: true } }));
  }
}

/** RudderStack's object. */
function readManagement(value: unknown, base: Base, out: NewStatement[]): void {
  if (!isObject(value)) return;
  const said = new Map<string, StatementState>();
  const read = (list: unknown, state: StatementState): void => {
    if (!Array.isArray(list)) return;
    for (const item of list.slice(0, LIMIT)) {
      const key = typeof item === "string" ? clientKey(item) : undefined;
      if (key !== undefined) said.set(key, state);
    }
  };
  read(value["allowedConsentIds"], "granted");
  // On both lists: the stricter.
  read(value["deniedConsentIds"], "denied");
  for (const [key, state] of said) out.push(made(base, key, state));
}

const fingerprintOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** TCF and GPP strings; a GPP string may hold a TCF one. */
function readStrings(own: Record<string, unknown> | undefined, at: number, base: Base, out: NewStatement[]): void {
  if (!own) return;
  const gppText = textOf(own["gpp"] ?? own["gppString"], MAX_STRING);
  let tcfText = textOf(own["tcf"] ?? own["tcString"], MAX_STRING);
  if (gppText !== null) {
    const gpp = gppOf(gppText);
    if (gpp?.us) {
      const fingerprint = fingerprintOf(gppText);
      const proof = { ...base.proof, string: gppText, stringHash: fingerprint, deniedBy: gpp.deniedBy, sensitive: gpp.sensitive };
      const state = gpp.deniedBy.length > 0 ? "denied" : "granted";
      out.push(made({ ...base, stream: "signal", origin: "gpp", proof }, GPP_KEY, state, "", { fingerprint }));
    }
    tcfText ??= gpp?.tcf ?? null;
  }
  if (tcfText === null) return;
  const tcf = tcfOf(tcfText);
  // An invalid string equals no string.
  if (!tcf || tcfFaults(tcf, at).length > 0) return;
  const fingerprint = fingerprintOf(tcfText);
  const proof = { ...base.proof, string: tcfText, stringHash: fingerprint, cmpId: tcf.cmpId, purposes: tcf.purposes };
  out.push(
    made({ ...base, stream: "signal", origin: "tcf", proof }, TCF_KEY, "granted", "", {
      fingerprint,
      expiresAt: tcfExpiry(tcf),
      tcfBits: tcfBits(tcf.purposes),
      tcfVendors: tcf.vendors,
      tcfRestricted: tcf.restricted,
    }),
  );
}

/** A browser repeats its string with every event; many browsers share the common ones. */
class Remembered<T> {
  private readonly known = new Map<string, T | undefined>();
  constructor(private readonly decode: (text: string) => T | undefined) {}
  get(text: string): T | undefined {
    if (this.known.has(text)) return this.known.get(text);
    if (this.known.size >= 5_000) this.known.clear();
    const value = this.decode(text);
    this.known.set(text, value);
    return value;
  }
}
const tcfs = new Remembered<Tcf>(decodeTcf);
const gpps = new Remembered<Gpp>(decodeGpp);
const tcfOf = (text: string): Tcf | undefined => tcfs.get(text);
const gppOf = (text: string): Gpp | undefined => gpps.get(text);

const SUBSCRIPTION_CHANNELS: Record<string, Channel> = { EMAIL: "email", SMS: "sms", WHATSAPP: "whatsapp" };

/** Segment's `context.messaging_subscriptions`. A blank status, or "did not subscribe", says nothing. */
function readSubscriptions(value: unknown, base: Base, out: NewStatement[]): void {
  if (!Array.isArray(value)) return;
  for (const item of value.slice(0, 25) as unknown[]) {
    if (!isObject(item)) continue;
    const channel = SUBSCRIPTION_CHANNELS[String(item["type"]).toUpperCase()];
    if (!channel) continue;
    const state = subscriptionState(item["status"]);
    if (state) {
      out.push(made(base, `subscription:${channel}`, state));
      out.push(made(base, CHANNEL_KEY, state, channel));
    }
    for (const group of Array.isArray(item["groups"]) ? (item["groups"] as unknown[]).slice(0, 25) : []) {
      if (!isObject(group) || typeof group["name"] !== "string") continue;
      const key = clientKey(group["name"]);
      const said = subscriptionState(group["status"]);
      if (key !== undefined && said) out.push(made(base, key, said, channel));
    }
  }
}

const subscriptionState = (status: unknown): StatementState | undefined =>
  status === "SUBSCRIBED" ? "granted" : status === "UNSUBSCRIBED" ? "withdrawn" : undefined;

const known = <T extends string>(values: readonly T[], value: unknown): T | undefined => values.find((one) => one === value);

/** What the product recorded itself, as it stands in its own archive. */
function systemStatements(own: Record<string, unknown>, base: Base): NewStatement[] {
  const list = Array.isArray(own["statements"]) ? (own["statements"] as unknown[]) : [];
  return list.flatMap((item) => {
    if (!isObject(item) || typeof item["key"] !== "string") return [];
    const state = known(STATEMENT_STATES, item["state"]);
    const origin = known(ORIGINS, own["origin"]);
    if (!state || !origin) return [];
    const expiresAt = typeof item["expiresAt"] === "number" ? item["expiresAt"] : null;
    return made(
      { ...base, stream: "explicit", origin, proof: isObject(own["proof"]) ? own["proof"] : {} },
      item["key"],
      state,
      known(CHANNELS, item["channel"]) ?? "",
      {
        expiresAt,
        confirmed: item["confirmed"] === true,
        actorId: textOf(own["actorId"], 100),
        noticeHash: textOf(item["noticeHash"], 64),
        locale: textOf(own["locale"], 35),
      },
    );
  });
}
