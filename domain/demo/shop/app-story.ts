import { signIn } from "./account";
import { DAY } from "./calendar";
import { drawCategory, drawProduct, priceIn, productProperties } from "./catalogue";
import { exponential, geometric } from "./chance";
import type { Happening, Life } from "./life";
import { fillBasket, makeOrder } from "./orders";
import { device as newDevice, pushToken } from "./people";
import { PHONES } from "./gear";
import type { Session, Touch } from "./stage";
import { pushTouch } from "./touches";

const DIRECT: Touch = { channel: "direct", referrer: "", search: "", quality: 1 };

/** Installs the app some weeks after becoming a customer. */
export function planApp(life: Life): void {
  const { random, person, world } = life;
  if (!person.hasApp) return;
  const at = person.from + exponential(random, 45) * DAY;
  if (at > person.until) return;
  life.later(world.calendar.moment(random, at, person.city.timezone), (when) => {
    if (!life.signedUp && !random.chance(0.5)) return;
    const gear = person.devices.find((device) => device.gear.mobile && !device.gear.tablet)?.gear ?? random.pick(PHONES);
    const device = newDevice(random, gear);
    device.pushToken = pushToken(random, gear);
    life.appDevice = device;
    const session = start(life, when, DIRECT);
    life.stage.online(session, when, { type: "track", event: "Application Installed", properties: { version: "5.0.0", build: "4348" } });
    visitApp(life, when + 2000, { kind: "app" });
  });
}

function start(life: Life, at: number, touch: Touch): Session {
  const { person, appDevice, random } = life;
  if (!appDevice) throw new Error("no app");
  return {
    source: "app",
    person,
    device: appDevice,
    id: at,
    touch,
    measured: true,
    // On the train, in the cellar: what the phone kept is sent days later.
    late: random.chance(0.05),
    timezone: person.city.timezone,
  };
}

/** One use of the app. */
export function visitApp(life: Life, at: number, visit: Extract<Happening, { kind: "app" }>): void {
  const { random, person, stage, currency, appDevice, world } = life;
  if (!appDevice) return;
  life.lastVisitAt = at;
  const session = start(life, at, visit.touch ?? DIRECT);
  let t = at;
  const after = (seconds: number): number => (t += Math.round((0.3 + 1.4 * random.next()) * seconds) * 1000);
  const say = (event: string, properties: Record<string, unknown>): void => stage.online(session, t, { type: "track", event, properties });
  say("Application Opened", { from_background: random.chance(0.5), ...(visit.touch ? { referring_application: "push" } : {}) });
  if (!appDevice.signedIn && random.chance(0.8)) {
    after(20);
    signIn(life, session, t);
  }
  after(4);
  stage.online(session, t, { type: "screen", name: "Home", properties: { name: "Home" } });
  const intends = random.chance(life.buyingChance(at, session.touch) * 0.9);
  const lines = intends ? fillBasket(life) : [];
  const category = drawCategory(random, person.favourite);
  const seen = lines.slice(0, 2).map((line) => line.product);
  for (let n = geometric(random, 0.5, 4); n > seen.length;) seen.push(drawProduct(random, category));
  for (const product of seen) {
    after(35);
    say("Product Viewed", { ...productProperties(product, currency), currency, value: priceIn(product, currency) });
  }
  for (const line of lines) {
    after(20);
    say("Product Added", { ...productProperties(line.product, currency, line.quantity), currency });
  }
  if (intends) {
    after(60);
    if (!appDevice.signedIn) signIn(life, session, t - 1000);
    const { properties } = makeOrder(life, t, lines, { kind: "account" }, session.touch);
    say("Order Completed", { ...properties, affiliation: "App" });
  }
  const next = life.nextVisit(at, person.gap * 1.3);
  if (next === undefined) {
    if (random.chance(0.3)) stage.online(session, t + 3 * DAY, { type: "track", event: "Application Uninstalled", properties: {} });
    return;
  }
  const when = world.calendar.moment(random, next, person.city.timezone);
  if (random.chance(0.18)) push(life, session, when);
  else life.plan(when, { kind: "app" });
}

/** A push message; half of them are tapped and open the app. */
function push(life: Life, session: Session, at: number): void {
  const campaign = { name: life.random.pick(["new-roast", "weekend-deal", "back-in-stock"]), medium: "Push", source: "fernhill-app" };
  const call = (event: string): Record<string, unknown> => ({ type: "track", event, properties: { action: "open", campaign } });
  const quiet: Session = { ...session, id: at, late: false, touch: DIRECT };
  life.stage.online(quiet, at, call("Push Notification Received"));
  if (!life.random.chance(0.5)) {
    life.plan(at + DAY, { kind: "app" });
    return;
  }
  const tapped = at + life.random.int(5, 900) * 1000;
  life.stage.online(quiet, tapped, call("Push Notification Tapped"));
  life.plan(tapped + 1000, { kind: "app", touch: pushTouch(campaign.name) });
}
