import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { signAws, snsString } from "./ses";
import { newSigningSecret, signStandard, standardHeaders, verifyStandard } from "./standard-webhooks";
import { encryptPush, newVapidKey, vapidHeader, vapidPublicKey } from "./web-push";

test("Standard Webhooks: the published vector, and changes to any part", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  const body = '{"test": 2432232314}';
  const signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  expect(signStandard(secret, id, 1_614_265_330, body)).toBe(signature);
  const at = new Date(1_614_265_330_000);
  const headers = { "webhook-id": id, "webhook-timestamp": "1614265330", "webhook-signature": `v1,${"A".repeat(43)}= ${signature}` };
  const check = (more: Record<string, string>, text = body, now = at): boolean =>
    verifyStandard(secret, { ...headers, ...more }, Buffer.from(text), now);
  expect(check({})).toBe(true);
  expect(
    verifyStandard(secret, { "svix-id": id, "svix-timestamp": "1614265330", "svix-signature": signature }, Buffer.from(body), at),
  ).toBe(true);
  expect([
    check({}, '{"test":2432232314}'),
    check({ "webhook-id": "msg_other" }),
    check({ "webhook-timestamp": "1614265331" }),
    check({ "webhook-signature": "" }),
    check({}, body, new Date(at.getTime() + 301_000)),
    check({}, body, new Date(at.getTime() - 301_000)),
    verifyStandard("", headers, Buffer.from(body), at),
    verifyStandard(newSigningSecret(), headers, Buffer.from(body), at),
  ]).toEqual(Array.from({ length: 8 }, () => false));
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(verifyStandard(secret, standardHeaders(secret, id, at, text), Buffer.from(text), at)).toBe(true);
    }),
  );
});

test("RFC 8291, appendix A: the encryption of the example", () => {
  const out = encryptPush(
    "When I grow up, I want to be a watermelon",
    { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" },
    {
      privateKey: Buffer.from("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "base64url"),
      salt: Buffer.from("DGv6ra1nlYgDCS1FRnbzlw", "base64url"),
    },
  );
  expect(out.toString("base64url")).toBe(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  );
});

test("RFC 8292: the push service can check who sends", () => {
  const jwk = newVapidKey();
  const now = new Date("2026-06-01T12:00:00Z");
  const header = vapidHeader("https://push.example.net/abc", "mailto:web@example.com", jwk, now);
  const [, token = "", key = ""] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? [];
  expect(key).toBe(vapidPublicKey(jwk));
  const point = Buffer.from(key, "base64url");
  expect([point.length, point[0]]).toEqual([65, 4]);
  const [head = "", claims = "", signature = ""] = token.split(".");
  expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({
    aud: "https://push.example.net",
    exp: now.getTime() / 1_000 + 43_200,
    sub: "mailto:web@example.com",
  });
  const publicKey = createPublicKey({
    key: { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") },
    format: "jwk",
  });
  expect(
    verify("sha256", Buffer.from(`${head}.${claims}`), { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")),
  ).toBe(true);
});

test("AWS: the signature follows body, time, region and key", () => {
  const request = {
    method: "POST",
    url: "https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails",
    body: "{}",
    service: "ses",
    region: "eu-central-1",
  };
  const keys = { accessKeyId: "AKID", secretAccessKey: "secret" };
  const at = new Date("2026-06-01T12:00:00Z");
  const of = (more: Partial<typeof request> = {}, k = keys, now = at): string =>
    signAws({ ...request, ...more }, k, now)["authorization"] ?? "";
  expect(of()).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/20260601\/eu-central-1\/ses\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
  );
  expect(of()).toBe(of());
  const others = [
    of({ body: "{ }" }),
    of({ region: "us-east-1" }),
    of({}, { ...keys, secretAccessKey: "x" }),
    of({}, keys, new Date(at.getTime() + 1_000)),
  ];
  expect(new Set([of(), ...others]).size).toBe(5);
});

test("SNS: the canonical string of a notification leaves out what is not there", () => {
  const note = { Type: "Notification", MessageId: "m", TopicArn: "t", Message: "hello", Timestamp: "2026-06-01T12:00:00Z" };
  const text = "Message\nhello\nMessageId\nm\nTimestamp\n2026-06-01T12:00:00Z\nTopicArn\nt\nType\nNotification\n";
  expect(snsString(note)).toBe(text);
  expect(snsString({ ...note, Subject: "s" })).toContain("Subject\ns\n");
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(verify("RSA-SHA256", Buffer.from(text), publicKey, sign("RSA-SHA256", Buffer.from(snsString(note)), privateKey))).toBe(true);
});
