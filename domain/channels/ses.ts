import { createHash, createHmac, createVerify } from "node:crypto";
import type { Outgoing } from "@/domain/kernel/outgoing";
import { CallbackRefused, jsonOf, mailbox, mailParts, post, textOr } from "./contract";
import type { Callback, OpenAccount, Sender, Signal } from "./contract";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/**
 * AWS Signature Version 4 of a request with a body. Formula: docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html.
 * @returns the headers to send
 */
export function signAws(
  request: { method: string; url: string; body: string; service: string; region: string },
  keys: { accessKeyId: string; secretAccessKey: string },
  now: Date,
): Record<string, string> {
  const url = new URL(request.url);
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = stamp.slice(0, 8);
  const headers: Record<string, string> = { "content-type": "application/json", host: url.host, "x-amz-date": stamp };
  const names = Object.keys(headers).toSorted();
  const canonical = [
    request.method,
    url.pathname,
    [...url.searchParams]
      .map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`)
      .toSorted()
      .join("&"),
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    sha256(request.body),
  ].join("\n");
  const scope = `${day}/${request.region}/${request.service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n");
  const key = [request.region, request.service, "aws4_request"].reduce(
    (k, part) => hmac(k, part),
    hmac(`AWS4${keys.secretAccessKey}`, day),
  );
  const signature = hmac(key, toSign).toString("hex");
  return {
    "content-type": "application/json",
    "x-amz-date": stamp,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

/** Amazon SES, API version 2. Reports come by SNS. */
export const ses: Sender = {
  send(account, envelope, client) {
    const { settings, secrets } = account;
    const region = settings["region"] ?? "";
    const { from, fromName, replyTo, subject } = mailParts(account, envelope);
    const { html, text } = envelope.content;
    const part = (data: string) => ({ Data: data, Charset: "UTF-8" });
    const body = JSON.stringify({
      FromEmailAddress: mailbox(fromName, from),
      Destination: { ToAddresses: [envelope.to] },
      ...(replyTo === "" ? {} : { ReplyToAddresses: [replyTo] }),
      Content: {
        Simple: {
          Subject: part(subject),
          Body: { Text: part(text), ...(html === null ? {} : { Html: part(html) }) },
          Headers: Object.entries(envelope.headers).map(([Name, Value]) => ({ Name, Value })),
        },
      },
      EmailTags: [{ Name: "tributary", Value: envelope.reference }],
      ...(settings["configurationSet"] ? { ConfigurationSetName: settings["configurationSet"] } : {}),
    });
    const url = `${settings["endpoint"] || `https://email.${region}.amazonaws.com`}/v2/email/outbound-emails`;
    const headers = signAws(
      { method: "POST", url, body, service: "ses", region },
      { accessKeyId: settings["accessKeyId"] ?? "", secretAccessKey: secrets["secretAccessKey"] ?? "" },
      envelope.now,
    );
    return post(client, { url, headers, body }, envelope, (answer) => textOr(jsonOf(answer)["MessageId"]));
  },

  async readCallback(account, { body }, client): Promise<Callback> {
    const note = jsonOf({ body });
    await verifySns(account, note, client);
    if (note["Type"] === "SubscriptionConfirmation") return { signals: [], confirm: textOr(note["SubscribeURL"]) ?? "" };
    return { signals: sesSignals(jsonOf({ body: Buffer.from(textOr(note["Message"]) ?? "{}") }), textOr(note["MessageId"]) ?? "") };
  },
};

const SNS_HOST = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?$/;
const certificates = new Map<string, string>();

/** SNS signs the canonical string with RSA; the certificate must come from SNS itself. Versions 1 (SHA-1) and 2 (SHA-256). */
async function verifySns(account: OpenAccount, note: Record<string, unknown>, client: Outgoing): Promise<void> {
  const field = (name: string): string => textOr(note[name]) ?? "";
  let url: URL;
  try {
    url = new URL(field("SigningCertURL"));
  } catch {
    throw new CallbackRefused("no signature");
  }
  if (url.protocol !== "https:" || url.port !== "" || !SNS_HOST.test(url.hostname) || !url.pathname.endsWith(".pem"))
    throw new CallbackRefused("the certificate is not from SNS");
  const topic = account.settings["topicArn"] ?? "";
  // Anybody may sign with SNS from an account of their own: only the topic tells ours.
  if (topic === "" || field("TopicArn") !== topic) throw new CallbackRefused("another topic");
  if (field("Type") !== "Notification" && new URL(field("SubscribeURL")).hostname !== url.hostname)
    throw new CallbackRefused("another host");
  let pem = certificates.get(url.href);
  if (pem === undefined) {
    pem = (await client.send({ url: url.href })).body.toString("utf8");
    if (certificates.size > 20) certificates.clear();
    certificates.set(url.href, pem);
  }
  const verify = createVerify(field("SignatureVersion") === "2" ? "RSA-SHA256" : "RSA-SHA1").update(snsString(note), "utf8");
  let good = false;
  try {
    good = verify.verify(pem, field("Signature"), "base64");
  } catch {
    good = false;
  }
  if (!good) throw new CallbackRefused("the signature does not fit");
}

/** The string that SNS signs: names and values by turns, a line each. */
export function snsString(note: Record<string, unknown>): string {
  const names =
    note["Type"] === "Notification"
      ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  return names.flatMap((name) => (typeof note[name] === "string" ? [`${name}\n${note[name] as string}\n`] : [])).join("");
}

type Rec = Record<string, unknown>;
const rec = (value: unknown): Rec => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Rec) : {});

/** Event publishing (`eventType`) and notifications (`notificationType`) say the same in two ways. */
export function sesSignals(event: Rec, noteId: string): Signal[] {
  const kind = textOr(event["eventType"]) ?? textOr(event["notificationType"]) ?? "";
  const mail = rec(event["mail"]);
  const tags = rec(mail["tags"])["tributary"];
  const reference = Array.isArray(tags) ? textOr(tags[0]) : null;
  const of = (part: Rec): Pick<Signal, "at" | "eventId" | "reference" | "providerId"> => ({
    at: new Date(textOr(part["timestamp"]) ?? textOr(mail["timestamp"]) ?? 0),
    eventId: textOr(part["feedbackId"]) ?? noteId,
    reference,
    providerId: textOr(mail["messageId"]),
  });
  const plain = { permanent: false, machine: false, detail: null, url: null };
  switch (kind) {
    case "Delivery":
      return [{ ...plain, kind: "delivered", ...of(rec(event["delivery"])) }];
    case "DeliveryDelay":
      return [{ ...plain, kind: "deferred", ...of(rec(event["deliveryDelay"])), detail: textOr(rec(event["deliveryDelay"])["delayType"]) }];
    case "Bounce": {
      const bounce = rec(event["bounce"]);
      const permanent = bounce["bounceType"] === "Permanent";
      const detail = [bounce["bounceType"], bounce["bounceSubType"]].filter((one) => typeof one === "string").join(" ");
      return [{ ...plain, kind: permanent ? "bounced" : "deferred", ...of(bounce), permanent, detail }];
    }
    case "Complaint":
      return [
        { ...plain, kind: "complained", ...of(rec(event["complaint"])), detail: textOr(rec(event["complaint"])["complaintFeedbackType"]) },
      ];
    case "Reject":
      return [{ ...plain, kind: "dropped", ...of(rec(event["reject"])), detail: textOr(rec(event["reject"])["reason"]) }];
    case "Rendering Failure":
      return [{ ...plain, kind: "failed", ...of(rec(event["failure"])), detail: textOr(rec(event["failure"])["errorMessage"]) }];
    case "Open":
      return [{ ...plain, kind: "opened", ...of(rec(event["open"])) }];
    case "Click":
      return [{ ...plain, kind: "clicked", ...of(rec(event["click"])), url: textOr(rec(event["click"])["link"]) }];
    default:
      return [];
  }
}
