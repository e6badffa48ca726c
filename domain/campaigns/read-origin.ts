import { PAGE_VIEWED, SCREEN_VIEWED } from "@/domain/events/model";
import type { Json, JsonObject } from "@/domain/events/model";
import { CLICK_IDS } from "./model";
import type { ClickId, Origin } from "./model";

/** What touchpoints are read from: an event's name and the parts of it that may say where somebody came from. */
export interface TouchEvent {
  readonly name: string;
  readonly properties: JsonObject;
  readonly context: JsonObject;
}

/** E-mail, ad and push events of the common vocabularies that are touches themselves. */
const MESSAGE_CLICKS: Record<string, { source: string; medium: string }> = {
  "Email Link Clicked": { source: "email", medium: "email" },
  "SMS Link Clicked": { source: "sms", medium: "sms" },
  "Push Notification Tapped": { source: "push", medium: "push" },
  "Push Notification Opened": { source: "push", medium: "push" },
};
const AD_EVENTS: Record<string, "click" | "view"> = {
  "Ad Clicked": "click",
  "Ad Viewed": "view",
  "Ad Impression": "view",
  "Promotion Clicked": "click",
};
/** Names under which page and screen calls are stored. */
export const PAGE_EVENTS: readonly string[] = [PAGE_VIEWED, SCREEN_VIEWED];

/** Source and medium that a click id alone stands for. */
const OF_CLICK_ID: Record<ClickId, { source: string; medium: string }> = {
  gclid: { source: "google", medium: "cpc" },
  gbraid: { source: "google", medium: "cpc" },
  wbraid: { source: "google", medium: "cpc" },
  dclid: { source: "google", medium: "cpm" },
  fbclid: { source: "facebook", medium: "" },
  msclkid: { source: "bing", medium: "cpc" },
  ttclid: { source: "tiktok", medium: "cpc" },
  li_fat_id: { source: "linkedin", medium: "cpc" },
  twclid: { source: "twitter", medium: "cpc" },
  rdt_cid: { source: "reddit", medium: "cpc" },
  epik: { source: "pinterest", medium: "" },
  ScCid: { source: "snapchat", medium: "cpc" },
  yclid: { source: "yandex", medium: "cpc" },
  irclickid: { source: "impact", medium: "affiliate" },
};

const EMPTY = { source: "", medium: "", campaign: "", campaignRef: "", content: "", term: "", clickId: "", referrer: "" } as const;

/** Whether an event can be a touch or the page of a visit at all: for reading no more than needed. */
export function maybeTouch(name: string): boolean {
  return PAGE_EVENTS.includes(name) || Object.hasOwn(MESSAGE_CLICKS, name) || Object.hasOwn(AD_EVENTS, name);
}

/**
 * Origin of an event, or null where it is none. A page or screen without any sign of where it came from has the empty
 * origin of a direct visit; whether it begins one is decided by what came before it (derive-touches.ts).
 * Query parameters win over context.campaign, which wins over a click id, which wins over the referrer.
 */
export function readOrigin(event: TouchEvent): Origin | null {
  const message = Object.hasOwn(MESSAGE_CLICKS, event.name) ? MESSAGE_CLICKS[event.name] : undefined;
  if (message !== undefined) return messageOrigin(event, message);
  const ad = Object.hasOwn(AD_EVENTS, event.name) ? AD_EVENTS[event.name] : undefined;
  if (ad !== undefined) return adOrigin(event, ad);
  return PAGE_EVENTS.includes(event.name) ? visitOrigin(event) : null;
}

function messageOrigin({ properties }: TouchEvent, of: { source: string; medium: string }): Origin {
  const nested = object(properties["campaign"]);
  return {
    ...EMPTY,
    kind: "click",
    source: text(nested?.["source"]) || of.source,
    medium: text(nested?.["medium"]).toLowerCase() || of.medium,
    campaign: text(properties["campaign_name"]) || text(nested?.["name"]),
    campaignRef: text(properties["campaign_id"]),
    content: text(properties["link_id"]),
  };
}

function adOrigin({ properties, context }: TouchEvent, kind: "click" | "view"): Origin {
  const campaign = object(context["campaign"]) ?? object(properties["campaign"]);
  const say = (...keys: string[]): string => keys.map((key) => text(properties[key])).find((value) => value !== "") ?? "";
  return {
    ...EMPTY,
    kind,
    source: text(campaign?.["source"]) || say("source", "network", "publisher"),
    medium: text(campaign?.["medium"]) || say("medium") || "cpm",
    campaign: text(campaign?.["name"]) || say("campaign_name", "name", "promotion_name"),
    campaignRef: text(campaign?.["id"]) || say("campaign_id", "promotion_id"),
    content: text(campaign?.["content"]) || say("ad_id", "creative"),
    term: text(campaign?.["term"]),
  };
}

function visitOrigin({ properties, context }: TouchEvent): Origin {
  const page = object(context["page"]);
  const url = text(page?.["url"]) || text(properties["url"]);
  const query = queryOf(url, text(page?.["search"]) || text(properties["search"]));
  const campaign = object(context["campaign"]);
  const clickId = CLICK_IDS.find((name) => (query.get(name) ?? "") !== "") ?? "";
  const own = hostOf(url);
  const linked = hostOf(text(page?.["referrer"]) || text(properties["referrer"]));
  const referrer = linked === own ? "" : linked;
  const from = (parameter: string, ...keys: string[]): string =>
    cut(query.get(parameter) ?? "") || (keys.map((key) => text(campaign?.[key])).find((value) => value !== "") ?? "");
  const tagged = { source: from("utm_source", "source"), medium: from("utm_medium", "medium") };
  const bare = clickId === "" ? { source: referrer, medium: referrer === "" ? "" : "referral" } : OF_CLICK_ID[clickId];
  const isTagged = tagged.source !== "" || tagged.medium !== "";
  return {
    kind: "visit",
    source: isTagged ? tagged.source : bare.source,
    medium: isTagged ? tagged.medium : bare.medium,
    campaign: from("utm_campaign", "name"),
    campaignRef: from("utm_id", "id"),
    content: from("utm_content", "content"),
    term: from("utm_term", "term"),
    clickId,
    referrer,
  };
}

/** Whether an origin says nothing: a visit that may be direct. */
export function saysNothing(origin: Origin): boolean {
  return origin.kind === "visit" && origin.source === "" && origin.medium === "" && origin.campaign === "" && origin.campaignRef === "";
}

function queryOf(url: string, search: string): URLSearchParams {
  if (search !== "") return new URLSearchParams(search);
  const at = url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : url.slice(at + 1).split("#", 1)[0]);
}

/** Host of an address in lower case without "www."; empty where it is none. App referrers (android-app://x) keep their name. */
function hostOf(url: string): string {
  try {
    return new URL(url).hostname.toLowerCase().replace(/^www\./u, "");
  } catch {
    return "";
  }
}

function object(value: Json | undefined): JsonObject | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
}

function text(value: Json | undefined): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? cut(value) : "";
}

function cut(value: string): string {
  return value.trim().slice(0, 200);
}
