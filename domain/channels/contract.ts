import type { Outgoing } from "@/domain/kernel/outgoing";
import { OutgoingError } from "@/domain/kernel/outgoing";
import type { OutgoingAnswer, OutgoingRequest } from "@/domain/kernel/outgoing";
import type { ProviderId, Rendered, SignalKind } from "./model";

/** An account with its secrets open: in memory only, for the time of a send or a callback. */
export interface OpenAccount {
  readonly id: string;
  readonly provider: ProviderId;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A browser that takes Web Push. */
export interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** One message, ready to go. */
export interface Envelope {
  /** The same key is the same message, for ever (hex, 64 characters). */
  readonly key: string;
  /** Our name of the message, which the provider repeats in its reports. */
  readonly reference: string;
  /** Address, number, device token or channel; empty where the account itself is the receiver. */
  readonly to: string;
  readonly targets?: readonly PushTarget[];
  readonly content: Rendered;
  /** Further headers of an e-mail, such as List-Unsubscribe. */
  readonly headers: Readonly<Record<string, string>>;
  /** What a webhook carries beside its own body. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Where the provider reports to, for providers that are told with each message. */
  readonly callbackUrl: string | null;
  readonly now: Date;
}

/**
 * What a try came to.
 * - sent: the provider took it
 * - retry: it was surely not taken, and may be later; `afterMs` where the provider says when
 * - rejected: this message or address never; `gone`: nor any other to this address
 * - account: the account itself does not work (key, payment, name of the server); nothing is wrong with the message
 * - unknown: it was handed over and no answer came
 */
export type SendResult =
  | { readonly kind: "sent"; readonly providerId: string | null; readonly status: number | null }
  | { readonly kind: "retry"; readonly afterMs: number | null; readonly status: number | null; readonly error: string }
  | { readonly kind: "rejected"; readonly status: number | null; readonly error: string; readonly gone?: "bounced" | "unsubscribed" }
  | { readonly kind: "account"; readonly status: number | null; readonly error: string; readonly disable?: boolean }
  | { readonly kind: "unknown"; readonly status: number | null; readonly error: string };

/** What a provider reports about a message. */
export interface Signal {
  readonly kind: SignalKind;
  /** The provider's id of the report: the same is counted once. */
  readonly eventId: string;
  readonly at: Date;
  /** Our reference, else the provider's id of the message. */
  readonly reference: string | null;
  readonly providerId: string | null;
  /** A bounce that no later try would change: the address is suppressed. */
  readonly permanent: boolean;
  readonly machine: boolean;
  readonly detail: string | null;
  readonly url: string | null;
}

export interface CallbackRequest {
  /** The bytes as received: signatures are over them. */
  readonly body: Buffer;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Our address as the provider was given it. */
  readonly url: string;
  readonly now: Date;
}

/** Reports that cannot be trusted or read. */
export class CallbackRefused extends Error {
  override readonly name = "CallbackRefused";
}

export interface Callback {
  readonly signals: readonly Signal[];
  /** An address to be called once so that reports begin (SNS asks for it). */
  readonly confirm?: string;
}

export interface Sender {
  send(account: OpenAccount, envelope: Envelope, client: Outgoing): Promise<SendResult>;
  /** @throws CallbackRefused */
  readCallback?(account: OpenAccount, request: CallbackRequest, client: Outgoing): Promise<Callback>;
}

const MOST_ERROR = 300;
/** An error of the provider in one line, without control characters. */
export const short = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, MOST_ERROR);

/** Milliseconds of a Retry-After header (RFC 9110: seconds or a date); at most a day. */
export function retryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 86_400_000) : null;
}

/**
 * Sends a request and reads the answer by its class: 2xx taken, 401, 402 and 403 the account, 408, 425, 429 and 5xx later,
 * anything else (redirects, which are not followed, too) never. No answer after a connection stood is unknown.
 */
export async function post(
  client: Outgoing,
  request: OutgoingRequest,
  envelope: Pick<Envelope, "now">,
  idOf: (answer: OutgoingAnswer) => string | null,
): Promise<SendResult> {
  let answer: OutgoingAnswer;
  try {
    answer = await client.send({ method: "POST", ...request });
  } catch (error) {
    return failedRequest(error);
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "sent", providerId: idOf(answer), status };
  const error = short(`${status} ${answer.body.toString("utf8").slice(0, 2_000)}`);
  if (status === 401 || status === 402 || status === 403) return { kind: "account", status, error };
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return { kind: "retry", afterMs: retryAfter(answer.headers["retry-after"], envelope.now), status, error };
  return { kind: "rejected", status, error };
}

export function failedRequest(error: unknown): SendResult {
  if (!(error instanceof OutgoingError)) throw error;
  if (error.code === "url" || error.code === "refused") return { kind: "account", status: null, error: error.message };
  // The answer was too long to read, but it came.
  if (error.reached) return { kind: "unknown", status: null, error: error.message };
  return { kind: "retry", afterMs: null, status: null, error: error.message };
}

export function jsonOf(answer: { body: Buffer }): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer.body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export const textOr = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** `Name <address>` for providers that take one string; quotes and angles cannot end the name. */
export function mailbox(name: string, address: string): string {
  const clean = name.replaceAll(/["\\<>\r\n]/g, "").trim();
  return clean === "" ? address : `"${clean}" <${address}>`;
}

export interface MailParts {
  readonly from: string;
  readonly fromName: string;
  readonly replyTo: string;
  readonly subject: string;
}

/** Sender and subject of an e-mail: the message's own before the account's. */
export function mailParts(account: OpenAccount, { content }: Envelope): MailParts {
  return {
    from: content.from?.email || account.settings["from"] || "",
    fromName: content.from?.name || account.settings["fromName"] || "",
    replyTo: content.from?.replyTo || account.settings["replyTo"] || "",
    subject: content.subject ?? "",
  };
}
