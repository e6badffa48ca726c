import { keysOf } from "./decide";
import type { PurposeTerms } from "./model";

/** A message's own word on who may get it. */
export interface MessageConsent {
  /** `context.consent` as sent; leave it out where the message has no such key. */
  consent?: unknown;
  integrations?: unknown;
  /** Name by which `integrations` calls the destination. */
  integration?: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const own = (object: Record<string, unknown>, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

/**
 * Whether the message itself lets it go to a destination with this purpose. Strict as soon as a consent key is there: only
 * JSON `true` for every category of the purpose that is named, and at least one named. `integrations` narrows, never widens.
 */
export function messageAllows(message: MessageConsent, purposeId: string, terms: PurposeTerms): boolean {
  if (Object.hasOwn(message, "consent") && !consentAllows(message.consent, purposeId, terms)) return false;
  return integrationAllows(message.integrations, message.integration);
}

function consentAllows(consent: unknown, purposeId: string, terms: PurposeTerms): boolean {
  const preferences = isObject(consent) ? own(consent, "categoryPreferences") : undefined;
  if (!isObject(preferences)) return false;
  const keys = new Set(keysOf(purposeId, terms));
  const said = Object.entries(preferences).filter(([category]) => keys.has(categoryKey(category)));
  return said.length > 0 && said.every(([, value]) => value === true);
}

function integrationAllows(integrations: unknown, name: string | undefined): boolean {
  if (!isObject(integrations)) return true;
  const named = name === undefined ? undefined : own(integrations, name);
  if (named !== undefined) return named !== false;
  return own(integrations, "All") !== false;
}

/** Categories compare without regard to case and outer blanks. */
export const categoryKey = (text: string): string => text.trim().toLowerCase();
