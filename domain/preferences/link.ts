import { timingSafeEqual } from "node:crypto";
import type { Channel } from "@/domain/consent/model";
import { CHANNELS } from "@/domain/consent/model";
import { hmac } from "@/domain/kernel/secrets";

/** What a signed link says. It names a fragment, so it works after any merge and un-merge. */
export interface PreferenceLink {
  profileId: number;
  epoch: number;
  /** Topic and channel of the message that carries it. */
  purpose: string | null;
  channel: Channel | null;
  /** It was sent to the mailbox (or phone) of the person alone: who opens it has it. */
  mailbox: boolean;
}

const signature = (payload: string): string => Buffer.from(hmac("preferences", payload), "hex").subarray(0, 20).toString("base64url");

export function writeLink({ profileId, epoch, purpose, channel, mailbox }: PreferenceLink): string {
  const payload = Buffer.from(JSON.stringify([profileId, epoch, purpose, channel, mailbox ? 1 : 0])).toString("base64url");
  return `${payload}.${signature(payload)}`;
}

/** Undefined for anything that this install did not sign. */
export function readLink(token: string): PreferenceLink | undefined {
  const [payload = "", given = "", more] = token.split(".");
  if (more !== undefined || payload.length > 500) return undefined;
  const wanted = Buffer.from(signature(payload));
  const got = Buffer.from(given);
  if (wanted.length !== got.length || !timingSafeEqual(wanted, got)) return undefined;
  const [profileId, epoch, purpose, channel, mailbox] = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as unknown[];
  if (typeof profileId !== "number" || typeof epoch !== "number") return undefined;
  return {
    profileId,
    epoch,
    purpose: typeof purpose === "string" ? purpose : null,
    channel: CHANNELS.find((one) => one === channel) ?? null,
    mailbox: mailbox === 1,
  };
}
