import type { ItemCode } from "@/domain/events/model";
import type { DemoMessage, DemoSourceKey } from "../model";
import type { Calendar } from "./calendar";
import type { Channel } from "./campaigns";
import type { Device, Person } from "./people";

type Json = Record<string, unknown>;

/** How a visit came about: what the browser sees of it. */
export interface Touch {
  channel: Channel | "organic" | "direct" | "referral" | "social";
  /** utm_*, as context.campaign. */
  campaign?: { name: string; source: string; medium: string; content?: string; term?: string; id?: string };
  referrer: string;
  /** Query string of the landing page, with its "?". */
  search: string;
  landing?: string;
  /** Share off the goods that came with it. */
  discount?: number;
  coupon?: string;
  /** Multiplies the chance of an order. */
  quality: number;
}

/** An online session on one device. */
export interface Session {
  source: "web" | "app";
  person: Person;
  device: Device;
  id: number;
  touch: Touch;
  /** Whether the site may measure this visit. */
  measured: boolean;
  /** Delivered days later than it happened (a phone without network). */
  late: boolean;
  timezone: string;
  /** An e-mail address given at the checkout by somebody without an account. */
  guestEmail?: string;
}

const ORIGIN = "https://www.fernhill.example";
const APP = { name: "Fernhill", namespace: "example.fernhill.app" };
const APP_VERSIONS = ["4.2.0", "4.3.1", "4.4.0", "4.5.2", "5.0.0"] as const;

interface Kept {
  at: number;
  /** When it reaches the collection API; later than `at` for late messages. */
  order: number;
  source: DemoSourceKey;
  message: Json;
  expect?: ItemCode;
  repeat?: boolean;
}

/** Collects what one household's people and systems send, and hands it over in the order in which it arrives. */
export class Stage {
  private readonly kept: Kept[] = [];

  constructor(
    readonly calendar: Calendar,
    private readonly household: string,
  ) {}

  /** Keeps a message of a source, unless it would lie outside the history. */
  send(source: DemoSourceKey, at: number, message: Json, options: { lateBy?: number; expect?: ItemCode; repeat?: boolean } = {}): void {
    if (at < this.calendar.start || at > this.calendar.end) return;
    const order = at + (options.lateBy ?? 0);
    if (order > this.calendar.end) return;
    this.kept.push({
      at,
      order,
      source,
      message,
      ...(options.expect ? { expect: options.expect } : {}),
      ...(options.repeat ? { repeat: true } : {}),
    });
  }

  /** A call of an online session: page, screen, track or identify with the context that its SDK adds. */
  online(session: Session, at: number, call: Json, page: { path: string; title: string } = { path: "/", title: "Fernhill Coffee" }): void {
    const { device, person } = session;
    this.send(
      session.source,
      at,
      {
        ...call,
        anonymousId: device.anonymousId,
        ...(device.signedIn ? { userId: person.userId } : {}),
        context: session.source === "web" ? webContext(session, page, call["type"] === "page") : appContext(session, at, this.calendar),
      },
      session.late ? { lateBy: 2 * 86_400_000 } : {},
    );
  }

  /** A call that a system of the company makes about a person: e-mail platform, till, support desk, CRM, shop backend. */
  server(
    source: DemoSourceKey,
    at: number,
    person: Person,
    call: Json,
    extra: { context?: Json; anonymousId?: string; anonymous?: boolean; passive?: boolean } = {},
  ): void {
    this.send(source, at, {
      ...call,
      ...(extra.anonymous ? {} : { userId: person.userId }),
      ...(extra.anonymousId ? { anonymousId: extra.anonymousId } : {}),
      // `active: false`: the system speaks about the person, who did nothing and is not "seen".
      context: { ...extra.context, ...(extra.passive ? { active: false } : {}), library: LIBRARIES[source] },
    });
  }

  /** Everything of the household, in order of arrival, with message ids and times. */
  *messages(): Generator<DemoMessage> {
    this.kept.sort((a, b) => a.order - b.order);
    let n = 0;
    for (const { at, source, message, expect, repeat } of this.kept) {
      const timestamp = new Date(at).toISOString();
      const complete = { messageId: `fh-${this.household}-${(n++).toString(36)}`, timestamp, ...message };
      yield { source, message: complete, ...(expect ? { expect } : {}) };
      if (repeat) yield { source, message: complete, repeat: true };
    }
  }
}

const LIBRARIES: Record<DemoSourceKey, Json> = {
  web: { name: "analytics.js", version: "next-1.84.3" },
  app: { name: "analytics-kotlin", version: "1.19.2" },
  backend: { name: "@segment/analytics-node", version: "3.1.0" },
  email: { name: "@segment/analytics-node", version: "3.1.0" },
  pos: { name: "analytics-java", version: "3.5.2" },
  support: { name: "@segment/analytics-node", version: "3.1.0" },
  iot: { name: "fernhill-one", version: "2.8.1" },
  crm: { name: "@segment/analytics-node", version: "3.1.0" },
};

function webContext(session: Session, page: { path: string; title: string }, landing: boolean): Json {
  const { device, person, touch } = session;
  const search = landing ? touch.search : "";
  return {
    page: {
      path: page.path,
      referrer: landing ? touch.referrer : `${ORIGIN}/`,
      search,
      title: page.title,
      url: `${ORIGIN}${page.path}${search}`,
    },
    userAgent: device.gear.userAgent,
    locale: person.country.locale,
    timezone: session.timezone,
    ip: person.ip,
    library: LIBRARIES.web,
    sessionId: session.id,
    ...(session.guestEmail ? { traits: { email: session.guestEmail } } : {}),
    ...(touch.campaign ? { campaign: touch.campaign } : {}),
    ...(person.consent ? { consent: { categoryPreferences: person.consent } } : {}),
  };
}

function appContext(session: Session, at: number, calendar: Calendar): Json {
  const { device, person } = session;
  const { gear } = device;
  const android = gear.os === "Android";
  const age = (at - calendar.start) / (calendar.end - calendar.start);
  const release = Math.min(APP_VERSIONS.length - 1, Math.max(0, Math.floor(age * APP_VERSIONS.length)));
  return {
    app: { ...APP, version: APP_VERSIONS[release], build: String(4200 + release * 37) },
    device: {
      id: device.deviceId,
      type: android ? "android" : "ios",
      manufacturer: gear.manufacturer,
      model: gear.model,
      name: gear.model,
      ...(device.pushToken ? { token: device.pushToken } : {}),
    },
    os: { name: gear.os, version: gear.osVersion },
    screen: { width: gear.width, height: gear.height, density: 3 },
    network: { wifi: at % 3 !== 0, cellular: at % 3 === 0 },
    locale: person.country.locale,
    timezone: session.timezone,
    ip: person.ip,
    library: android ? LIBRARIES.app : { name: "analytics-swift", version: "1.7.3" },
    sessionId: session.id,
    ...(session.touch.campaign ? { campaign: session.touch.campaign } : {}),
    ...(person.consent ? { consent: { categoryPreferences: person.consent } } : {}),
  };
}
