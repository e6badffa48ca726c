import { DAY, HOUR, MINUTE } from "./calendar";
import { CATALOGUE, drawCategory, drawConsumable, drawProduct, productProperties, totals, type Line } from "./catalogue";
import { cents, geometric, lognormal } from "./chance";
import type { Buyer, Life, Order } from "./life";
import type { Touch } from "./stage";

/** What somebody puts into the basket: log-normal in value, a long tail of products, bulk for companies. */
export function fillBasket(life: Life): Line[] {
  const { random, person } = life;
  const lines: Line[] = [];
  const count = 1 + geometric(random, Math.min(0.75, 0.34 * person.spend), 6);
  for (let i = 0; i < count; i++) {
    let product = random.chance(life.orders.length > 0 ? 0.45 : 0.2)
      ? drawConsumable(random)
      : drawProduct(random, drawCategory(random, person.favourite));
    if (person.spend > 1.25 && random.chance(0.3)) {
      // Who spends more looks at the dearer of two.
      const other = drawProduct(random, product.category);
      if (other.price > product.price) product = other;
    }
    // Machines beyond 700 are rare even so.
    if (product.price > 700 && !random.chance(0.35)) product = drawProduct(random, "Espresso beans");
    const quantity = person.company
      ? Math.max(1, Math.round(product.consumable ? lognormal(random, 7, 0.6) : 1))
      : 1 + geometric(random, product.price < 20 ? 0.24 : 0.03, 3);
    const same = lines.find((line) => line.product === product);
    if (same) same.quantity += quantity;
    else lines.push({ product, quantity });
  }
  return lines;
}

/** Adds an order up and gives it its place in the person's story: refunds, tickets, reminders follow from it. */
export function makeOrder(
  life: Life,
  at: number,
  lines: readonly Line[],
  by: Buyer,
  touch?: Touch,
): { order: Order; properties: Record<string, unknown> } {
  const { random, person, currency } = life;
  const sums = totals(lines, currency, touch?.discount ?? 0, person.company !== undefined);
  const order: Order = {
    id: `FH-${person.key.toUpperCase()}-${life.orders.length + 1}`,
    at,
    lines,
    revenue: sums.revenue,
    total: sums.total,
    by,
  };
  life.orders.push(order);
  if (random.chance(lines.some((line) => line.product.price > 150) ? 0.1 : 0.055)) planRefund(life, order);
  if (random.chance(0.045)) life.plan(at + random.int(1, 9) * DAY + random.int(0, 20) * HOUR, { kind: "ticket", order });
  if (random.chance(0.5) && lines.some((line) => line.product.consumable)) {
    life.later(at + random.int(24, 34) * DAY, (when) => {
      if (life.orders.at(-1) === order) life.plan(when, { kind: "mail", mail: "replenish" });
    });
  }
  planWinback(life, order);
  return {
    order,
    properties: {
      order_id: order.id,
      ...sums,
      currency,
      ...(touch?.coupon ? { coupon: touch.coupon } : touch?.discount ? { coupon: `FERN${Math.round(touch.discount * 100)}` } : {}),
      products: lines.map((line) => productProperties(line.product, currency, line.quantity)),
    },
  };
}

/** Part of an order, or the whole of it, goes back some days later; a few are cancelled within the hour. */
function planRefund(life: Life, order: Order): void {
  const { random, person, stage, currency } = life;
  const cancelled = random.chance(0.15);
  const whole = cancelled || order.lines.length === 1 || random.chance(0.4);
  const lines = whole ? order.lines : order.lines.slice(0, 1);
  const share =
    lines.reduce((sum, line) => sum + line.product.price * line.quantity, 0) /
    order.lines.reduce((sum, line) => sum + line.product.price * line.quantity, 0);
  const at = cancelled ? order.at + random.int(4, 50) * MINUTE : order.at + random.int(3, 24) * DAY + random.int(0, 8) * HOUR;
  life.later(at, (when) => {
    stage.server(
      order.by.kind === "till" ? "pos" : "backend",
      when,
      person,
      {
        type: "track",
        event: cancelled ? "Order Cancelled" : "Order Refunded",
        properties: {
          order_id: order.id,
          revenue: cents(order.revenue * share),
          total: cents(order.total * share),
          currency,
          reason: cancelled ? "changed_mind" : random.pick(["damaged", "wrong_item", "not_as_expected", "late"]),
          products: lines.map((line) => productProperties(line.product, currency, line.quantity)),
        },
      },
      identityOf(order.by),
    );
  });
}

const identityOf = (by: Buyer): { anonymous?: boolean; anonymousId?: string; context?: Record<string, unknown> } =>
  by.kind === "account" ? {} : { anonymous: true, anonymousId: by.anonymousId, ...(by.kind === "till" ? { context: by.context } : {}) };

/** Ninety quiet days after an order: the win-back experiment, in which a quarter get no mail. */
function planWinback(life: Life, order: Order): void {
  life.later(order.at + 90 * DAY, (when) => {
    if (life.orders.at(-1) !== order || life.winbackSeen || !life.mailSubscribed || !life.signedUp || life.subscriptionUntil > when) return;
    life.winbackSeen = true;
    life.plan(life.localHour(when + DAY, 10), { kind: "mail", mail: "winback" });
  });
}

/** A coffee subscription: an order a month from the backend until it is cancelled. */
export function startSubscription(life: Life, at: number): void {
  const { random, person, stage, currency } = life;
  const product = random.pick(CATALOGUE.filter((item) => item.consumable && item.name.includes("250 g")));
  const quantity = random.int(1, person.company ? 6 : 3);
  const months = 2 + geometric(random, 0.86, 14);
  life.subscriptionUntil = at + months * 30 * DAY;
  const plan = { plan: `${quantity} x ${product.name}`, interval: "monthly" };
  stage.server("backend", at + MINUTE, person, { type: "track", event: "Subscription Started", properties: { ...plan, currency } });
  for (let m = 1; m <= months; m++) {
    life.later(at + m * 30 * DAY, (when) => {
      const { properties } = makeOrder(
        life,
        when,
        [{ product, quantity }],
        { kind: "account" },
        {
          channel: "direct",
          referrer: "",
          search: "",
          quality: 1,
          discount: 0.1,
          coupon: "CLUB",
        },
      );
      stage.server("backend", when, person, {
        type: "track",
        event: "Order Completed",
        properties: { ...properties, affiliation: "Subscription" },
      });
    });
  }
  life.later(at + (months * 30 + 3) * DAY, (when) => {
    stage.server("backend", when, person, {
      type: "track",
      event: "Subscription Cancelled",
      properties: { ...plan, months, reason: random.pick(["too_much_coffee", "price", "moving", "trying_others"]) },
    });
  });
}
