import { z } from "zod";
import { CHANNEL_KEY, CHANNELS, currentSettings, mayUse, PAUSE_KEY } from "@/domain/consent";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { hmac } from "@/domain/kernel/secrets";
import { readLink, type PreferenceLink } from "./link";
import type { PreferencePage, PreferenceTopic } from "./model";
import { recordSayings, type Saying } from "./record";
import { preferenceSettings } from "./settings";

const DAY = 86_400_000;

/** The link, or null for one that does not work (any more). Tells nothing about whether somebody exists. */
async function open(ctx: Ctx, token: string): Promise<PreferenceLink | null> {
  const link = readLink(token);
  if (!link) return null;
  const { epoch } = await preferenceSettings(ctx.sql);
  if (link.epoch !== epoch) return null;
  const [row] = await ctx.sql`select 1 from profiles where id = ${link.profileId}`;
  return row ? link : null;
}

const dead = (): DomainError => new DomainError("NOT_FOUND", "This link does not work any more. Open the one in the newest message.");

/** The page behind a signed link; null where the link does not work. No sign-in: the link is the key. */
export async function openPreferences(ctx: Ctx, token: string, wanted: string | undefined): Promise<PreferencePage | null> {
  const link = await open(ctx, token);
  if (!link) return null;
  const [settings, look] = [await currentSettings(ctx), await preferenceSettings(ctx.sql)];
  const locales = look.languages.map(({ locale }) => locale);
  const language = look.languages[pickLocale(locales, wanted)] ?? look.languages[0];
  if (!language) return null;
  const notices = await ctx.sql<{ purposeId: string; locale: string; title: string; text: string; hash: string }[]>`
    select n.purpose_id as "purposeId", n.locale, n.title, n.text, n.hash
    from consent_notices n join consent_purposes p on p.id = n.purpose_id and p.version = n.version`;
  const topics: PreferenceTopic[] = [];
  for (const { id, status, listed, terms } of settings.purposes.values()) {
    if (status !== "published" || !listed) continue;
    const own = notices.filter(({ purposeId }) => purposeId === id);
    const notice =
      own[
        pickLocale(
          own.map(({ locale }) => locale),
          language.locale,
        )
      ];
    if (!notice) continue;
    const channels: PreferenceTopic["channels"] = [];
    for (const channel of terms.channels) {
      const { state, reason, allowed } = await mayUse(ctx, { profileId: link.profileId, purpose: id, channel });
      const waiting = reason === "not_confirmed";
      // A pause or a bounced address is no choice: the switch shows what was chosen.
      const on = reason === "paused" || reason === "suppressed" || reason === "region" ? state === "granted" : allowed;
      channels.push({ channel, state, on, waiting });
    }
    const { title, text, hash: noticeHash } = notice;
    topics.push({ purposeId: id, title, text, noticeHash, legalBasis: terms.legalBasis, channels });
  }
  return {
    locale: language.locale,
    locales,
    texts: language.texts,
    accent: look.accent,
    brand: look.brand,
    topics,
    pauseDays: look.pauseDays,
    pausedUntil: await pausedUntil(ctx, link.profileId),
    from: link.purpose,
  };
}

/** Place of the best language: the very one, then one of the same language, then the first. */
function pickLocale(locales: readonly string[], wanted: string | undefined): number {
  for (const tag of (wanted ?? "").split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "")) {
    if (tag === "") continue;
    const exact = locales.findIndex((locale) => locale.toLowerCase() === tag);
    if (exact >= 0) return exact;
    const near = locales.findIndex((locale) => locale.toLowerCase().split("-")[0] === tag.split("-")[0]);
    if (near >= 0) return near;
  }
  return 0;
}

async function pausedUntil(ctx: Ctx, profileId: number): Promise<string | null> {
  const [row] = await ctx.sql<{ until: Date | null }[]>`
    with person as (select coalesce((select canonical_id from profile_aliases where profile_id = ${profileId}), ${profileId}) as id)
    select max(c.expires_at) as until from consent_current c, person
    where (c.profile_id = person.id or c.profile_id in (select profile_id from profile_aliases where canonical_id = person.id))
      and c.key = ${PAUSE_KEY} and c.state <> 'granted' and c.expires_at > ${ctx.clock.now()}`;
  return row?.until?.toISOString() ?? null;
}

const choiceSchema = z.strictObject({
  token: z.string().max(700),
  locale: z.string().max(35),
  /** Switches as the person left them; only those that differ from before are written. */
  choices: z
    .array(z.strictObject({ purposeId: z.string().max(60), channel: z.enum(CHANNELS), on: z.boolean() }))
    .max(200)
    .default([]),
  /** Days; 0 ends a pause. */
  pause: z.number().int().min(0).max(365).optional(),
  leave: z.boolean().default(false),
});

/** Who asked, for the proof: never kept in the clear. */
export interface Visitor {
  address: string | null;
  userAgent: string | null;
}

const proofOf = (visitor: Visitor, link: PreferenceLink) => ({
  ...(visitor.address === null ? {} : { ipHash: hmac("consent-ip", visitor.address).slice(0, 24) }),
  ...(visitor.userAgent === null ? {} : { userAgent: visitor.userAgent.slice(0, 200) }),
  link: link.mailbox ? "sent to the person's own address" : "signed link",
});

/** Saves what the person chose. In force when it returns. */
export async function savePreferences(ctx: Ctx, input: unknown, visitor: Visitor): Promise<void> {
  const { token, locale, choices, pause, leave } = parseInput(choiceSchema, input);
  const link = await open(ctx, token);
  const page = link && (await openPreferences(ctx, token, locale));
  if (!link || !page) throw dead();
  const sayings: Saying[] = [];
  const marketing = [...new Set(page.topics.flatMap(({ channels }) => channels.map(({ channel }) => channel)))];
  const said = leave
    ? page.topics.flatMap(({ purposeId, channels }) => channels.map(({ channel }) => ({ purposeId, channel, on: false })))
    : choices;
  const resumed = new Set<string>();
  for (const { purposeId, channel, on } of said) {
    const topic = page.topics.find((one) => one.purposeId === purposeId);
    const now = topic?.channels.find((one) => one.channel === channel);
    if (!topic || !now) throw new DomainError("VALIDATION", "These choices are no longer offered. Reload the page.");
    if (now.on === on && !(now.waiting && on)) continue;
    sayings.push({
      key: purposeId,
      channel,
      state: on ? "granted" : "withdrawn",
      confirmed: on && link.mailbox,
      noticeHash: topic.noticeHash,
    });
    if (on) resumed.add(channel);
  }
  // A yes to a topic takes back an earlier "nothing on this channel".
  for (const channel of resumed) sayings.push({ key: CHANNEL_KEY, channel, state: "granted" });
  if (leave) for (const channel of marketing) sayings.push({ key: CHANNEL_KEY, channel, state: "withdrawn" });
  if (pause !== undefined)
    sayings.push(
      pause === 0
        ? { key: PAUSE_KEY, state: "granted" }
        : { key: PAUSE_KEY, state: "denied", expiresAt: ctx.clock.now().getTime() + pause * DAY },
    );
  if (sayings.length === 0) return;
  await withTx(ctx, (tx) =>
    recordSayings(tx, {
      profileId: link.profileId,
      origin: "preference_centre",
      sayings,
      proof: proofOf(visitor, link),
      locale: page.locale,
    }),
  );
}

/** RFC 8058: one POST from the mail program, without a page. Leaves the mail's topic, or the channel, as the admin set. */
export async function unsubscribeOneClick(ctx: Ctx, token: string, visitor: Visitor): Promise<void> {
  const link = await open(ctx, token);
  if (!link) throw dead();
  const { oneClick } = await preferenceSettings(ctx.sql);
  const channel = link.channel ?? "email";
  const topic = oneClick === "topic" && link.purpose !== null ? link.purpose : null;
  const saying: Saying = topic === null ? { key: CHANNEL_KEY, channel, state: "withdrawn" } : { key: topic, channel, state: "withdrawn" };
  await withTx(ctx, (tx) =>
    recordSayings(tx, { profileId: link.profileId, origin: "one_click", sayings: [saying], proof: proofOf(visitor, link) }),
  );
}
