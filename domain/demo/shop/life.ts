import type { Random } from "@/domain/kernel/random";
import type { AutomatedMail, CampaignPlan, Newsletter } from "./campaigns";
import { DAY, HOUR, MINUTE, type Calendar } from "./calendar";
import type { Line } from "./catalogue";
import { exponential } from "./chance";
import type { DemoExperiment } from "./experiments";
import { HABITS, type Device, type Person } from "./people";
import type { Stage, Touch } from "./stage";

/** What all households share. */
export interface World {
  calendar: Calendar;
  plan: CampaignPlan;
  experiments: { delivery: DemoExperiment; winback: DemoExperiment };
}

export interface Order {
  id: string;
  at: number;
  lines: readonly Line[];
  revenue: number;
  total: number;
  by: Buyer;
}

/** Who the shop took the buyer for; what follows from an order speaks of the same one. */
export type Buyer =
  | { kind: "account" }
  | { kind: "guest"; anonymousId: string }
  | { kind: "till"; anonymousId: string; context: Record<string, unknown> };

/** What may stand on the agenda; `story.ts` sends each to the file that tells it. */
export type Happening =
  /** A visit to the website. `buys`: decided beforehand; `again`: the person's own next visit follows. */
  | { kind: "visit"; touch?: Touch; buys?: readonly Line[]; again: boolean }
  | { kind: "app"; touch?: Touch }
  | { kind: "store" }
  | { kind: "newsletter"; newsletter: Newsletter }
  | { kind: "mail"; mail: AutomatedMail }
  | { kind: "ticket"; order: Order }
  | { kind: "own"; tell: (at: number) => void };

/**
 * One person's story: an agenda of things that happen at given moments, worked off in order of time. What happens may
 * put more on the agenda (an abandoned basket a mail, a click in a mail a visit).
 */
export class Life {
  readonly random: Random;
  /** Has an account: identify was sent at least once. */
  signedUp = false;
  mailSubscribed: boolean;
  basket: readonly Line[] = [];
  readonly orders: Order[] = [];
  visits = 0;
  lastVisitAt = 0;
  appDevice: Device | undefined;
  /** The arm of the delivery experiment once exposed: the factor on the chance of an order. */
  deliveryArm: { multiplier: number } | undefined;
  /** In the win-back experiment: takes part once. */
  winbackSeen = false;
  /** While the win-back experiment watches, only what it decides counts: nobody buys by chance. */
  quietUntil = 0;
  subscriptionUntil = 0;
  private readonly agenda: { at: number; happening: Happening }[] = [];

  constructor(
    readonly world: World,
    readonly stage: Stage,
    readonly person: Person,
    /** The tablet at home, when there is one that everybody uses. */
    readonly sharedTablet: Device | undefined,
  ) {
    this.random = person.random;
    this.mailSubscribed = false;
  }

  /** Puts something on the agenda; later than the end of the history it is forgotten. */
  plan(at: number, happening: Happening): void {
    if (at > this.world.calendar.end) return;
    let low = 0;
    let high = this.agenda.length;
    // Descending, so that the next one is popped from the end.
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.agenda[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    this.agenda.splice(low, 0, { at, happening });
  }

  /** A happening of one's own. */
  later(at: number, tell: (at: number) => void): void {
    this.plan(at, { kind: "own", tell });
  }

  /** Takes the earliest off the agenda. */
  next(): { at: number; happening: Happening } | undefined {
    return this.agenda.pop();
  }

  /** The next visit of somebody who comes at `gap`: busy days are likelier; nothing after `until`. */
  nextVisit(after: number, gap = this.person.gap): number | undefined {
    const { calendar } = this.world;
    let at = after;
    for (let i = 0; i < 60; i++) {
      at += Math.max(0.4, exponential(this.random, gap)) * DAY;
      if (at > this.person.until || at > calendar.end + DAY) return undefined;
      if (this.random.next() * 1.6 < calendar.busyness(at) + 0.5) return at;
    }
    return undefined;
  }

  /** At nine o'clock (or `hour`) in the person's own zone on the day of `at`. */
  localHour(at: number, hour: number): number {
    return this.world.calendar.local(Math.floor(at / DAY) * DAY + hour * HOUR + this.random.int(0, 9) * MINUTE, this.person.city.timezone);
  }

  /** Chance that a visit with this touch ends in an order. */
  buyingChance(at: number, touch: Touch): number {
    if (at < this.quietUntil) return 0;
    const { calendar } = this.world;
    const season = 0.75 + 0.25 * calendar.busyness(at);
    return Math.min(0.92, this.person.buys * touch.quality * season * (this.deliveryArm?.multiplier ?? 1));
  }

  get habits(): (typeof HABITS)[keyof typeof HABITS] {
    return HABITS[this.person.persona];
  }

  get currency(): Person["country"]["currency"] {
    return this.person.country.currency;
  }
}
