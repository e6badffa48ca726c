import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { canBeRefused, decide, type Question } from "./decide";
import { currentSettings, loadSettings, ruleOf, settingsOf, type ConsentSettings } from "./config";
import { loadConsent, type LoadedConsent } from "./load-consent";
import { messageAllows, type MessageConsent } from "./message-consent";
import { GATE_REASON_LABELS, type Channel, type GateAnswer, type GateReason } from "./model";

export interface GateUse {
  /** Purpose id. Left out: the one that the destination stands for. */
  purpose?: string | undefined;
  /** Left out where the purpose has one channel: that one. */
  channel?: Channel | undefined;
  /** A use (`export`, `profile_api`, ...) or the id of a destination. */
  destination?: string | undefined;
  /** As it was at that time, with the terms of that time. */
  asOf?: Date | undefined;
}
export interface GateAsk extends GateUse {
  /** Any fragment of the person. */
  profileId: number;
  /** One address of the channel (normalised): bounces count for it alone. */
  address?: string | undefined;
  /** The message that would be passed on: its own consent object and integrations narrow the answer. */
  message?: MessageConsent | undefined;
}

const refuse = (reason: GateReason, version: number | null = null): GateAnswer => ({
  allowed: false,
  reason,
  state: "unknown",
  version,
  because: null,
  conflict: false,
});

/** The question behind a use of data, or the reason why it may not even be asked. */
export function questionOf(settings: ConsentSettings, use: GateUse, now: number): Question | GateReason {
  const out = use.destination === undefined ? null : settings.uses.get(use.destination);
  if (out === undefined) return "unknown_destination";
  const purpose = settings.purposes.get(use.purpose ?? out?.purposeId ?? "");
  if (!purpose || purpose.status !== "published") return "unknown_purpose";
  const rule = ruleOf(settings, purpose.id, out);
  if (rule === "block") return "policy";
  const { channels } = purpose.terms;
  const channel = use.channel ?? (channels.length === 1 ? (channels[0] ?? null) : null);
  if (channel !== null && !channels.includes(channel)) return "channel_not_covered";
  return { purposeId: purpose.id, version: purpose.version, terms: purpose.terms, channel, rule, vendor: out?.tcfVendor ?? null, now };
}

/**
 * The one gate: may this person be used for the purpose, on the channel, by the destination, now. Every way out asks it,
 * last of all right before the bytes leave. Anything unknown is a no.
 */
export async function mayUse(ctx: Ctx, ask: GateAsk): Promise<GateAnswer> {
  const { profileId, ...use } = ask;
  const answers = await mayUseMany(ctx, { ...use, profileIds: [profileId] });
  return answers.get(profileId) ?? refuse("unknown_person");
}

/** The gate for some people at once (a page, a batch): two round trips at most, whatever their number. */
export async function mayUseMany(
  ctx: Ctx,
  ask: Omit<GateAsk, "profileId"> & { profileIds: readonly number[] },
): Promise<Map<number, GateAnswer>> {
  const { profileIds, asOf } = ask;
  const now = (asOf ?? ctx.clock.now()).getTime();
  let settings = asOf ? await loadSettings(ctx.sql, asOf) : await settingsOf(ctx);
  let question = questionOf(settings, ask, now);
  const loaded = await loadConsent(ctx.sql, profileIds, {
    channel: typeof question === "string" ? null : question.channel,
    address: ask.address,
    asOf,
  });
  if (!asOf && loaded.version !== settings.version) {
    const before = typeof question === "string" ? null : question.channel;
    settings = await settingsOf(ctx, loaded.version);
    question = questionOf(settings, ask, now);
    // Other addresses count on another channel.
    if (typeof question !== "string" && question.channel !== before) return mayUseMany(ctx, ask);
  }
  return new Map(profileIds.map((id) => [id, answer(loaded, question, ask, id)]));
}

function answer(
  loaded: LoadedConsent,
  question: Question | GateReason,
  ask: { message?: MessageConsent | undefined },
  id: number,
): GateAnswer {
  if (loaded.blocked) return refuse("not_ready");
  if (typeof question === "string") return refuse(question);
  const canonical = loaded.canonical.get(id);
  const person = canonical === undefined ? undefined : loaded.people.get(canonical);
  if (!person) return refuse("unknown_person", question.version);
  const said = decide(question, person);
  if (!said.allowed || !ask.message || !canBeRefused(question)) return said;
  return messageAllows(ask.message, question.purposeId, question.terms) ? said : { ...said, allowed: false, reason: "message_consent" };
}

/** The purpose that a use of data rests on; refuses one that policy forbids for everybody, in words, before any work. */
export async function requireUse(ctx: Ctx, use: GateUse): Promise<{ purposeId: string; purposeName: string }> {
  const settings = await currentSettings(ctx);
  const question = questionOf(settings, use, ctx.clock.now().getTime());
  if (typeof question !== "string")
    return { purposeId: question.purposeId, purposeName: settings.purposes.get(question.purposeId)?.name ?? question.purposeId };
  const name = (id: string | undefined): string => settings.purposes.get(id ?? "")?.name ?? id ?? "none";
  const out = settings.uses.get(use.destination ?? "");
  if (question === "policy")
    throw new DomainError(
      "FORBIDDEN",
      `The consent policy does not allow the purpose "${name(use.purpose ?? out?.purposeId ?? undefined)}" for "${out?.name}". Choose another purpose, or ask an admin about the policy.`,
      { data: { reason: question } },
    );
  throw new DomainError("VALIDATION", `${GATE_REASON_LABELS[question]}: "${name(use.purpose)}". Choose a published purpose.`, {
    fields: { purpose: GATE_REASON_LABELS[question] },
  });
}
