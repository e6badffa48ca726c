import { seededRandom } from "@/domain/kernel/random";

/** A message as a browser or server SDK sends it. */
export type BenchMessage = Record<string, unknown> & { type: string; messageId: string };

export interface MessageMix {
  /** How many people send. Each has one device, and a user id once signed in. */
  people: number;
  seed: number;
  /** Newest moment of a message; they go back from here. */
  anchor?: Date;
  /** Days over which the messages are spread. 0: every message is of the anchor's last minute. */
  days?: number;
  /** Makes message ids of several generators differ. */
  prefix?: string;
}

export interface Messages {
  next(): BenchMessage;
  /** JSON body of /v1/batch with `n` messages. */
  batchBody(n: number, writeKey?: string): string;
  /** The user id of person `i`, for look-ups. */
  userId(person: number): string;
  email(person: number): string;
}

const EVENTS = ["Product Viewed", "Product Viewed", "Product List Viewed", "Product Added", "Cart Viewed", "Checkout Started"] as const;
const PAGES = ["Home", "Coffee", "Grinders", "Kettles", "Guides", "Account"] as const;
const AGENTS = [
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
] as const;

/**
 * The mix that every bench sends: what a shop's browser SDK sends, about 600-900 bytes a message as JSON. Of ten
 * messages four are pages, four product events, one an identify (with name, e-mail and plan) and one in ten of the rest
 * an order. Half of the people are signed in. The same options give the same messages.
 */
export function createMessages(mix: MessageMix): Messages {
  const random = seededRandom(mix.seed);
  const anchor = (mix.anchor ?? new Date()).getTime();
  const span = mix.days === undefined || mix.days === 0 ? 60_000 : mix.days * 86_400_000;
  const prefix = mix.prefix ?? `bench-${mix.seed}`;
  let sent = 0;
  const userId = (person: number): string => `user-${person}`;
  const email = (person: number): string => `person.${person}@example.com`;
  const anonymousId = (person: number): string => {
    const hex = person.toString(16).padStart(8, "0");
    return `${hex}-5a0e-4c1b-9d3f-${hex}b7e1`;
  };

  const next = (): BenchMessage => {
    const person = random.int(0, mix.people - 1);
    const known = person % 2 === 0;
    const n = sent++;
    const timestamp = new Date(anchor - Math.floor(random.next() * span)).toISOString();
    const page = random.pick(PAGES);
    const path = `/${page.toLowerCase()}/${random.int(1, 400)}`;
    const context = {
      page: {
        path,
        referrer: random.chance(0.3) ? "https://search.example/results" : "",
        search: random.chance(0.2) ? "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn" : "",
        title: `${page} - Fernhill Coffee`,
        url: `https://shop.fernhill.example${path}`,
      },
      userAgent: AGENTS[person % AGENTS.length],
      locale: "en-GB",
      timezone: "Europe/London",
      library: { name: "analytics.js", version: "next-1.84.3" },
    };
    const base = {
      messageId: `ajs-next-${prefix}-${n.toString(36).padStart(8, "0")}`,
      timestamp,
      anonymousId: anonymousId(person),
      ...(known ? { userId: userId(person) } : {}),
      integrations: {},
      context,
    };
    const kind = random.int(0, 9);
    if (kind === 0 && known) {
      return {
        type: "identify",
        ...base,
        traits: { email: email(person), firstName: "Person", lastName: String(person), plan: random.pick(["free", "club"]), country: "GB" },
      };
    }
    if (kind <= 4) {
      return { type: "page", name: page, category: "Shop", ...base, properties: { ...context.page, name: page, category: "Shop" } };
    }
    const product = {
      product_id: `p-${random.int(1, 120)}`,
      sku: `FH-${random.int(1000, 1999)}`,
      name: "Ember espresso beans",
      category: page,
      brand: "Fernhill",
      price: random.int(400, 9000) / 100,
      quantity: random.int(1, 3),
      currency: "GBP",
    };
    if (random.chance(0.1)) {
      const total = Math.round(product.price * product.quantity * 100) / 100;
      return {
        type: "track",
        event: "Order Completed",
        ...base,
        properties: { order_id: `${prefix}-o-${n}`, revenue: total, total, currency: "GBP", products: [product] },
      };
    }
    return { type: "track", event: random.pick(EVENTS), ...base, properties: product };
  };

  return {
    next,
    batchBody: (n, writeKey) =>
      JSON.stringify({ batch: Array.from({ length: n }, next), sentAt: new Date(anchor).toISOString(), ...(writeKey ? { writeKey } : {}) }),
    userId,
    email,
  };
}
