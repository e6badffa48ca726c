import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** Shown in lists so that a key is recognised as ours and as a write key. */
export const WRITE_KEY_PREFIX = "trb_w_";
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 24;
const CHECK_LENGTH = 6;
const SHAPE = new RegExp(`^${WRITE_KEY_PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH}}_[0-9A-Za-z]{${CHECK_LENGTH}}$`);

export interface NewWriteKey {
  /** The key itself: shown once, never stored. */
  key: string;
  /** sha256 as hex: high entropy needs no slow hash. */
  hash: string;
  prefix: string;
  last4: string;
}

/** `trb_w_<24 base62>_<6 base62 of crc32>`: 142 bits of chance; the check tells a mistyped key without a look-up. */
export function newWriteKey(): NewWriteKey {
  const body = WRITE_KEY_PREFIX + randomBase62(RANDOM_LENGTH);
  const key = `${body}_${checkOf(body)}`;
  return { key, hash: hashWriteKey(key), prefix: key.slice(0, WRITE_KEY_PREFIX.length + 4), last4: key.slice(-4) };
}

/** sha256 hex of a key as presented. */
export const hashWriteKey = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Whether a text has the shape and the check of a write key of ours. */
export function isWriteKey(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const cut = text.length - CHECK_LENGTH - 1;
  return checkOf(text.slice(0, cut)) === text.slice(cut + 1);
}

function checkOf(body: string): string {
  let n = crc32(body) >>> 0;
  let out = "";
  for (let i = 0; i < CHECK_LENGTH; i++) {
    out = (BASE62[n % 62] ?? "") + out;
    n = Math.floor(n / 62);
  }
  return out;
}

function randomBase62(length: number): string {
  let out = "";
  while (out.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 = 4 × 62: bytes above would favour the first characters.
      if (byte < 248 && out.length < length) out += BASE62[byte % 62];
    }
  }
  return out;
}
