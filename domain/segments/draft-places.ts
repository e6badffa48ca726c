/** Countries by English name, code and common alias, to the values that the data really hold. */
const ALIASES: Readonly<Record<string, string>> = {
  uk: "GB",
  "u.k": "GB",
  "great britain": "GB",
  britain: "GB",
  usa: "US",
  "u.s": "US",
  "u.s.a": "US",
  america: "US",
  "united states of america": "US",
  states: "US",
  holland: "NL",
  uae: "AE",
  "czech republic": "CZ",
  turkey: "TR",
  "republic of ireland": "IE",
  burma: "MM",
  macedonia: "MK",
  swaziland: "SZ",
  "cape verde": "CV",
  "ivory coast": "CI",
  "hong kong": "HK",
  macau: "MO",
  palestine: "PS",
  congo: "CG",
  "bosnia and herzegovina": "BA",
  bosnia: "BA",
  "trinidad and tobago": "TT",
};

let names: Map<string, string> | undefined;

function codes(): Map<string, string> {
  if (names) return names;
  names = new Map(Object.entries(ALIASES));
  const english = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  for (let a = 65; a <= 90; a++)
    for (let b = 65; b <= 90; b++) {
      const code = String.fromCharCode(a, b);
      // Codes of the past and aliases (DD, UK) stand for another; XA, ZZ and the like are no countries.
      if (/^(X[A-JL-Z]|ZZ|QO|EU|EZ|UN|Q[M-Z])$/.test(code) || new Intl.Locale(`und-${code}`).region !== code) continue;
      const name = english.of(code);
      if (name) names.set(fold(name), code);
    }
  return names;
}

const fold = (text: string): string =>
  text.toLowerCase().replace(/^the /, "").replaceAll("&", "and").normalize("NFD").replaceAll(/\p{M}/gu, "").replace(/\.$/, "");

/** ISO code of a name or alias, or of a code in capitals ("it" and "us" are words, "IT" and "US" are countries). */
export function countryCode(text: string): string | null {
  if (/^[A-Z]{2}$/.test(text)) {
    const code = new Intl.Locale(`und-${text}`).region;
    if (code && [...codes().values()].includes(code)) return code;
  }
  return codes().get(fold(text)) ?? null;
}

/** The values under which the data hold a country; its code where they hold none. */
export function storedCountry(code: string, seen: readonly string[]): string[] {
  const held = seen.filter((value) => countryCode(/^[a-z]{2}$/.test(value) ? value.toUpperCase() : value) === code);
  return held.length > 0 ? held : [code];
}
