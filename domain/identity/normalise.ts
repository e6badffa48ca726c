import { domainToASCII } from "node:url";
import parsePhone, { type CountryCode } from "libphonenumber-js/max";
import { MAX_IDENTIFIER_LENGTH } from "./model";

// Characters that do not show but make two equal-looking addresses different.
const ZERO_WIDTH = /[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u180e]/u;
const PLAIN_DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const GMAIL = new Set(["gmail.com", "googlemail.com"]);

/** At most `length` characters, never ending in half of a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** Trims Unicode white space and applies NFC; undefined when nothing is left or it is too long to be an identifier. */
export function normaliseText(raw: string): string | undefined {
  const text = raw.trim().normalize("NFC");
  return text === "" || text.length > MAX_IDENTIFIER_LENGTH ? undefined : text;
}

/**
 * Lower case, domain in ASCII (IDNA), no trailing dot. Undefined when it is not an address: no or empty part around the
 * last `@`, white space or invisible characters inside, more than 254 characters. With `fold`, plus tags and Gmail dots
 * are taken away.
 */
export function normaliseEmail(raw: string, fold = false): string | undefined {
  const text = normaliseText(raw);
  if (text === undefined || ZERO_WIDTH.test(text) || /[\s\p{Cc}]/u.test(text)) return undefined;
  const split = text.lastIndexOf("@");
  if (split < 1) return undefined;
  let local = text.slice(0, split).toLowerCase().normalize("NFC");
  if (local.includes("@") && !local.startsWith('"')) return undefined;
  let domain = text.slice(split + 1).toLowerCase();
  if (!PLAIN_DOMAIN.test(domain)) {
    domain = domainToASCII(domain.replaceAll(/[\u3002\uff0e\uff61]/g, ".")).replace(/\.$/, "");
    if (!PLAIN_DOMAIN.test(domain)) return undefined;
  }
  if (fold) {
    local = local.replace(/\+.*$/, "");
    if (GMAIL.has(domain)) {
      local = local.replaceAll(".", "");
      domain = "gmail.com";
    }
    if (local === "") return undefined;
  }
  const out = `${local}@${domain}`;
  return out.length > 254 ? undefined : out;
}

/** E.164, an extension kept as `;ext=`; undefined when it is no valid number of the default or the given country. */
export function normalisePhone(raw: string, country: string | null): string | undefined {
  const text = normaliseText(raw);
  if (text === undefined || text.length > 40) return undefined;
  const parsed = parsePhone(text, country === null ? undefined : (country as CountryCode));
  if (!parsed?.isValid()) return undefined;
  return parsed.ext ? `${parsed.number};ext=${parsed.ext}` : parsed.number;
}

/** Normalised value of an identifier by its type; undefined when it is none. */
export function normaliseIdentifier(
  type: string,
  raw: string,
  options: { country: string | null; foldEmail: boolean },
): string | undefined {
  switch (type) {
    case "email":
      return normaliseEmail(raw, options.foldEmail);
    case "phone":
      return normalisePhone(raw, options.country);
    case "android.id":
    case "android.idfa":
    case "ios.id":
    case "ios.idfa":
      return normaliseText(raw)?.toLowerCase();
    default:
      return normaliseText(raw);
  }
}
