import { createCipheriv, createECDH, createHmac, createPrivateKey, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import type { PushTarget } from "./contract";

/** Web Push: encryption of RFC 8291 (aes128gcm of RFC 8188) and the sender's signature of RFC 8292 (VAPID). */

/** HKDF of one block (RFC 5869): all that RFC 8291 needs. */
function hkdf(salt: Buffer, secret: Buffer, info: Buffer, length: number): Buffer {
  const prk = createHmac("sha256", salt).update(secret).digest();
  return createHmac("sha256", prk)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest()
    .subarray(0, length);
}

/**
 * Encrypts a text for a browser. `own` fixes the key pair and salt, for test vectors alone.
 * @returns header block and one record: salt (16), record size (4), key length (1), public key (65), ciphertext
 */
export function encryptPush(text: string, target: Pick<PushTarget, "p256dh" | "auth">, own?: { privateKey: Buffer; salt: Buffer }): Buffer {
  const ecdh = createECDH("prime256v1");
  if (own) ecdh.setPrivateKey(own.privateKey);
  else ecdh.generateKeys();
  const theirs = Buffer.from(target.p256dh, "base64url");
  const ours = ecdh.getPublicKey();
  const salt = own?.salt ?? randomBytes(16);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours]);
  const ikm = hkdf(Buffer.from(target.auth, "base64url"), ecdh.computeSecret(theirs), info, 32);
  const key = hkdf(salt, ikm, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = hkdf(salt, ikm, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  // 2: the last record.
  const record = Buffer.concat([cipher.update(Buffer.concat([Buffer.from(text), Buffer.from([2])])), cipher.final(), cipher.getAuthTag()]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(4_096);
  return Buffer.concat([salt, size, Buffer.from([ours.length]), ours, record]);
}

/** A new key pair: the private key as a JWK in JSON, which is what is sealed. */
export function newVapidKey(): string {
  return JSON.stringify(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }));
}

/** The public key as browsers want it: an uncompressed point, base64url. */
export function vapidPublicKey(jwk: string): string {
  const { x = "", y = "" } = JSON.parse(jwk) as { x?: string; y?: string };
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]).toString("base64url");
}

/** `Authorization` of a push: a JWT (ES256) for the push service's origin, valid for twelve hours. */
export function vapidHeader(endpoint: string, subject: string, jwk: string, now: Date): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(now.getTime() / 1_000) + 43_200;
  const text = `${part({ typ: "JWT", alg: "ES256" })}.${part({ aud: new URL(endpoint).origin, exp, sub: subject })}`;
  const key = createPrivateKey({ key: JSON.parse(jwk) as never, format: "jwk" });
  const signature = createSign("SHA256").update(text).sign({ key, dsaEncoding: "ieee-p1363" }, "base64url");
  return `vapid t=${text}.${signature}, k=${vapidPublicKey(jwk)}`;
}
