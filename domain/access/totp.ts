import { createHmac, timingSafeEqual } from "node:crypto";

/** Time-based one-time codes (RFC 6238): SHA-1, 30 seconds, 6 digits, as every authenticator app has them. Pure. */
export const STEP_SECONDS = 30;
const DIGITS = 6;
/** Steps before and after now whose code is accepted too: clocks differ, and typing takes a while. */
const WINDOW = 1;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648, without padding. */
export function base32(bytes: Uint8Array): string {
  let out = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET[(value >> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? out + ALPHABET[(value << (5 - bits)) & 31] : out;
}

/** The code of one step (RFC 4226, section 5.3). */
export function codeAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** The step whose code this is, if it is one that counts now; each is compared in the same time. */
export function stepOf(secret: Uint8Array, code: string, now: number): number | null {
  const given = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(given)) return null;
  const current = Math.floor(now / 1000 / STEP_SECONDS);
  let found: number | null = null;
  for (let step = current - WINDOW; step <= current + WINDOW; step++)
    if (timingSafeEqual(Buffer.from(codeAt(secret, step)), Buffer.from(given))) found = step;
  return found;
}

/** What a QR code tells an authenticator app. */
export function otpauthUri(secret: string, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`;
}
