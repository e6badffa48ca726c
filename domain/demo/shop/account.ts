import { DAY, MINUTE } from "./calendar";
import type { Life } from "./life";
import type { Device } from "./people";
import type { Session } from "./stage";

/** Everything the shop knows about an account, as traits of an identify call. */
export function accountTraits(life: Life, at: number): Record<string, unknown> {
  const { person } = life;
  const created = person.veteran ? person.from - 400 * DAY : person.from;
  return {
    email: person.email,
    firstName: person.name.first,
    lastName: person.name.last,
    name: person.displayName,
    createdAt: new Date(Math.min(created, at)).toISOString(),
    address: { city: person.city.name, country: person.country.code },
    language: person.country.locale.slice(0, 2),
    timezone: person.city.timezone,
    favouriteCategory: person.favourite,
    marketingOptIn: life.mailSubscribed,
    ...(person.phone ? { phone: person.phone } : {}),
    ...(person.birthday ? { birthday: person.birthday } : {}),
    ...(person.loyaltyCard ? { loyaltyCard: person.loyaltyCard } : {}),
    ...(life.subscriptionUntil > at ? { plan: "Coffee Club" } : {}),
  };
}

const subscriptions = (life: Life): Record<string, unknown>[] => [
  { key: life.person.email, type: "EMAIL", status: life.mailSubscribed ? "SUBSCRIBED" : "DID_NOT_SUBSCRIBE" },
  ...(life.person.phone
    ? [{ key: life.person.phone, type: "SMS", status: life.person.smsOptIn ? "SUBSCRIBED" : "DID_NOT_SUBSCRIBE" }]
    : []),
];

/** Opens an account, or signs in to it, on the session's device: from here on its calls carry the user id. */
export function signIn(life: Life, session: Session, at: number): void {
  const { person, stage } = life;
  const opens = !life.signedUp;
  if (opens) life.mailSubscribed = person.mailOptIn;
  life.signedUp = true;
  session.device.signedIn = true;
  stage.online(session, at, { type: "track", event: opens ? "Signed Up" : "Signed In", properties: { method: "email" } }, SIGN_IN);
  stage.online(session, at + 400, { type: "identify", traits: accountTraits(life, at) }, SIGN_IN);
  if (!opens) return;
  // What was agreed to when the account was opened, from the backend that keeps it.
  stage.server(
    "backend",
    at + 900,
    person,
    { type: "identify", traits: { email: person.email, marketingOptIn: life.mailSubscribed } },
    { context: { messaging_subscriptions: subscriptions(life) } },
  );
  if (life.mailSubscribed && !person.veteran) {
    life.plan(at + 3 * MINUTE, { kind: "mail", mail: "welcome" });
    life.plan(at + 3 * DAY, { kind: "mail", mail: "welcome2" });
  }
  planBirthdays(life, at);
  if (person.company) joinCompany(life, session, at);
}

const SIGN_IN = { path: "/account", title: "Your account - Fernhill Coffee" };

/** Signing out gives the device a new anonymous id (the SDK's reset). */
export function signOut(life: Life, session: Session, at: number, fresh: Device): void {
  life.stage.online(session, at, { type: "track", event: "Signed Out", properties: {} }, SIGN_IN);
  session.device.signedIn = false;
  session.device.anonymousId = fresh.anonymousId;
}

function planBirthdays(life: Life, from: number): void {
  const { birthday } = life.person;
  if (!birthday) return;
  const { calendar } = life.world;
  for (let year = new Date(from).getUTCFullYear(); year <= new Date(calendar.end).getUTCFullYear(); year++) {
    const day = Date.parse(`${year}${birthday.slice(4)}T00:00:00Z`);
    if (day > from) life.plan(life.localHour(day, 8), { kind: "mail", mail: "birthday" });
  }
}

/** Business customers belong to an account (group). */
function joinCompany(life: Life, session: Session, at: number): void {
  const { company } = life.person;
  if (!company) return;
  life.stage.online(
    session,
    at + 1500,
    {
      type: "group",
      groupId: company.id,
      traits: {
        name: company.name,
        industry: company.industry,
        employees: company.employees,
        plan: company.plan,
        website: company.website,
      },
    },
    SIGN_IN,
  );
}
