import { createHmac, createSign, timingSafeEqual } from "node:crypto";
import { OutgoingError } from "@/domain/kernel/outgoing";
import { CallbackRefused, failedRequest, jsonOf, post, short, textOr } from "./contract";
import type { Sender, SendResult, Signal } from "./contract";
import { standardHeaders } from "./standard-webhooks";
import { encryptPush, vapidHeader } from "./web-push";

const JSON_TYPE = { "content-type": "application/json" };
const base = (account: { settings: Readonly<Record<string, string>> }, usual: string): string =>
  (account.settings["endpoint"] || usual).replace(/\/$/, "");

// --- Twilio: SMS ----------------------------------------------------------------------------------------------------

/** Twilio's error codes: the number left us (STOP), cannot exist, or takes no SMS. */
const STOPPED = 21_610;
const NO_NUMBER: ReadonlySet<unknown> = new Set([21_211, 21_214, 21_217, 21_614, 30_005, 30_006]);

export const twilio: Sender = {
  async send(account, envelope, client) {
    const { accountSid = "", from = "" } = account.settings;
    const form = new URLSearchParams({ To: envelope.to, Body: envelope.content.text });
    form.set(from.startsWith("MG") ? "MessagingServiceSid" : "From", from);
    if (envelope.callbackUrl !== null) form.set("StatusCallback", `${envelope.callbackUrl}?m=${envelope.reference}`);
    const url = `${base(account, "https://api.twilio.com")}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
    const authorization = `Basic ${Buffer.from(`${accountSid}:${account.secrets["authToken"] ?? ""}`).toString("base64")}`;
    const headers = { "content-type": "application/x-www-form-urlencoded", authorization };
    const result = await post(client, { url, headers, body: form.toString() }, envelope, (answer) => textOr(jsonOf(answer)["sid"]));
    if (result.kind !== "rejected") return result;
    const code = Number(/"code"\s*:\s*(\d+)/.exec(result.error)?.[1]);
    if (code === STOPPED) return { ...result, gone: "unsubscribed" };
    return NO_NUMBER.has(code) ? { ...result, gone: "bounced" } : result;
  },

  async readCallback({ secrets }, { body, headers, url, now }) {
    const form = new URLSearchParams(body.toString("utf8"));
    const fields = [...form].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const wanted = createHmac("sha1", secrets["authToken"] ?? "")
      .update(url + fields.map(([name, value]) => name + value).join(""))
      .digest("base64");
    const given = headers["x-twilio-signature"] ?? "";
    if (given.length !== wanted.length || !timingSafeEqual(Buffer.from(given), Buffer.from(wanted)))
      throw new CallbackRefused("the signature does not fit");
    const sid = form.get("MessageSid");
    const status = form.get("MessageStatus") ?? "";
    const code = form.get("ErrorCode");
    const common = {
      eventId: `${sid}:${status}`,
      at: now,
      reference: new URL(url).searchParams.get("m"),
      providerId: sid,
      machine: false,
      detail: code === null ? null : `Error ${code}`,
      url: null,
    };
    if (status === "delivered") return { signals: [{ ...common, kind: "delivered", permanent: false }] };
    if (status !== "undelivered" && status !== "failed") return { signals: [] };
    const gone = NO_NUMBER.has(Number(code));
    const kind: Signal["kind"] = Number(code) === STOPPED ? "unsubscribed" : gone ? "bounced" : "failed";
    return { signals: [{ ...common, kind, permanent: gone }] };
  },
};

// --- Firebase Cloud Messaging, HTTP v1 ------------------------------------------------------------------------------

interface ServiceAccount {
  readonly client_email: string;
  readonly private_key: string;
  readonly project_id: string;
  readonly token_uri: string;
}

/** Reads the JSON that Google gives out; null when it lacks something. */
export function readServiceAccount(text: string): ServiceAccount | null {
  const value = jsonOf({ body: Buffer.from(text) });
  const [client_email, private_key, project_id] = ["client_email", "private_key", "project_id"].map((name) => textOr(value[name]));
  if (!client_email || !private_key || !project_id) return null;
  return { client_email, private_key, project_id, token_uri: textOr(value["token_uri"]) ?? "https://oauth2.googleapis.com/token" };
}

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
/** Access tokens by account and key, until a minute before they run out. */
const tokens = new Map<string, { token: string; until: number }>();
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** RFC 7523: a signed claim for an access token of an hour. */
function assertion(key: ServiceAccount, now: number): string {
  const iat = Math.floor(now / 1_000);
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: key.client_email, scope: SCOPE, aud: key.token_uri, iat, exp: iat + 3_600 })}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(key.private_key, "base64url")}`;
}

export const firebase: Sender = {
  async send(account, envelope, client) {
    const key = readServiceAccount(account.secrets["serviceAccount"] ?? "");
    if (key === null) return { kind: "account", status: null, error: "The service account cannot be read." };
    const now = envelope.now.getTime();
    const name = `${account.id}:${key.client_email}:${key.token_uri}`;
    let access = tokens.get(name);
    if (access === undefined || access.until < now) {
      try {
        const form = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: assertion(key, now) });
        const answer = await client.send({
          url: key.token_uri,
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: form.toString(),
        });
        const { access_token: token, expires_in: seconds } = jsonOf(answer);
        if (typeof token !== "string")
          return { kind: "account", status: answer.status, error: short(`Google gave no token: ${answer.body.toString("utf8")}`) };
        access = { token, until: now + (Number(seconds) - 60) * 1_000 };
        if (tokens.size > 100) tokens.clear();
        tokens.set(name, access);
      } catch (error) {
        if (!(error instanceof OutgoingError))
          return { kind: "account", status: null, error: "The key of the service account cannot sign." };
        const failed = failedRequest(error);
        // No message was in that request.
        return failed.kind === "unknown" ? { ...failed, kind: "retry", afterMs: null } : failed;
      }
    }
    const { subject, text, link, image } = envelope.content;
    const body = JSON.stringify({
      message: {
        token: envelope.to,
        notification: { title: subject ?? "", body: text, ...(image ? { image } : {}) },
        data: { message_id: envelope.reference, ...(link ? { link } : {}) },
        // The newer of two copies takes the place of the older on the device.
        android: { collapse_key: envelope.key.slice(0, 32), notification: { tag: envelope.key.slice(0, 32) } },
        apns: { headers: { "apns-collapse-id": envelope.key.slice(0, 32) } },
      },
    });
    const url = `${base(account, "https://fcm.googleapis.com")}/v1/projects/${encodeURIComponent(key.project_id)}/messages:send`;
    const headers = { ...JSON_TYPE, authorization: `Bearer ${access.token}` };
    const result = await post(client, { url, headers, body }, envelope, (answer) => textOr(jsonOf(answer)["name"]));
    if (result.kind === "account") tokens.delete(name);
    return result.kind === "rejected" && (result.status === 404 || /UNREGISTERED/.test(result.error))
      ? { ...result, gone: "bounced" }
      : result;
  },
};

// --- Web Push: RFC 8030, 8291, 8292 ----------------------------------------------------------------------------------

/** A push service keeps it so long for a browser that is off. Seconds. */
const PUSH_TTL_S = 86_400;

export const webPush: Sender = {
  async send(account, envelope, client) {
    const { subject, text, link, image } = envelope.content;
    const payload = JSON.stringify({ title: subject ?? "", body: text, link, image, message: envelope.reference });
    let first: SendResult | null = null;
    for (const target of envelope.targets ?? []) {
      const result = await post(
        client,
        {
          url: target.endpoint,
          headers: {
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            ttl: String(PUSH_TTL_S),
            // The push service keeps one message of a topic: a second copy replaces the first.
            topic: envelope.key.slice(0, 32),
            authorization: vapidHeader(target.endpoint, account.settings["subject"] ?? "", account.secrets["vapid"] ?? "", envelope.now),
          },
          body: encryptPush(payload, target),
        },
        envelope,
        (answer) => textOr(answer.headers["location"]),
      );
      if (result.kind === "sent") return result;
      first ??= result.kind === "rejected" && (result.status === 404 || result.status === 410) ? { ...result, gone: "bounced" } : result;
    }
    return first ?? { kind: "rejected", status: null, error: "No browser of this person takes push messages." };
  },
};

// --- Slack -----------------------------------------------------------------------------------------------------------

export const slack: Sender = {
  send(account, envelope, client) {
    const body = JSON.stringify({ text: envelope.content.text, unfurl_links: false });
    return post(client, { url: account.secrets["url"] ?? "", headers: JSON_TYPE, body }, envelope, () => null);
  },
};

// --- Signed webhook: Standard Webhooks --------------------------------------------------------------------------------

export const webhook: Sender = {
  async send(account, envelope, client) {
    const own = envelope.content.json;
    const body = JSON.stringify({ ...envelope.payload, data: own ?? { text: envelope.content.text } });
    const id = `msg_${envelope.key.slice(0, 40)}`;
    const headers = {
      ...JSON_TYPE,
      ...standardHeaders(account.secrets["signing"] ?? "", id, envelope.now, body),
      "idempotency-key": id,
    };
    const result = await post(client, { url: account.settings["url"] ?? "", headers, body }, envelope, (answer) =>
      textOr(jsonOf(answer)["id"]),
    );
    // 410 Gone: the receiver wants no more.
    return result.kind === "rejected" && result.status === 410
      ? { kind: "account", status: 410, error: "The address answered 410 Gone: it takes nothing any more.", disable: true }
      : result;
  },
};
