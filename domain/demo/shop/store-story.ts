import { DAY } from "./calendar";
import { exponential } from "./chance";
import { TABLETS } from "./gear";
import type { Life } from "./life";
import { fillBasket, makeOrder } from "./orders";
import { STORES, type Device, type Person } from "./people";
import type { Session } from "./stage";

/** Purchases in a store by whoever has a loyalty card. */
export function planStoreVisits(life: Life): void {
  const { person, random } = life;
  if (!person.loyaltyCard) return;
  if (person.persona !== "store" && !random.chance(0.45)) return;
  const first = person.from + exponential(random, person.persona === "store" ? 6 : 50) * DAY;
  if (first < person.until) life.plan(life.world.calendar.moment(random, first, person.city.timezone, "store"), { kind: "store" });
}

/** One purchase at the till, known by the card, and by e-mail or phone where the customer left them. */
export function visitStore(life: Life, at: number): void {
  const { person, random, stage, world } = life;
  life.lastVisitAt = at;
  const lines = (at < life.quietUntil ? [] : fillBasket(life)).filter((line) => line.product.category !== "Courses & spares");
  if (lines.length > 0) {
    const anonymousId = `pos-${person.loyaltyCard ?? person.key}`;
    const context = {
      timezone: person.city.timezone,
      traits: till(person),
      externalIds: [{ id: person.loyaltyCard, type: "loyalty_card", collection: "users", encoding: "none" }],
    };
    const { properties } = makeOrder(life, at, lines, { kind: "till", anonymousId, context });
    stage.server(
      "pos",
      at,
      person,
      { type: "track", event: "Order Completed", properties: { ...properties, affiliation: `Store ${person.store}`, shipping: 0 } },
      { anonymous: true, anonymousId, context },
    );
    if (random.chance(0.05)) tryKiosk(life, at - 6 * 60_000);
  }
  const next = life.nextVisit(at, person.persona === "store" ? person.gap : person.gap * 2.5);
  if (next !== undefined) life.plan(world.calendar.moment(random, next, person.city.timezone, "store"), { kind: "store" });
}

/** What the till has on file: everybody with a card gave an e-mail address or a phone number. */
function till(person: Person): Record<string, unknown> {
  const usesPhone = person.phone !== undefined && person.key.charCodeAt(person.key.length - 1) % 3 === 0;
  return {
    firstName: person.name.first,
    lastName: person.name.last,
    loyaltyCard: person.loyaltyCard,
    preferredStore: person.store,
    address: { city: person.city.name, country: person.country.code },
    ...(usesPhone ? { phone: person.phone } : { email: person.email }),
  };
}

/**
 * The tablet on the counter: many customers sign in on it and its anonymous id stays the same. Identity resolution has
 * to notice that it is nobody's.
 */
function tryKiosk(life: Life, at: number): void {
  const { person, random, stage } = life;
  if (!life.signedUp) return;
  const gear = TABLETS[0];
  if (!gear) return;
  const kiosk: Device = { gear, anonymousId: `kiosk-${STORES.indexOf(person.store as (typeof STORES)[number]) + 1}`, signedIn: true };
  const session: Session = {
    source: "web",
    person,
    device: kiosk,
    id: at,
    touch: { channel: "direct", referrer: "", search: "", quality: 1 },
    measured: true,
    late: false,
    timezone: person.city.timezone,
  };
  const page = { path: "/store/kiosk", title: `Kiosk ${person.store}` };
  stage.online(session, at, { type: "identify", traits: { email: person.email } }, page);
  stage.online(session, at + 20_000, { type: "track", event: "Loyalty Points Checked", properties: { points: random.int(0, 1800) } }, page);
}
