import { createHash, randomInt } from "node:crypto";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `trb_sk_<24 base62>_<6 base62 check>`: recognisable by secret scanners, and typos never reach the database. */
export const API_KEY_PATTERN = /^trb_sk_[0-9A-Za-z]{24}_[0-9A-Za-z]{6}$/;

function checksum(body: string): string {
  let number = createHash("sha256").update(body).digest().readUIntBE(0, 6);
  let out = "";
  for (let i = 0; i < 6; i++) {
    out += BASE62[number % 62];
    number = Math.floor(number / 62);
  }
  return out;
}

export function newApiKey(): string {
  let body = "trb_sk_";
  for (let i = 0; i < 24; i++) body += BASE62[randomInt(62)];
  return `${body}_${checksum(body)}`;
}

export const keyChecksumHolds = (key: string): boolean => checksum(key.slice(0, -7)) === key.slice(-6);
