import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "./env";

let master: Buffer | undefined;

/**
 * The install's master key: MASTER_KEY (32 bytes, base64 or hex), else DATA_DIR/master.key (0600), made at first use.
 * Everything secret is derived from it by purpose, so that one leak does not open another door.
 */
function masterKey(): Buffer {
  if (master) return master;
  const given = env().MASTER_KEY;
  if (given !== undefined) {
    const bytes = /^[0-9a-f]{64}$/i.test(given) ? Buffer.from(given, "hex") : Buffer.from(given, "base64");
    if (bytes.length !== 32) throw new Error("MASTER_KEY must be 32 bytes, as base64 or as 64 hex digits: openssl rand -base64 32");
    master = bytes;
    return bytes;
  }
  const file = join(env().DATA_DIR, "master.key");
  if (!existsSync(file)) {
    mkdirSync(env().DATA_DIR, { recursive: true });
    try {
      writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" });
      chmodSync(file, 0o600);
    } catch (error) {
      // Another process of this install made it in the same moment: read theirs.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  master = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  if (master.length !== 32) throw new Error(`${file} does not hold a 32-byte key.`);
  return master;
}

const derived = new Map<string, Buffer>();

/** A 32-byte key for one purpose ("audit", "session", "suppression"). */
export function secretFor(purpose: string): Buffer {
  let key = derived.get(purpose);
  if (!key) {
    key = Buffer.from(hkdfSync("sha256", masterKey(), "tributary", purpose, 32));
    derived.set(purpose, key);
  }
  return key;
}

export const hmac = (purpose: string, text: string): string => createHmac("sha256", secretFor(purpose)).update(text).digest("hex");
