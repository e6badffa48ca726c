import { Wheel } from "./chance";

export type Currency = "GBP" | "EUR" | "USD" | "CHF";

/** The catalogue is priced in pounds; other price lists are made from it. */
export const PRICE_LIST: Record<Currency, number> = { GBP: 1, EUR: 1.2, USD: 1.32, CHF: 1.14 };

export interface City {
  name: string;
  timezone: string;
}

export interface Country {
  code: string;
  /** Out of 100 people. */
  weight: number;
  locale: string;
  currency: Currency;
  cities: readonly City[];
  /**
   * Number ranges that the country's regulator keeps for fiction, as prefix and count of digits to add. Empty: it keeps
   * none, and nobody there has a phone in the demo.
   */
  phones: readonly { prefix: string; digits: number }[];
}

const cities = (timezone: string, names: string): City[] => names.split(", ").map((name) => ({ name, timezone }));
const ranges = (digits: number, prefixes: string): { prefix: string; digits: number }[] =>
  prefixes.split(" ").map((prefix) => ({ prefix, digits }));
const AREA_CODES =
  "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 520 530 541 559 561 562 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619";

const country = (
  code: string,
  weight: number,
  locale: string,
  currency: Currency,
  places: readonly City[],
  phones: Country["phones"] = [],
): Country => ({ code, weight, locale, currency, cities: places, phones });

export const COUNTRIES: readonly Country[] = [
  country(
    "GB",
    39,
    "en-GB",
    "GBP",
    cities("Europe/London", "London, Manchester, Bristol, Leeds, Edinburgh, Glasgow, Cardiff, Belfast, Brighton, York, Norwich, Exeter"),
    ranges(3, "+442079460 +441614960 +441134960 +441214960 +441174960 +441414960 +441314960 +441914980 +442890180 +442920180 +441514960"),
  ),
  country(
    "DE",
    12,
    "de-DE",
    "EUR",
    cities("Europe/Berlin", "Berlin, Hamburg, München, Köln, Leipzig, Frankfurt am Main, Freiburg, Münster"),
    ranges(3, "+493023125 +496990009 +494066969 +492214710 +498999998"),
  ),
  country(
    "US",
    9,
    "en-US",
    "USD",
    [
      ...cities("America/New_York", "New York, Boston, Philadelphia, Atlanta"),
      ...cities("America/Chicago", "Chicago, Austin, Minneapolis"),
      ...cities("America/Denver", "Denver"),
      ...cities("America/Los_Angeles", "Portland, Seattle, San Francisco"),
    ],
    ranges(
      2,
      AREA_CODES.split(" ")
        .map((area) => `+1${area}55501`)
        .join(" "),
    ),
  ),
  country(
    "FR",
    8,
    "fr-FR",
    "EUR",
    cities("Europe/Paris", "Paris, Lyon, Nantes, Lille, Bordeaux, Strasbourg"),
    ranges(4, "+3319900 +3326191 +3335301 +3346571 +3353649"),
  ),
  country("IE", 5, "en-IE", "EUR", cities("Europe/Dublin", "Dublin, Cork, Galway")),
  country("NL", 5, "nl-NL", "EUR", cities("Europe/Amsterdam", "Amsterdam, Utrecht, Rotterdam, Groningen")),
  country("ES", 3, "es-ES", "EUR", [...cities("Europe/Madrid", "Madrid, Barcelona, Valencia"), ...cities("Atlantic/Canary", "Las Palmas")]),
  country("IT", 3, "it-IT", "EUR", cities("Europe/Rome", "Milano, Torino, Bologna, Napoli")),
  country(
    "SE",
    2.4,
    "sv-SE",
    "EUR",
    cities("Europe/Stockholm", "Stockholm, Göteborg, Malmö"),
    ranges(2, "+463139006 +464062804 +46846500"),
  ),
  country("PL", 2.6, "pl-PL", "EUR", cities("Europe/Warsaw", "Warszawa, Kraków, Wrocław, Gdańsk")),
  country("CH", 1.8, "de-CH", "CHF", cities("Europe/Zurich", "Zürich, Basel, Bern")),
  country(
    "AU",
    1.8,
    "en-AU",
    "USD",
    [...cities("Australia/Sydney", "Sydney"), ...cities("Australia/Melbourne", "Melbourne"), ...cities("Australia/Perth", "Perth")],
    ranges(4, "+6125550 +6127010 +6135550 +6137010 +6175550 +6177010 +6185550 +6187010"),
  ),
  country("CA", 1.4, "en-CA", "USD", [...cities("America/Toronto", "Toronto, Ottawa"), ...cities("America/Vancouver", "Vancouver")]),
  country("GR", 0.9, "el-GR", "EUR", cities("Europe/Athens", "Αθήνα, Θεσσαλονίκη")),
  country("UA", 0.8, "uk-UA", "EUR", cities("Europe/Kyiv", "Київ, Львів")),
  country("JP", 1.1, "ja-JP", "USD", cities("Asia/Tokyo", "東京, 大阪, 京都")),
  country("KR", 0.7, "ko-KR", "USD", cities("Asia/Seoul", "서울, 부산")),
  country("TW", 0.5, "zh-TW", "USD", cities("Asia/Taipei", "台北, 高雄")),
  country("IN", 0.8, "hi-IN", "USD", cities("Asia/Kolkata", "मुंबई, दिल्ली, बेंगलुरु")),
  country("AE", 0.7, "ar-AE", "USD", cities("Asia/Dubai", "دبي, أبو ظبي")),
  country("IL", 0.4, "he-IL", "USD", cities("Asia/Jerusalem", "תל אביב, חיפה")),
  country("NZ", 0.5, "en-NZ", "USD", cities("Pacific/Auckland", "Auckland, Wellington")),
];

export const countryWheel = new Wheel(COUNTRIES, (item) => item.weight);

/** The `index`-th fictitious number of a country, or undefined when there are not that many. Each is given once. */
export function fictitiousPhone(place: Country, index: number): string | undefined {
  let left = index;
  for (const { prefix, digits } of place.phones) {
    const size = 10 ** digits;
    if (left < size) return prefix + String(left).padStart(digits, "0");
    left -= size;
  }
  return undefined;
}
