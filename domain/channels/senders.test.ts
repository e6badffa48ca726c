import { generateKeyPairSync, sign, createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { Outgoing } from "@/domain/kernel/outgoing";
import { CallbackRefused, retryAfter } from "./contract";
import type { Envelope, OpenAccount } from "./contract";
import type { ProviderId, Rendered } from "./model";
import { SENDERS } from "./senders";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const client = new Outgoing({ allow: "127.0.0.1" });
const NOW = new Date("2026-06-01T12:00:00Z");
const content: Rendered = {
  channel: "email",
  language: "en",
  subject: "Grüße, Ann",
  preheader: null,
  html: "<p>Hello</p>",
  text: "Hello",
  link: "https://shop.example.com/",
  button: null,
  image: null,
  json: null,
  from: null,
};
const envelope = (more: Partial<Envelope> = {}): Envelope => ({
  key: "ab".repeat(32),
  reference: "m7-9",
  to: "ann@example.com",
  content,
  headers: { "List-Unsubscribe": "<https://cdp.example.com/unsubscribe/x>" },
  payload: { type: "message" },
  callbackUrl: "https://cdp.example.com/api/channels/chn_1/callback",
  now: NOW,
  ...more,
});
const account = (provider: ProviderId, settings: Record<string, string>, secrets: Record<string, string> = {}): OpenAccount => ({
  id: "chn_1",
  provider,
  settings: { from: "news@example.com", fromName: "Shop", ...settings },
  secrets,
});

interface Seen {
  url: string;
  headers: IncomingMessage["headers"];
  body: Buffer;
}
async function serve(
  answer: (seen: Seen, n: number) => { status: number; headers?: Record<string, string>; body?: string } | "reset" | "hang",
): Promise<{ base: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const one = { url: request.url ?? "", headers: request.headers, body: Buffer.concat(parts) };
      seen.push(one);
      const said = answer(one, seen.length);
      if (said === "reset") request.socket.destroy();
      else if (said !== "hang") response.writeHead(said.status, said.headers).end(said.body ?? "{}");
    });
  };
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

async function mailServer(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({ authOptional: true, disabledCommands: ["STARTTLS"], logger: false, ...options });
  server.on("error", () => {});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => server.close());
  return (server.server.address() as AddressInfo).port;
}
const smtpAccount = (port: number): OpenAccount => account("smtp", { host: "127.0.0.1", port: String(port), security: "none" });
const reply = (code: number, words: string): Error => Object.assign(new Error(words), { responseCode: code });

describe("SMTP", () => {
  test("a message arrives with its headers, both bodies and an id that stays the same", async () => {
    const mails: string[] = [];
    const port = await mailServer({
      onData: (stream, _session, done) => {
        let text = "";
        stream.on("data", (part: Buffer) => (text += part.toString("utf8")));
        stream.on("end", () => {
          mails.push(text);
          done();
        });
      },
    });
    const result = await SENDERS.smtp.send(smtpAccount(port), envelope(), client);
    expect(result).toMatchObject({ kind: "sent", status: 250, providerId: `<${"ab".repeat(20)}@example.com>` });
    expect(mails).toHaveLength(1);
    for (const part of [
      /^From: Shop <news@example\.com>/m,
      /^To: ann@example\.com/m,
      /^List-Unsubscribe: </m,
      /^Subject: =\?UTF-8\?/m,
      /text\/plain/,
      /text\/html/,
      /<p>Hello<\/p>/,
    ])
      expect(mails[0]).toMatch(part);
  });

  test("line breaks in a subject make no header, and a message reads no file", async () => {
    let mail = "";
    const port = await mailServer({
      onData: (stream, _session, done) => {
        stream.on("data", (part: Buffer) => (mail += part.toString("utf8")));
        stream.on("end", () => done());
      },
    });
    await SENDERS.smtp.send(smtpAccount(port), envelope({ content: { ...content, subject: "x\r\nBcc: evil@example.com" } }), client);
    expect(mail).not.toMatch(/^Bcc:/m);
  });

  test("replies are read by their class and by the command they answer", async () => {
    const rejecting = await mailServer({ onRcptTo: (_a, _s, done) => done(reply(550, "5.1.1 no such user")) });
    expect(await SENDERS.smtp.send(smtpAccount(rejecting), envelope(), client)).toMatchObject({
      kind: "rejected",
      status: 550,
      gone: "bounced",
    });
    const later = await mailServer({ onRcptTo: (_a, _s, done) => done(reply(451, "4.7.1 greylisted")) });
    expect(await SENDERS.smtp.send(smtpAccount(later), envelope(), client)).toMatchObject({ kind: "retry", status: 451 });
    const sender = await mailServer({ onMailFrom: (_a, _s, done) => done(reply(553, "5.7.1 sender not allowed")) });
    expect(await SENDERS.smtp.send(smtpAccount(sender), envelope(), client)).toMatchObject({ kind: "account", status: 553 });
    const locked = await mailServer({ authOptional: false, onAuth: (_a, _s, done) => done(reply(535, "bad password")) });
    const wrong = { ...smtpAccount(locked), settings: { ...smtpAccount(locked).settings, user: "u" }, secrets: { password: "p" } };
    expect(await SENDERS.smtp.send(wrong, envelope(), client)).toMatchObject({ kind: "account" });
  });

  test("a break before the message is a retry, one after it is unknown", async () => {
    const early = await mailServer({
      onMailFrom: (_a, session) => (session as unknown as { socket?: { destroy(): void } }).socket?.destroy(),
      onConnect: (session, done) => done(reply(421, "busy")),
    });
    expect(await SENDERS.smtp.send(smtpAccount(early), envelope(), client)).toMatchObject({ kind: "retry" });
    let server: SMTPServer | undefined;
    const port = await new Promise<number>((ready) => {
      server = new SMTPServer({
        authOptional: true,
        disabledCommands: ["STARTTLS"],
        logger: false,
        // It took the message whole and dies before it answers.
        onData: (stream) => {
          stream.resume();
          stream.on("end", () => {
            for (const connection of (server as unknown as { connections: Set<{ _socket: { destroy(): void } }> }).connections)
              connection._socket.destroy();
          });
        },
      });
      server.on("error", () => {});
      server.listen(0, "127.0.0.1", () => ready((server?.server.address() as AddressInfo | undefined)?.port ?? 0));
    });
    closing.push(() => server?.close());
    expect(await SENDERS.smtp.send(smtpAccount(port), envelope(), client)).toMatchObject({ kind: "unknown" });
    expect(
      await SENDERS.smtp.send(
        account("smtp", { host: "localhost", port: "25", security: "none" }),
        envelope(),
        new Outgoing({ allow: "" }),
      ),
    ).toMatchObject({ kind: "account" });
  });
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const HTTP: Record<
  string,
  {
    account: (base: string) => OpenAccount;
    to?: string;
    ok: { status: number; headers?: Record<string, string>; body?: string };
    providerId: string | null;
    path: string;
    holds: string[];
  }
> = {
  ses: {
    account: (base) => account("ses", { endpoint: base, region: "eu-central-1", accessKeyId: "AK" }, { secretAccessKey: "s" }),
    ok: { status: 200, body: '{"MessageId":"ses-1"}' },
    providerId: "ses-1",
    path: "/v2/email/outbound-emails",
    holds: ['"ToAddresses":["ann@example.com"]', '"Name":"List-Unsubscribe"', '"Value":"m7-9"'],
  },
  sendgrid: {
    account: (base) => account("sendgrid", { endpoint: base }, { apiKey: "k" }),
    ok: { status: 202, headers: { "x-message-id": "sg-1" } },
    providerId: "sg-1",
    path: "/v3/mail/send",
    holds: ['"tributary":"m7-9"', '"click_tracking":{"enable":false'],
  },
  mailgun: {
    account: (base) => account("mailgun", { endpoint: base, domain: "mg.example.com", region: "eu" }, { apiKey: "k" }),
    ok: { status: 200, body: '{"id":"<mg-1@mg.example.com>"}' },
    providerId: "mg-1@mg.example.com",
    path: "/v3/mg.example.com/messages",
    holds: ["v%3Atributary=m7-9", "o%3Atracking=no", "h%3AList-Unsubscribe="],
  },
  postmark: {
    account: (base) => account("postmark", { endpoint: base, stream: "broadcast" }, { serverToken: "k" }),
    ok: { status: 200, body: '{"ErrorCode":0,"MessageID":"pm-1"}' },
    providerId: "pm-1",
    path: "/email",
    holds: ['"MessageStream":"broadcast"', '"Metadata":{"tributary":"m7-9"}'],
  },
  resend: {
    account: (base) => account("resend", { endpoint: base }, { apiKey: "k" }),
    ok: { status: 200, body: '{"id":"rs-1"}' },
    providerId: "rs-1",
    path: "/emails",
    holds: ['"name":"tributary"'],
  },
  twilio: {
    account: (base) => account("twilio", { endpoint: base, accountSid: "AC1", from: "+4930123456" }, { authToken: "t" }),
    to: "+4915112345678",
    ok: { status: 201, body: '{"sid":"SM1"}' },
    providerId: "SM1",
    path: "/2010-04-01/Accounts/AC1/Messages.json",
    holds: ["To=%2B4915112345678", "StatusCallback="],
  },
  slack: {
    account: (base) => account("slack", {}, { url: `${base}/hook` }),
    ok: { status: 200, body: "ok" },
    providerId: null,
    path: "/hook",
    holds: ['"text":"Hello"'],
  },
  webhook: {
    account: (base) => account("webhook", { url: `${base}/in` }, { signing: `whsec_${Buffer.alloc(32, 7).toString("base64")}` }),
    ok: { status: 200 },
    providerId: null,
    path: "/in",
    holds: ['"type":"message"'],
  },
};

describe.each(Object.entries(HTTP))("%s", (provider, { account: make, to, ok, providerId, path, holds }) => {
  const sender = SENDERS[provider as keyof typeof SENDERS];
  const one = envelope(to === undefined ? {} : { to });

  test("sends what the provider reads, and keeps its id", async () => {
    const { base, seen } = await serve(() => ok);
    expect(await sender.send(make(base), one, client)).toEqual({ kind: "sent", providerId, status: ok.status });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.url).toBe(path);
    for (const part of holds) expect(seen[0]?.body.toString()).toContain(part);
  });

  test("reads refusals by their class", async () => {
    const answers: { status: number; headers: Record<string, string> }[] = [
      { status: 429, headers: { "retry-after": "7" } },
      { status: 503, headers: {} },
      { status: 401, headers: {} },
      { status: 400, headers: {} },
      { status: 307, headers: { location: "http://127.0.0.1:1/" } },
    ];
    const { base, seen } = await serve((_seen, n) => ({ ...(answers[n - 1] ?? { status: 200 }), body: '{"error":"no"}' }));
    const results = [];
    for (const _answer of answers) results.push(await sender.send(make(base), one, client));
    expect(results.map(({ kind }) => kind)).toEqual(["retry", "retry", "account", "rejected", "rejected"]);
    expect(results[0]).toMatchObject({ afterMs: 7_000 });
    expect(seen).toHaveLength(answers.length);
  });

  test("a reset after the request is unknown, a closed door is a retry, a private address is the account's fault", async () => {
    const { base } = await serve(() => "reset");
    expect((await sender.send(make(base), one, client)).kind).toBe("unknown");
    closing.pop()?.();
    expect((await sender.send(make(base), one, client)).kind).toBe("retry");
    expect((await sender.send(make(base), one, new Outgoing({ allow: "" }))).kind).toBe("account");
  });
});

test("Firebase: a token is asked for once, with a claim that the key signed; an unregistered device is gone", async () => {
  const key = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { base, seen } = await serve(({ url }, n) => {
    if (url === "/token") return { status: 200, body: '{"access_token":"at","expires_in":3600}' };
    return n < 3
      ? { status: 200, body: '{"name":"projects/p/messages/1"}' }
      : { status: 404, body: '{"error":{"status":"NOT_FOUND","details":[{"errorCode":"UNREGISTERED"}]}}' };
  });
  const serviceAccount = JSON.stringify({ client_email: "a@p.iam", private_key: key, project_id: "p", token_uri: `${base}/token` });
  const firebase = account("firebase", { endpoint: base }, { serviceAccount });
  expect(await SENDERS.firebase.send(firebase, envelope({ to: "device" }), client)).toMatchObject({
    kind: "sent",
    providerId: "projects/p/messages/1",
  });
  expect(await SENDERS.firebase.send(firebase, envelope({ to: "device" }), client)).toMatchObject({ kind: "rejected", gone: "bounced" });
  expect(seen.map(({ url }) => url)).toEqual(["/token", "/v1/projects/p/messages:send", "/v1/projects/p/messages:send"]);
  expect(seen[1]?.headers.authorization).toBe("Bearer at");
});

describe("reports", () => {
  const request = (body: string, headers: Record<string, string> = {}, url = "https://cdp.example.com/api/channels/chn_1/callback") => ({
    body: Buffer.from(body),
    headers,
    url,
    now: NOW,
  });

  test("SendGrid: only what the account's key signed is read", async () => {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const body =
      '[{"event":"bounce","type":"bounce","sg_event_id":"e1","sg_message_id":"sg-1.recv","timestamp":1700000000,"tributary":"m7-9","reason":"550 no such user"}]';
    const signature = sign("sha256", Buffer.from(`1700000000${body}`), pair.privateKey).toString("base64");
    const headers = { "x-twilio-email-event-webhook-signature": signature, "x-twilio-email-event-webhook-timestamp": "1700000000" };
    const of = account("sendgrid", {}, { webhookKey: key });
    const read = SENDERS.sendgrid.readCallback;
    expect((await read?.(of, request(body, headers), client))?.signals).toMatchObject([
      { kind: "bounced", permanent: true, reference: "m7-9", providerId: "sg-1", eventId: "e1" },
    ]);
    await expect(read?.(of, request(`${body} `, headers), client)).rejects.toThrow(CallbackRefused);
    await expect(read?.(account("sendgrid", {}), request(body, headers), client)).rejects.toThrow(CallbackRefused);
  });

  test("Mailgun, Postmark, Resend and Twilio: a wrong signature is refused", async () => {
    const stamp = String(NOW.getTime() / 1_000);
    const good = createHmac("sha256", "k").update(`${stamp}tok`).digest("hex");
    const note = (signature: string): string =>
      JSON.stringify({
        signature: { timestamp: stamp, token: "tok", signature },
        "event-data": { event: "complained", id: "x", timestamp: 1, "user-variables": { tributary: "m7-9" } },
      });
    const mailgun = account("mailgun", {}, { webhookKey: "k" });
    expect((await SENDERS.mailgun.readCallback?.(mailgun, request(note(good)), client))?.signals).toMatchObject([
      { kind: "complained", reference: "m7-9" },
    ]);
    await expect(SENDERS.mailgun.readCallback?.(mailgun, request(note("0".repeat(64))), client)).rejects.toThrow(CallbackRefused);
    await expect(
      SENDERS.mailgun.readCallback?.(
        account("mailgun", {}),
        request(note(createHmac("sha256", "").update(`${stamp}tok`).digest("hex"))),
        client,
      ),
    ).rejects.toThrow(CallbackRefused);
    const postmark = account("postmark", {}, { webhookPassword: "pw" });
    const basic = `Basic ${Buffer.from("tributary:pw").toString("base64")}`;
    const delivery = '{"RecordType":"Delivery","MessageID":"pm-1","DeliveredAt":"2026-06-01T10:00:00Z"}';
    expect((await SENDERS.postmark.readCallback?.(postmark, request(delivery, { authorization: basic }), client))?.signals).toMatchObject([
      { kind: "delivered" },
    ]);
    await expect(SENDERS.postmark.readCallback?.(postmark, request(delivery, {}), client)).rejects.toThrow(CallbackRefused);
    await expect(
      SENDERS.resend.readCallback?.(account("resend", {}, { webhookKey: "whsec_AAAA" }), request("{}", {}), client),
    ).rejects.toThrow(CallbackRefused);
    const twilio = account("twilio", {}, { authToken: "t" });
    const url = "https://cdp.example.com/api/channels/chn_1/callback?m=m7-9";
    const form = "MessageStatus=undelivered&MessageSid=SM1&ErrorCode=30005";
    const signature = createHmac("sha1", "t").update(`${url}ErrorCode30005MessageSidSM1MessageStatusundelivered`).digest("base64");
    expect(
      (await SENDERS.twilio.readCallback?.(twilio, request(form, { "x-twilio-signature": signature }, url), client))?.signals,
    ).toMatchObject([{ kind: "bounced", permanent: true, reference: "m7-9" }]);
    await expect(SENDERS.twilio.readCallback?.(twilio, request(form, { "x-twilio-signature": "x" }, url), client)).rejects.toThrow(
      CallbackRefused,
    );
  });

  test("SES: the certificate must lie at SNS and the topic must be ours", async () => {
    const ses = account("ses", { topicArn: "arn:aws:sns:eu-central-1:1:t" });
    const note = (more: object): string =>
      JSON.stringify({
        Type: "Notification",
        MessageId: "1",
        Message: "{}",
        Timestamp: "2026-06-01T12:00:00Z",
        TopicArn: "arn:aws:sns:eu-central-1:1:t",
        SignatureVersion: "2",
        Signature: "AAAA",
        SigningCertURL: "https://sns.eu-central-1.amazonaws.com/x.pem",
        ...more,
      });
    for (const more of [
      { SigningCertURL: "https://evil.example.com/x.pem" },
      { SigningCertURL: "http://sns.eu-central-1.amazonaws.com/x.pem" },
      { SigningCertURL: "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem" },
      { TopicArn: "arn:aws:sns:eu-central-1:2:t" },
      { SigningCertURL: undefined },
    ])
      await expect(SENDERS.ses.readCallback?.(ses, request(note(more)), client)).rejects.toThrow(CallbackRefused);
  });
});

test("Retry-After in seconds and as a date", () => {
  expect([
    retryAfter("120", NOW),
    retryAfter("Mon, 01 Jun 2026 12:01:00 GMT", NOW),
    retryAfter("soon", NOW),
    retryAfter(undefined, NOW),
    retryAfter("999999999", NOW),
  ]).toEqual([120_000, 60_000, null, null, 86_400_000]);
});
