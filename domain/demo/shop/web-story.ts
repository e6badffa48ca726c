import { signIn, signOut } from "./account";
import { DAY, MINUTE } from "./calendar";
import { drawCategory, drawProduct, priceIn, productProperties, totals, type Category, type Line, type Product } from "./catalogue";
import { geometric } from "./chance";
import { drawVariation, exposure } from "./experiments";
import type { Happening, Life } from "./life";
import { fillBasket, makeOrder, startSubscription } from "./orders";
import { device as newDevice, type Device } from "./people";
import type { Session } from "./stage";
import { drawTouch } from "./touches";

const slug = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
const pages = {
  category: (category: Category) => ({ path: `/c/${slug(category)}`, title: `${category} - Fernhill Coffee` }),
  product: (product: Product) => ({ path: `/p/${slug(product.name)}`, title: `${product.name} - Fernhill Coffee` }),
  cart: { path: "/cart", title: "Basket - Fernhill Coffee" },
  checkout: { path: "/checkout", title: "Checkout - Fernhill Coffee" },
  thanks: { path: "/checkout/thanks", title: "Thank you - Fernhill Coffee" },
};

/** Which device somebody takes; the family tablet now and then. */
function pickDevice(life: Life): Device {
  const { random, person, sharedTablet } = life;
  if (sharedTablet && random.chance(0.3)) return sharedTablet;
  const [first, second] = person.devices;
  if (!first) throw new Error("nobody without a device");
  return second && random.chance(0.35) ? second : first;
}

/** One visit to the website. */
export function visitWeb(life: Life, at: number, visit: Extract<Happening, { kind: "visit" }>): void {
  const { random, person, world } = life;
  const first = life.visits === 0;
  life.visits++;
  life.lastVisitAt = at;
  const device = pickDevice(life);
  const touch =
    visit.touch ?? drawTouch(random, world.plan, at, { first: first && !person.veteran, clickIds: person.consent?.advertising ?? true });
  const session: Session = {
    source: "web",
    person,
    device,
    id: at,
    touch,
    measured: person.consent?.analytics ?? true,
    late: false,
    timezone: person.city.timezone,
  };
  // The browser of the family tablet forgets who was signed in, but keeps its anonymous id: it is everybody's.
  if (device === life.sharedTablet) device.signedIn = false;
  const intends = visit.buys !== undefined || random.chance(life.buyingChance(at, touch));
  const t = browse(life, session, at, { first, intends, ...(visit.buys ? { buys: visit.buys } : {}) });
  if (device.signedIn && random.chance(0.03)) signOut(life, session, t + MINUTE, newDevice(random, device.gear));
  if (visit.again) {
    const next = life.nextVisit(at);
    if (next !== undefined) life.plan(world.calendar.moment(random, next, person.city.timezone), { kind: "visit", again: true });
  }
}

interface Course {
  first: boolean;
  intends: boolean;
  buys?: readonly Line[];
}

/** From the landing page to the order, or to wherever it ends. Returns when it ends. */
function browse(life: Life, session: Session, at: number, course: Course): number {
  const { random, person, stage, currency } = life;
  let t = at;
  const after = (seconds: number): number => (t += Math.round((0.3 + 1.4 * random.next()) * seconds) * 1000);
  const say = (event: string, properties: Record<string, unknown>, page?: { path: string; title: string }): void => {
    if (session.measured) stage.online(session, t, { type: "track", event, properties }, page);
  };

  if (session.measured) {
    const path = session.touch.landing ?? (random.chance(0.45) ? "/" : pages.category(person.favourite).path);
    const name = path === "/" ? "Home" : path === "/cart" ? "Basket" : "Category";
    stage.online(session, t, { type: "page", name, properties: { name, path } }, { path, title: "Fernhill Coffee" });
  }
  if (course.first && person.consent && !person.veteran) {
    after(9);
    stage.online(session, t, { type: "track", event: "Segment Consent Preference Updated", properties: {} });
  }
  joinExperiment(life, session, t);
  if (person.known && !session.device.signedIn && wantsToSignIn(life)) {
    after(40);
    signIn(life, session, t);
  }

  const lines = course.intends
    ? (course.buys ?? fillBasket(life))
    : random.chance(person.persona === "visitor" ? 0.09 : 0.14)
      ? fillBasket(life).slice(0, 2)
      : [];
  lookAround(life, session, lines, say, after);
  for (const line of lines) {
    after(25);
    say(
      "Product Added",
      { ...productProperties(line.product, currency, line.quantity), currency, cart_id: `cart-${session.id}` },
      pages.product(line.product),
    );
  }
  if (lines.length === 0) return t;
  life.basket = lines;
  if (random.chance(0.5)) {
    after(20);
    say(
      "Cart Viewed",
      { cart_id: `cart-${session.id}`, currency, products: lines.map((line) => productProperties(line.product, currency, line.quantity)) },
      pages.cart,
    );
  }
  if (!course.intends && !random.chance(0.45)) return abandon(life, session, t);
  after(35);
  const sums = totals(lines, currency, 0, false);
  say(
    "Checkout Started",
    {
      order_id: `FH-${person.key.toUpperCase()}-${life.orders.length + 1}`,
      value: sums.total,
      currency,
      products: lines.map((line) => productProperties(line.product, currency, line.quantity)),
    },
    pages.checkout,
  );
  if (!course.intends) return abandon(life, session, t);
  if (person.known && !session.device.signedIn) {
    after(45);
    signIn(life, session, t);
  }
  after(70);
  order(life, session, t, lines);
  return t;
}

function order(life: Life, session: Session, at: number, lines: readonly Line[]): void {
  const { random, person, stage } = life;
  const { properties } = makeOrder(
    life,
    at,
    lines,
    session.device.signedIn ? { kind: "account" } : { kind: "guest", anonymousId: session.device.anonymousId },
    session.touch,
  );
  life.basket = [];
  const call = {
    type: "track",
    event: "Order Completed",
    properties: { ...properties, affiliation: "Website", checkout_id: `cart-${session.id}` },
  };
  stage.online(person.known ? session : { ...session, guestEmail: person.email }, at, call, pages.thanks);
  const keen = person.persona === "loyal" ? 0.09 : person.persona === "regular" || person.persona === "business" ? 0.05 : 0.008;
  if (person.known && life.subscriptionUntil < at && random.chance(keen)) startSubscription(life, at);
}

/** What one looks at before deciding. */
function lookAround(
  life: Life,
  session: Session,
  lines: readonly Line[],
  say: (event: string, properties: Record<string, unknown>, page?: { path: string; title: string }) => void,
  after: (seconds: number) => number,
): void {
  const { random, person, currency } = life;
  if (!session.measured) return;
  if (random.chance(0.1)) {
    after(15);
    say("Products Searched", {
      query: random.pick(["grinder", "decaf", "gift", "filter papers", "kettle", "ethiopia", "mug", "descaler", "moka"]),
    });
  }
  const looks = geometric(random, person.persona === "visitor" ? 0.36 : 0.44, 5) + (random.chance(0.62) ? 1 : 0);
  const category = drawCategory(random, person.favourite);
  if (looks > 2 || random.chance(0.3)) {
    after(20);
    say("Product List Viewed", { list_id: slug(category), category }, pages.category(category));
  }
  const seen = lines.slice(0, 2).map((line) => line.product);
  while (seen.length < looks) seen.push(drawProduct(random, category));
  for (const product of seen) {
    after(45);
    say("Product Viewed", { ...productProperties(product, currency), currency, value: priceIn(product, currency) }, pages.product(product));
  }
}

/** A basket that is left. Whoever may be written to is reminded after some hours. */
function abandon(life: Life, session: Session, at: number): number {
  if (life.mailSubscribed && session.device.signedIn) {
    const orders = life.orders.length;
    life.later(at + 4 * 60 * MINUTE, (when) => {
      if (life.orders.length === orders) life.plan(when, { kind: "mail", mail: "cart" });
    });
  }
  return at;
}

/** Half of the visitors in the test's weeks see the bar; from then on they keep their arm. */
function joinExperiment(life: Life, session: Session, at: number): void {
  const { world, random, stage } = life;
  const experiment = world.experiments.delivery;
  if (life.deliveryArm || !session.measured || at < experiment.startsAt || at > experiment.endsAt) return;
  const arm = drawVariation(random, experiment);
  const truth = experiment.truth as { multiplier: number };
  life.deliveryArm = { multiplier: arm.control ? 1 : truth.multiplier };
  stage.online(session, at + 300, { type: "track", event: "Experiment Viewed", properties: exposure(experiment, arm) });
  life.later(at + experiment.metric.days * DAY, () => {
    life.deliveryArm = { multiplier: 1 };
  });
}

function wantsToSignIn(life: Life): boolean {
  const { random, person } = life;
  if (person.veteran && !life.signedUp) return random.chance(0.6);
  return random.chance(life.signedUp ? 0.4 : life.visits > 2 ? 0.85 : 0.35);
}
