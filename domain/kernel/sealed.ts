import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { secretFor } from "./secrets";

/**
 * Seals a secret for the database: AES-256-GCM with a key derived from the master key by purpose. `bound` (the row's id)
 * is authenticated with it: a sealed value moved to another row does not open. Base64 of nonce, ciphertext and tag.
 */
export function seal(purpose: string, bound: string, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", secretFor(purpose), nonce).setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

/** @throws when the value was changed, belongs to another row, or was sealed with another master key */
export function unseal(purpose: string, bound: string, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", secretFor(purpose), bytes.subarray(0, 12)).setAAD(Buffer.from(bound));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
}
