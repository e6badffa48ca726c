import type { Random } from "@/domain/kernel/random";
import { DAY, type Calendar } from "./calendar";
import { favouriteCategory, type Category } from "./catalogue";
import { exponential, geometric, hex, lognormal, randomFor, uuid, Wheel } from "./chance";
import { BROWSERS, PHONES, TABLETS, type Gear } from "./gear";
import { fullName, personName, type PersonName } from "./names";
import { countryWheel, fictitiousPhone, type City, type Country } from "./places";

/** What kind of customer somebody is; decides how often they come and buy. */
export const PERSONAS = ["visitor", "registered", "occasional", "regular", "loyal", "business", "store"] as const;
export type Persona = (typeof PERSONAS)[number];

interface Habits {
  /** Out of 100 people. */
  weight: number;
  /** Mean days between visits. */
  gap: number;
  /** Chance that a visit ends in an order. */
  buys: number;
  /** Mean days that somebody stays a customer. */
  stays: number;
  /** Median multiplier of what they put into the basket. */
  spend: number;
}

export const HABITS: Record<Persona, Habits> = {
  visitor: { weight: 47, gap: 11, buys: 0.012, stays: 9, spend: 0.9 },
  registered: { weight: 17, gap: 58, buys: 0.02, stays: 170, spend: 1 },
  occasional: { weight: 18, gap: 52, buys: 0.3, stays: 250, spend: 1 },
  regular: { weight: 8, gap: 24, buys: 0.42, stays: 400, spend: 1.1 },
  loyal: { weight: 3, gap: 13, buys: 0.5, stays: 800, spend: 1.35 },
  business: { weight: 2, gap: 21, buys: 0.5, stays: 600, spend: 1.2 },
  store: { weight: 5, gap: 40, buys: 0.9, stays: 360, spend: 0.9 },
};
const personaWheel = new Wheel(PERSONAS, (persona) => HABITS[persona].weight);

export interface Device {
  gear: Gear;
  /** The SDK's anonymous id on this device; `signIn` never changes it. */
  anonymousId: string;
  /** Vendor id of phones and tablets. */
  deviceId?: string;
  pushToken?: string;
  /** Whether this person has signed in on it. */
  signedIn: boolean;
}

export interface Consent {
  functional: boolean;
  analytics: boolean;
  advertising: boolean;
  personalisation: boolean;
}

export interface Person {
  key: string;
  random: Random;
  persona: Persona;
  country: Country;
  city: City;
  name: PersonName;
  displayName: string;
  userId: string;
  email: string;
  phone: string | undefined;
  birthday: string | undefined;
  loyaltyCard: string | undefined;
  /** First and last moment as a customer. */
  from: number;
  until: number;
  /** Customer since before the history begins. */
  veteran: boolean;
  gap: number;
  buys: number;
  spend: number;
  favourite: Category;
  devices: Device[];
  hasApp: boolean;
  ownsMachine: boolean;
  /** Address from the documentation ranges. */
  ip: string;
  consent: Consent | undefined;
  /** Has an account with e-mail and password. */
  known: boolean;
  mailOptIn: boolean;
  smsOptIn: boolean;
  store: string;
  company: Company | undefined;
}

export interface Company {
  id: string;
  name: string;
  industry: string;
  employees: number;
  plan: "Starter" | "Team" | "Office";
  website: string;
}

export const STORES = ["London Bridge", "Bristol Wharf", "Edinburgh Grassmarket", "Berlin Bergmannkiez"] as const;
const MAILBOXES = ["example.com", "mail.example.com", "post.example.net", "inbox.example.org", "example.net", "example.org"] as const;
const COMPANIES =
  "Alder Ashby Beacon Birch Cobalt Crane Delta Ember Ferris Garnet Harbour Iris Juniper Kestrel Larch Meridian Norrland Orchard Pelican Quartz Rowan Saffron Tern Umber Vesper Willow Yarrow Zephyr".split(
    " ",
  );
const COMPANY_KINDS = ["Architects", "Dental", "Software", "Studio", "Logistics", "Legal", "Bikes", "Cowork", "Hotel", "Bakery"] as const;
const INDUSTRIES: Record<(typeof COMPANY_KINDS)[number], string> = {
  Architects: "Professional services",
  Dental: "Healthcare",
  Software: "Technology",
  Studio: "Media",
  Logistics: "Transport",
  Legal: "Professional services",
  Bikes: "Retail",
  Cowork: "Real estate",
  Hotel: "Hospitality",
  Bakery: "Hospitality",
};

/** One to four people who share an address, a family name or an employer, and now and then a device. */
export interface Household {
  index: number;
  people: Person[];
  /** A tablet that everybody at home uses without signing out. */
  sharedTablet: Device | undefined;
}

/** The `index`-th household; depends on nothing but the seed, the index and the calendar. */
export function makeHousehold(seed: number, index: number, calendar: Calendar): Household {
  const random = randomFor(seed, index);
  const country = countryWheel.draw(random);
  const city = random.pick(country.cities);
  const persona = personaWheel.draw(random);
  const size = persona === "business" ? 1 + geometric(random, 0.5, 4) : persona === "visitor" ? 1 : 1 + geometric(random, 0.12, 3);
  const company = persona === "business" ? makeCompany(random, index) : undefined;
  const ip = `${random.pick(["192.0.2", "198.51.100", "203.0.113"])}.${random.int(1, 254)}`;
  const people: Person[] = [];
  for (let i = 0; i < size; i++) {
    people.push(
      makePerson(randomFor(seed, index * 8 + i + 0x40000000), calendar, {
        index,
        i,
        country,
        city,
        ip,
        company,
        persona,
        first: people[0],
      }),
    );
  }
  const shares = size > 1 && company === undefined && random.chance(0.45);
  return { index, people, sharedTablet: shares ? device(random, random.pick(TABLETS)) : undefined };
}

interface Given {
  index: number;
  i: number;
  country: Country;
  city: City;
  ip: string;
  company: Company | undefined;
  persona: Persona;
  first: Person | undefined;
}

function makePerson(random: Random, calendar: Calendar, given: Given): Person {
  const { index, i, country, city } = given;
  const persona =
    i === 0 || given.company
      ? given.persona
      : random.weighted([
          ["registered", 3],
          ["occasional", 4],
          ["regular", 1],
        ] as const);
  const habits = HABITS[persona];
  const name = personName(random, country.locale, i > 0 && given.company === undefined ? given.first?.name : undefined);
  const veteran = persona !== "visitor" && persona !== "registered" && random.chance(0.22);
  const from = veteran ? calendar.start + Math.floor(random.next() * 30 * DAY) : calendar.joinDay(random);
  const known = persona !== "visitor";
  const code = (index * 5 + i).toString(36).padStart(5, "0");
  const consent = drawConsent(random, country.code);
  const year = 1948 + Math.floor(58 * Math.sqrt(random.next() * random.next()) + 2);
  const phone = i === 0 && known && random.chance(0.62) ? fictitiousPhone(country, index) : undefined;
  const hasApp = known && persona !== "store" && random.chance(persona === "loyal" || persona === "regular" ? 0.42 : 0.16);
  return {
    key: code,
    random,
    persona,
    country,
    city,
    name,
    displayName: fullName(name),
    userId: `fh-${code}`,
    email: `${name.latin}.${code}@${given.company ? `${given.company.website.slice(8)}` : random.pick(MAILBOXES)}`,
    phone,
    birthday: known && random.chance(0.55) ? `${year}-${two(random.int(1, 12))}-${two(random.int(1, 28))}` : undefined,
    loyaltyCard: persona === "store" || (known && random.chance(0.3)) ? `LC${String(7_000_000 + index * 5 + i)}` : undefined,
    from,
    until: from + Math.max(1, exponential(random, habits.stays)) * DAY,
    veteran,
    gap: habits.gap * lognormal(random, 0.85, 0.4),
    buys: Math.min(0.85, habits.buys * lognormal(random, 0.95, 0.35)),
    spend: habits.spend * lognormal(random, 1, 0.35),
    favourite: favouriteCategory(random),
    devices: [device(random, random.chance(0.52) ? random.pick(PHONES) : random.pick(BROWSERS)), ...secondDevices(random, persona)],
    hasApp,
    ownsMachine: (hasApp || persona === "loyal") && random.chance(0.22),
    ip: given.ip,
    consent,
    known,
    mailOptIn: known && random.chance(0.68),
    smsOptIn: phone !== undefined && random.chance(0.25),
    store: country.code === "DE" ? "Berlin Bergmannkiez" : random.pick(STORES.slice(0, 3)),
    company: given.company,
  };
}

const two = (n: number): string => String(n).padStart(2, "0");

function secondDevices(random: Random, persona: Persona): Device[] {
  if (!random.chance(persona === "visitor" ? 0.06 : 0.38)) return [];
  return [device(random, random.pick(random.chance(0.7) ? BROWSERS : TABLETS))];
}

export function device(random: Random, gear: Gear): Device {
  return { gear, anonymousId: uuid(random), signedIn: false, ...(gear.mobile ? { deviceId: uuid(random) } : {}) };
}

/** The push token of an app: 64 hexadecimal characters on iOS, longer text on Android. */
export const pushToken = (random: Random, gear: Gear): string =>
  gear.os === "iOS" ? hex(random, 64) : `f${hex(random, 21)}:APA91b${hex(random, 60)}`;

/** Undefined: never asked (outside the regions with a banner). */
function drawConsent(random: Random, country: string): Consent | undefined {
  if (country === "US" || country === "AU" || country === "NZ")
    return random.chance(0.2) ? choice(true, true, random.chance(0.5)) : undefined;
  const answer = random.next();
  if (answer < 0.58) return choice(true, true, true);
  if (answer < 0.8) return choice(true, false, random.chance(0.6));
  return choice(false, false, false);
}

const choice = (analytics: boolean, advertising: boolean, personalisation: boolean): Consent => ({
  functional: true,
  analytics,
  advertising,
  personalisation,
});

function makeCompany(random: Random, index: number): Company {
  const kind = random.pick(COMPANY_KINDS);
  const name = `${random.pick(COMPANIES)} ${kind}`;
  const employees = Math.round(Math.min(900, Math.max(4, lognormal(random, 34, 1))));
  return {
    id: `acc_${(index * 7 + 1000).toString(36)}`,
    name,
    industry: INDUSTRIES[kind],
    employees,
    plan: employees < 15 ? "Starter" : employees < 60 ? "Team" : "Office",
    website: `https://${name.toLowerCase().replaceAll(" ", "-")}-${index.toString(36)}.example`,
  };
}
