import type { InboxMessage, Json, JsonObject } from "@/domain/events/model";
import type { CompiledRules } from "./compile-rules";
import { SIGNED_OUT_EVENT, type NoteCode } from "./model";
import { cut, normaliseIdentifier, normaliseText } from "./normalise";

/** One usable identifier of a message. */
export interface MessageIdentifier {
  type: string;
  value: string;
  raw: string;
  priority: number;
  /** May join people. */
  merges: boolean;
  /** Kept, but its value (a role mailbox) never joins people. */
  noMerge: boolean;
}

export interface MessageIdentity {
  /** Highest priority first. */
  identifiers: MessageIdentifier[];
  /** previousId of an alias call; which type it is depends on what is known. */
  previous?: string;
  /** Accounts named by groupId, context.groupId and external ids of the collection "accounts". */
  accounts: string[];
  blocked: { type: string; value: string }[];
  /** The person signs out with this message. */
  signsOut?: true;
  notes: { code: NoteCode; type: string | null; value: string | null }[];
}

const object = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;

const idText = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;

/** Identifiers of a message: found, normalised, judged by the blocked values, in order of priority. Pure. */
export function identifiersOf(message: InboxMessage, rules: CompiledRules, country: string | null): MessageIdentity {
  const out: MessageIdentity = { identifiers: [], accounts: [], blocked: [], notes: [] };
  const options = { country, foldEmail: rules.rules.foldEmailAliases };
  const add = (type: string, raw: string | undefined): void => {
    if (raw === undefined) return;
    const value = normaliseIdentifier(type, raw, options);
    // A placeholder in a field with a format of its own (email "null") is a hit on the list, not just an odd address.
    const judged = value ?? normaliseText(raw);
    if (judged === undefined) return;
    const verdict = rules.judge(type, judged);
    if (verdict === "block") {
      out.blocked.push({ type, value: cut(judged, 200) });
      return;
    }
    if (value === undefined || out.identifiers.some((known) => known.type === type && known.value === value)) return;
    const rule = rules.of(type);
    if (!rule.reviewed) out.notes.push({ code: "new_type", type, value: null });
    out.identifiers.push({
      type,
      value,
      raw: raw.length > 1000 ? cut(raw, 1000) : raw,
      priority: rule.priority,
      merges: rule.merges && verdict === "ok",
      noMerge: verdict === "no_merge",
    });
  };

  const { context } = message;
  const contextTraits = object(context["traits"]);
  // The traits of a group call describe the account.
  const traits = message.type === "group" ? undefined : message.traits;
  add("user_id", message.userId);
  for (const type of ["email", "phone"]) {
    add(type, idText(traits?.[type]));
    if (contextTraits) add(type, idText(contextTraits[type]));
  }
  const device = object(context["device"]);
  const kind = idText(device?.["type"])?.toLowerCase();
  if (device && (kind === "ios" || kind === "android")) {
    add(`${kind}.id`, idText(device["id"]));
    if (device["adTrackingEnabled"] === true) add(`${kind}.idfa`, idText(device["advertisingId"]));
    add(`${kind}.push_token`, idText(device["token"]));
  }
  add("anonymous_id", message.anonymousId);
  for (const holder of [object(context["integrations"]), message.integrations]) {
    add("ga_client_id", idText(object(holder?.["Google Analytics"])?.["clientId"]));
  }
  for (const { type, keys } of rules.custom) {
    for (const place of [traits, contextTraits, message.properties]) {
      if (!place) continue;
      for (const key of keys) add(type, idText(place[key]));
    }
  }
  readExternalIds(context["externalIds"], add, out);
  for (const account of [message.groupId, idText(context["groupId"])]) {
    const id = account === undefined ? undefined : normaliseText(account);
    if (id === undefined || out.accounts.includes(id)) continue;
    if (rules.judge("group_id", id) === "ok") out.accounts.push(id);
    else out.blocked.push({ type: "group_id", value: cut(id, 200) });
  }
  if (message.userId !== undefined && message.userId === message.anonymousId)
    out.notes.push({ code: "user_id_is_anonymous_id", type: "user_id", value: cut(message.userId, 200) });
  readPrevious(message, rules, out);
  if (message.type === "track" && message.event === SIGNED_OUT_EVENT) out.signsOut = true;
  out.identifiers.sort((a, b) => a.priority - b.priority || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0));
  return out;
}

/** `[{id, type, collection: "users" | "accounts", encoding: "none"}]`: all four fields, or it is not one. */
function readExternalIds(list: Json | undefined, add: (type: string, raw: string) => void, out: MessageIdentity): void {
  if (!Array.isArray(list)) return;
  for (const entry of list.slice(0, 50)) {
    const item = object(entry);
    const id = idText(item?.["id"]);
    const type = typeof item?.["type"] === "string" ? item["type"].trim().toLowerCase() : "";
    const collection = item?.["collection"];
    const valid =
      id !== undefined &&
      /^[a-z0-9_.-]{1,64}$/.test(type) &&
      (collection === "users" || collection === "accounts") &&
      item?.["encoding"] === "none";
    if (!valid) {
      out.notes.push({ code: "external_id_invalid", type: cut(type, 64) || null, value: null });
    } else if (collection === "accounts" || type === "group_id") {
      const account = normaliseText(id);
      if (account !== undefined && !out.accounts.includes(account)) out.accounts.push(account);
    } else {
      add(type, id);
    }
  }
}

function readPrevious(message: InboxMessage, rules: CompiledRules, out: MessageIdentity): void {
  if (message.type !== "alias" || message.previousId === undefined) return;
  const previous = normaliseText(message.previousId);
  // Browser SDKs send alias with userId = previousId; it means nothing.
  if (previous === undefined || previous === (message.userId === undefined ? undefined : normaliseText(message.userId))) return;
  if (rules.judge("user_id", previous) !== "ok") {
    out.blocked.push({ type: "previous_id", value: cut(previous, 200) });
    out.notes.push({ code: "alias_placeholder", type: "previous_id", value: cut(previous, 200) });
    return;
  }
  if (!out.identifiers.some((known) => known.type === "user_id")) {
    out.notes.push({ code: "alias_placeholder", type: "user_id", value: message.userId === undefined ? null : cut(message.userId, 200) });
    return;
  }
  out.previous = previous;
}
