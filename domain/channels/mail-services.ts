import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { CallbackRefused, jsonOf, mailbox, mailParts, post, short, textOr } from "./contract";
import type { Sender, Signal } from "./contract";
import { verifyStandard } from "./standard-webhooks";

type Rec = Record<string, unknown>;
const rec = (value: unknown): Rec => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Rec) : {});
const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const plain = { permanent: false, machine: false, detail: null, url: null, reference: null, providerId: null } as const;
const base = (account: { settings: Readonly<Record<string, string>> }, usual: string): string =>
  (account.settings["endpoint"] || usual).replace(/\/$/, "");
const JSON_TYPE = { "content-type": "application/json" };
const seconds = (value: unknown): Date => new Date(Number(value) * 1_000);

// --- SendGrid: v3 mail send, event webhook with ECDSA ---------------------------------------------------------------

export const sendgrid: Sender = {
  send(account, envelope, client) {
    const { from, fromName, replyTo, subject } = mailParts(account, envelope);
    const { html, text } = envelope.content;
    const body = JSON.stringify({
      personalizations: [{ to: [{ email: envelope.to }], custom_args: { tributary: envelope.reference } }],
      from: { email: from, ...(fromName === "" ? {} : { name: fromName }) },
      ...(replyTo === "" ? {} : { reply_to: { email: replyTo } }),
      subject,
      content: [{ type: "text/plain", value: text }, ...(html === null ? [] : [{ type: "text/html", value: html }])],
      headers: envelope.headers,
      // Opens and clicks are counted by our own pixel and links.
      tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } },
    });
    const url = `${base(account, "https://api.sendgrid.com")}/v3/mail/send`;
    const headers = { ...JSON_TYPE, authorization: `Bearer ${account.secrets["apiKey"] ?? ""}` };
    return post(client, { url, headers, body }, envelope, (answer) => textOr(answer.headers["x-message-id"]));
  },

  async readCallback({ secrets }, { body, headers }) {
    const key = secrets["webhookKey"] ?? "";
    const stamp = headers["x-twilio-email-event-webhook-timestamp"] ?? "";
    const signature = headers["x-twilio-email-event-webhook-signature"] ?? "";
    if (key === "") throw new CallbackRefused("no verification key is set");
    let good = false;
    try {
      const publicKey = createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" });
      good = verify("sha256", Buffer.concat([Buffer.from(stamp), body]), publicKey, Buffer.from(signature, "base64"));
    } catch {
      good = false;
    }
    if (!good) throw new CallbackRefused("the signature does not fit");
    const events: unknown = JSON.parse(body.toString("utf8"));
    return { signals: (Array.isArray(events) ? events : []).flatMap((event) => sendgridSignal(rec(event))) };
  },
};

export function sendgridSignal(event: Rec): Signal[] {
  const common = {
    ...plain,
    eventId: textOr(event["sg_event_id"]) ?? `${String(event["event"])}:${String(event["sg_message_id"])}:${String(event["timestamp"])}`,
    at: seconds(event["timestamp"]),
    reference: textOr(event["tributary"]),
    // What the API answered is the part before the first dot.
    providerId: textOr(event["sg_message_id"])?.split(".")[0] ?? null,
    detail: textOr(event["reason"]) ?? textOr(event["response"]),
    url: textOr(event["url"]),
  };
  switch (event["event"]) {
    case "delivered":
      return [{ ...common, kind: "delivered" }];
    case "deferred":
      return [{ ...common, kind: "deferred" }];
    case "bounce":
      return event["type"] === "blocked" ? [{ ...common, kind: "deferred" }] : [{ ...common, kind: "bounced", permanent: true }];
    case "dropped":
      return [{ ...common, kind: "dropped" }];
    case "spamreport":
      return [{ ...common, kind: "complained" }];
    case "unsubscribe":
    case "group_unsubscribe":
      return [{ ...common, kind: "unsubscribed" }];
    case "open":
      return [{ ...common, kind: "opened", machine: event["sg_machine_open"] === true }];
    case "click":
      return [{ ...common, kind: "clicked" }];
    default:
      return [];
  }
}

// --- Mailgun: v3 messages, webhooks with HMAC -----------------------------------------------------------------------

export const mailgun: Sender = {
  send(account, envelope, client) {
    const { from, fromName, replyTo, subject } = mailParts(account, envelope);
    const { html, text } = envelope.content;
    const form = new URLSearchParams({ from: mailbox(fromName, from), to: envelope.to, subject, text, "o:tracking": "no" });
    if (html !== null) form.set("html", html);
    if (replyTo !== "") form.set("h:Reply-To", replyTo);
    for (const [name, value] of Object.entries(envelope.headers)) form.set(`h:${name}`, value);
    form.set("v:tributary", envelope.reference);
    const usual = account.settings["region"] === "eu" ? "https://api.eu.mailgun.net" : "https://api.mailgun.net";
    const url = `${base(account, usual)}/v3/${encodeURIComponent(account.settings["domain"] ?? "")}/messages`;
    const authorization = `Basic ${Buffer.from(`api:${account.secrets["apiKey"] ?? ""}`).toString("base64")}`;
    const headers = { "content-type": "application/x-www-form-urlencoded", authorization };
    return post(
      client,
      { url, headers, body: form.toString() },
      envelope,
      (answer) => textOr(jsonOf(answer)["id"])?.replace(/^<|>$/g, "") ?? null,
    );
  },

  async readCallback({ secrets }, { body, now }) {
    const note = jsonOf({ body });
    const { timestamp, token, signature } = rec(note["signature"]);
    const key = secrets["webhookKey"] ?? "";
    const wanted = createHmac("sha256", key)
      .update(`${String(timestamp)}${String(token)}`)
      .digest("hex");
    if (key === "" || !same(wanted, String(signature))) throw new CallbackRefused("the signature does not fit");
    // A signed note of long ago is a repetition by somebody who saw it.
    if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > 86_400) throw new CallbackRefused("too old");
    return { signals: mailgunSignal(rec(note["event-data"])) };
  },
};

export function mailgunSignal(event: Rec): Signal[] {
  const status = rec(event["delivery-status"]);
  const common = {
    ...plain,
    eventId: textOr(event["id"]) ?? "",
    at: seconds(event["timestamp"]),
    reference: textOr(rec(event["user-variables"])["tributary"]),
    providerId: textOr(rec(rec(event["message"])["headers"])["message-id"]),
    detail: textOr(status["message"]) ?? textOr(status["description"]) ?? textOr(event["reason"]),
    url: textOr(event["url"]),
  };
  switch (event["event"]) {
    case "delivered":
      return [{ ...common, kind: "delivered" }];
    case "failed":
      return event["severity"] === "permanent" ? [{ ...common, kind: "bounced", permanent: true }] : [{ ...common, kind: "deferred" }];
    case "rejected":
      return [{ ...common, kind: "dropped" }];
    case "complained":
      return [{ ...common, kind: "complained" }];
    case "unsubscribed":
      return [{ ...common, kind: "unsubscribed" }];
    case "opened":
      return [{ ...common, kind: "opened" }];
    case "clicked":
      return [{ ...common, kind: "clicked" }];
    default:
      return [];
  }
}

// --- Postmark: webhooks with basic authentication -------------------------------------------------------------------

export const postmark: Sender = {
  async send(account, envelope, client) {
    const { from, fromName, replyTo, subject } = mailParts(account, envelope);
    const { html, text } = envelope.content;
    const body = JSON.stringify({
      From: mailbox(fromName, from),
      To: envelope.to,
      ...(replyTo === "" ? {} : { ReplyTo: replyTo }),
      Subject: subject,
      TextBody: text,
      ...(html === null ? {} : { HtmlBody: html }),
      MessageStream: account.settings["stream"] || "outbound",
      Headers: Object.entries(envelope.headers).map(([Name, Value]) => ({ Name, Value })),
      Metadata: { tributary: envelope.reference },
      TrackOpens: false,
      TrackLinks: "None",
    });
    const url = `${base(account, "https://api.postmarkapp.com")}/email`;
    const headers = { ...JSON_TYPE, accept: "application/json", "x-postmark-server-token": account.secrets["serverToken"] ?? "" };
    return post(client, { url, headers, body }, envelope, (answer) => textOr(jsonOf(answer)["MessageID"]));
  },

  async readCallback({ secrets }, { body, headers }) {
    const password = secrets["webhookPassword"] ?? "";
    const wanted = `Basic ${Buffer.from(`tributary:${password}`).toString("base64")}`;
    if (password === "" || !same(wanted, headers["authorization"] ?? "")) throw new CallbackRefused("user name and password do not fit");
    return { signals: postmarkSignal(jsonOf({ body })) };
  },
};

const POSTMARK_HARD: ReadonlySet<unknown> = new Set(["HardBounce", "BadEmailAddress"]);
const POSTMARK_SPAM: ReadonlySet<unknown> = new Set(["SpamComplaint", "SpamNotification"]);
const POSTMARK_DROPPED: ReadonlySet<unknown> = new Set(["Blocked", "ManuallyDeactivated", "DMARCPolicy"]);

export function postmarkSignal(event: Rec): Signal[] {
  const kind = textOr(event["RecordType"]) ?? "";
  const time = ["DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"].map((name) => textOr(event[name])).find((one) => one !== null);
  // Bounces and complaints have a number of their own; the other reports are told apart by message and time.
  const own = typeof event["ID"] === "number" ? String(event["ID"]) : textOr(event["ID"]);
  const common = {
    ...plain,
    at: new Date(time ?? 0),
    eventId: `${kind}:${own ?? `${textOr(event["MessageID"]) ?? ""}:${time ?? ""}`}`,
    reference: textOr(rec(event["Metadata"])["tributary"]),
    providerId: textOr(event["MessageID"]),
    detail: textOr(event["Description"]) ?? textOr(event["Details"]),
    url: textOr(event["OriginalLink"]),
  };
  if (kind === "Delivery") return [{ ...common, kind: "delivered" }];
  if (kind === "Open") return [{ ...common, kind: "opened" }];
  if (kind === "Click") return [{ ...common, kind: "clicked" }];
  if (kind === "SpamComplaint") return [{ ...common, kind: "complained" }];
  if (kind === "SubscriptionChange") return event["SuppressSending"] === true ? [changed(common, event["SuppressionReason"])] : [];
  if (kind !== "Bounce") return [];
  const type = event["Type"];
  if (POSTMARK_HARD.has(type)) return [{ ...common, kind: "bounced", permanent: true }];
  if (POSTMARK_SPAM.has(type)) return [{ ...common, kind: "complained" }];
  if (POSTMARK_DROPPED.has(type)) return [{ ...common, kind: "dropped" }];
  // Answers of machines and changes of address say nothing about the message.
  if (type === "AutoResponder" || type === "AddressChange" || type === "Subscribe" || type === "OpenRelayTest") return [];
  if (type === "Unsubscribe") return [{ ...common, kind: "unsubscribed" }];
  return [{ ...common, kind: "deferred" }];
}

function changed(common: Omit<Signal, "kind">, reason: unknown): Signal {
  if (reason === "HardBounce") return { ...common, kind: "bounced", permanent: true };
  return { ...common, kind: reason === "SpamComplaint" ? "complained" : "unsubscribed" };
}

// --- Resend: takes Idempotency-Key; webhooks by Standard Webhooks (Svix) ---------------------------------------------

export const resend: Sender = {
  async send(account, envelope, client) {
    const { from, fromName, replyTo, subject } = mailParts(account, envelope);
    const { html, text } = envelope.content;
    const body = JSON.stringify({
      from: mailbox(fromName, from),
      to: [envelope.to],
      ...(replyTo === "" ? {} : { reply_to: replyTo }),
      subject,
      text,
      ...(html === null ? {} : { html }),
      headers: envelope.headers,
      tags: [{ name: "tributary", value: envelope.reference }],
    });
    const url = `${base(account, "https://api.resend.com")}/emails`;
    const headers = { ...JSON_TYPE, authorization: `Bearer ${account.secrets["apiKey"] ?? ""}`, "idempotency-key": envelope.key };
    const result = await post(client, { url, headers, body }, envelope, (answer) => textOr(jsonOf(answer)["id"]));
    // 409: the same key is being worked on by an earlier try.
    return result.kind === "rejected" && result.status === 409
      ? { kind: "retry", afterMs: 5_000, status: 409, error: result.error }
      : result;
  },

  async readCallback({ secrets }, { body, headers, now }) {
    if (!verifyStandard(secrets["webhookKey"] ?? "", headers, body, now)) throw new CallbackRefused("the signature does not fit");
    return { signals: resendSignal(jsonOf({ body }), headers["svix-id"] ?? headers["webhook-id"] ?? "") };
  },
};

export function resendSignal(event: Rec, eventId: string): Signal[] {
  const data = rec(event["data"]);
  const { tags } = data;
  const tag = Array.isArray(tags) ? rec(tags.find((one) => rec(one)["name"] === "tributary"))["value"] : rec(tags)["tributary"];
  const bounce = rec(data["bounce"]);
  const common = {
    ...plain,
    eventId,
    at: new Date(textOr(event["created_at"]) ?? 0),
    reference: textOr(tag),
    providerId: textOr(data["email_id"]),
    detail: textOr(bounce["message"]),
    url: textOr(rec(data["click"])["link"]),
  };
  switch (event["type"]) {
    case "email.delivered":
      return [{ ...common, kind: "delivered" }];
    case "email.delivery_delayed":
      return [{ ...common, kind: "deferred" }];
    case "email.bounced":
      if (/suppress/i.test(common.detail ?? "")) return [{ ...common, kind: "dropped" }];
      return bounce["type"] === "Transient" ? [{ ...common, kind: "deferred" }] : [{ ...common, kind: "bounced", permanent: true }];
    case "email.complained":
      return [{ ...common, kind: "complained" }];
    case "email.opened":
      return [{ ...common, kind: "opened" }];
    case "email.clicked":
      return [{ ...common, kind: "clicked" }];
    case "email.failed":
      return [{ ...common, kind: "failed", detail: short(textOr(rec(data["failed"])["reason"]) ?? "") }];
    default:
      return [];
  }
}
