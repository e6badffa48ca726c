import { hash, verify } from "@node-rs/argon2";
import { DomainError } from "@/domain/kernel/errors";
import { commonPasswords } from "./common-passwords";
import { normaliseEmail } from "./email";
import { PASSWORD_MAX, PASSWORD_MIN } from "./model";

/** argon2id (the package's default algorithm), OWASP's first choice. `needsRehash` notices when they rise. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const PREFIX = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

const form = (password: string): string => password.normalize("NFKC");

export const hashPassword = (password: string): Promise<string> => hash(form(password), PARAMETERS);

let dummy: Promise<string> | undefined;

/**
 * Compares in the same time whether there is a hash or not: an unknown address costs as much as a wrong password.
 * @param stored null for an unknown member, or one without a password
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  dummy ??= hashPassword("nobody has this password");
  const against = stored ?? (await dummy);
  // Longer ones were never accepted; hashing them would be work for an attacker's asking.
  const given = form(password).slice(0, PASSWORD_MAX + 1);
  const same = await verify(against, given).catch(() => false);
  return stored !== null && same;
}

/** Whether a stored hash was made with other parameters than today's. */
export const needsRehash = (stored: string): boolean => !stored.startsWith(PREFIX);

/** What is wrong with a new password, or null. */
export function passwordProblem(password: string, email: string): string | null {
  const text = form(password);
  const length = Array.from(text).length;
  if (length < PASSWORD_MIN) return `must have at least ${PASSWORD_MIN} characters`;
  if (length > PASSWORD_MAX || text.length > PASSWORD_MAX) return `must have at most ${PASSWORD_MAX} characters`;
  const lower = text.toLowerCase();
  const common = commonPasswords();
  const stem = lower.replace(/[\d\W_]+$/u, "");
  if (common.has(lower) || common.has(stem)) return "is one of the most common passwords, or one with digits at its end";
  if (/^(.{1,6}?)\1+$/u.test(lower)) return "repeats the same few characters";
  const address = normaliseEmail(email);
  if (lower === address || lower === address.split("@", 1)[0]) return "must not be the e-mail address";
  return null;
}

/** Refuses a password that breaks the rules, naming the field. */
export function requireGoodPassword(password: string, email: string, field = "password"): void {
  const problem = passwordProblem(password, email);
  if (problem) throw new DomainError("VALIDATION", `The password ${problem}.`, { fields: { [field]: `The password ${problem}.` } });
}
