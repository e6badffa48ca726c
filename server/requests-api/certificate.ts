import { createECDH, createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";

/** DER of one value. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}
const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: number[]): Buffer => der(0x06, Buffer.from(bytes));

/** The key that signs answers: ECDSA on P-256, derived from a secret of the install, so that nothing has to be stored. */
export function signingKey(secret: Buffer): KeyObject {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const part = (from: number, to: number): string => point.subarray(from, to).toString("base64url");
  return createPrivateKey({
    key: { kty: "EC", crv: "P-256", d: secret.toString("base64url"), x: part(1, 33), y: part(33, 65) },
    format: "jwk",
  });
}

/** A self-signed certificate (RFC 5280) with the key's public half, as PEM: what receivers check signatures by. */
export function certificateOf(key: KeyObject, domain: string): string {
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)); // ecdsa-with-SHA256
  const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(domain.slice(0, 64))))));
  const time = (text: string): Buffer => der(0x17, Buffer.from(text));
  const body = sequence(
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time("260101000000Z"), time("490101000000Z")),
    name,
    createPublicKey(key).export({ type: "spki", format: "der" }),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, key));
  const base64 = sequence(body, algorithm, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)?.join("\n") ?? ""}\n-----END CERTIFICATE-----\n`;
}
