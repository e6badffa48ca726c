import type { Random } from "@/domain/kernel/random";
import { Wheel } from "./chance";
import { DAY, HOUR, type Calendar } from "./calendar";

export const CHANNELS = [
  "paid_search",
  "shopping",
  "paid_social",
  "display",
  "video",
  "affiliate",
  "influencer",
  "podcast",
  "print",
  "email",
  "push",
] as const;
export type Channel = (typeof CHANNELS)[number];

export interface DemoAd {
  id: string;
  name: string;
}

export interface DemoCampaign {
  /** Stands in utm_id and in e-mail events as campaign_id. */
  id: string;
  name: string;
  channel: Channel;
  /** utm_source, utm_medium, utm_campaign; absent for print and podcast, which bring a coupon. */
  source: string;
  medium: string;
  slug: string;
  /** Query parameter of the network's click id. */
  clickId?: "gclid" | "gbraid" | "fbclid" | "msclkid" | "ttclid" | "li_fat_id" | "epik";
  coupon?: string;
  /** Where a click lands. */
  landing: string;
  /** First and last day, `YYYY-MM-DD`. */
  startsOn: string;
  endsOn: string;
  goal: "orders" | "newcomers" | "return" | "leads";
  owner: string;
  currency: "GBP" | "EUR" | "USD";
  costPerClick: number;
  adSets: readonly { id: string; name: string; ads: readonly DemoAd[] }[];
  /** Share of paid visits while it runs. */
  weight: number;
  /** Multiplies the chance that a visit ends in an order. */
  quality: number;
}

interface Plan {
  name: string;
  channel: Channel;
  source: string;
  medium: string;
  clickId?: NonNullable<DemoCampaign["clickId"]>;
  coupon?: string;
  landing?: string;
  goal: DemoCampaign["goal"];
  owner: string;
  currency?: DemoCampaign["currency"];
  costPerClick: number;
  weight: number;
  quality: number;
  /** Flight as shares of the history; absent: all the time. */
  flight?: readonly [number, number];
  adSets: string;
}

/** `ad set: ad, ad; ad set: ad`. */
const PLANS: readonly Plan[] = [
  {
    name: "Brand search",
    channel: "paid_search",
    source: "google",
    medium: "cpc",
    clickId: "gclid",
    goal: "orders",
    owner: "Priya Raman",
    costPerClick: 1.1,
    weight: 15,
    quality: 1.5,
    adSets: "Brand exact: Fernhill Coffee, Fernhill shop; Brand + product: Fernhill One",
  },
  {
    name: "Espresso machines",
    channel: "paid_search",
    source: "google",
    medium: "cpc",
    clickId: "gclid",
    landing: "/c/espresso-machines",
    goal: "orders",
    owner: "Priya Raman",
    costPerClick: 6.2,
    weight: 9,
    quality: 1.05,
    adSets: "Generic: Home espresso, Machine finder; Comparison: One against the rest",
  },
  {
    name: "Fresh beans non-brand",
    channel: "paid_search",
    source: "google",
    medium: "cpc",
    clickId: "gbraid",
    landing: "/c/espresso-beans",
    goal: "newcomers",
    owner: "Priya Raman",
    costPerClick: 3.9,
    weight: 10,
    quality: 0.9,
    adSets: "Beans UK: Roasted Tuesday, Free delivery; Beans EU: Frisch geröstet, Fraîchement torréfié",
  },
  {
    name: "Microsoft search",
    channel: "paid_search",
    source: "bing",
    medium: "cpc",
    clickId: "msclkid",
    goal: "orders",
    owner: "Priya Raman",
    costPerClick: 2.8,
    weight: 4,
    quality: 1.1,
    adSets: "All terms: Coffee delivered, Grinders",
  },
  {
    name: "Shopping feed",
    channel: "shopping",
    source: "google",
    medium: "cpc",
    clickId: "gclid",
    landing: "/c/brewers",
    goal: "orders",
    owner: "Priya Raman",
    costPerClick: 3.1,
    weight: 11,
    quality: 1.15,
    adSets: "Brewers: Dripper, Cafetière; Grinders: Hand, Electric",
  },
  {
    name: "Prospecting",
    channel: "paid_social",
    source: "facebook",
    medium: "paid_social",
    clickId: "fbclid",
    goal: "newcomers",
    owner: "Tom Fairclough",
    costPerClick: 4.4,
    weight: 14,
    quality: 0.6,
    adSets: "Lookalike 1 %: Morning ritual, Barista hands; Interests: Weekend brew, Gift box",
  },
  {
    name: "Basket reminder",
    channel: "paid_social",
    source: "instagram",
    medium: "paid_social",
    clickId: "fbclid",
    landing: "/cart",
    goal: "return",
    owner: "Tom Fairclough",
    costPerClick: 4.2,
    weight: 6,
    quality: 1.35,
    adSets: "Cart 7 days: Still thinking, Your basket; Viewed 14 days: Seen again",
  },
  {
    name: "Creators on TikTok",
    channel: "paid_social",
    source: "tiktok",
    medium: "paid_social",
    clickId: "ttclid",
    goal: "newcomers",
    owner: "Tom Fairclough",
    costPerClick: 3.6,
    weight: 8,
    quality: 0.4,
    flight: [0.35, 1],
    adSets: "Creators UK: Latte art fail, Five-minute brew; Creators EU: Kaffee-Check",
  },
  {
    name: "Coffee at work",
    channel: "paid_social",
    source: "linkedin",
    medium: "paid_social",
    clickId: "li_fat_id",
    landing: "/business",
    goal: "leads",
    owner: "Marta Ibáñez",
    costPerClick: 14,
    weight: 1.4,
    quality: 1.1,
    adSets: "Office managers: Better office coffee; Founders: Team perks",
  },
  {
    name: "Pinterest home",
    channel: "paid_social",
    source: "pinterest",
    medium: "paid_social",
    clickId: "epik",
    landing: "/c/cups-glassware",
    goal: "newcomers",
    owner: "Tom Fairclough",
    costPerClick: 3.2,
    weight: 3,
    quality: 0.7,
    flight: [0, 0.7],
    adSets: "Kitchen boards: Stoneware, Shelf styling",
  },
  {
    name: "Display retargeting",
    channel: "display",
    source: "adnetwork",
    medium: "display",
    goal: "return",
    owner: "Marta Ibáñez",
    costPerClick: 2.9,
    weight: 6,
    quality: 0.75,
    adSets: "Viewed product: Banner 300x250, Banner 728x90; Lapsed: Come back",
  },
  {
    name: "How we roast",
    channel: "video",
    source: "youtube",
    medium: "video",
    clickId: "gclid",
    goal: "newcomers",
    owner: "Marta Ibáñez",
    costPerClick: 5.2,
    weight: 4,
    quality: 0.55,
    flight: [0.2, 0.62],
    adSets: "Skippable: Roastery film 30 s, Origin story 15 s",
  },
  {
    name: "Partner network",
    channel: "affiliate",
    source: "partnernet",
    medium: "affiliate",
    goal: "orders",
    owner: "Marta Ibáñez",
    costPerClick: 3.8,
    weight: 6,
    quality: 1.2,
    adSets: "Voucher sites: Code list; Reviewers: Grinder test, Machine test",
  },
  {
    name: "Kitchen table creators",
    channel: "influencer",
    source: "kitchentable",
    medium: "influencer",
    coupon: "TABLE10",
    goal: "newcomers",
    owner: "Tom Fairclough",
    costPerClick: 5,
    weight: 3,
    quality: 1.0,
    flight: [0.5, 0.78],
    adSets: "Spring creators: Recipe reel, Unboxing",
  },
  {
    name: "The Long Pour podcast",
    channel: "podcast",
    source: "longpour",
    medium: "podcast",
    coupon: "LONGPOUR",
    goal: "newcomers",
    owner: "Marta Ibáñez",
    costPerClick: 2.4,
    weight: 1.6,
    quality: 1.25,
    flight: [0.15, 0.9],
    adSets: "Host read: Mid-roll",
  },
  {
    name: "Store leaflet",
    channel: "print",
    source: "leaflet",
    medium: "print",
    coupon: "LEAF5",
    goal: "orders",
    owner: "Marta Ibáñez",
    costPerClick: 1.9,
    weight: 1.5,
    quality: 1.1,
    flight: [0.72, 0.98],
    adSets: "Door drop: London, Bristol",
  },
];

/** Messages that run by themselves. `delayHours` after their cause. */
export const AUTOMATED = {
  welcome: { name: "Welcome 1: hello", subject: "Welcome to Fernhill", open: 0.52, click: 0.3 },
  welcome2: { name: "Welcome 2: find your roast", subject: "Three questions to find your roast", open: 0.41, click: 0.28 },
  cart: { name: "Abandoned basket", subject: "You left something in your basket", open: 0.46, click: 0.34 },
  winback: { name: "Win-back 90 days", subject: "We miss you: 15 % off your next bag", open: 0.33, click: 0.3 },
  birthday: { name: "Birthday treat", subject: "Happy birthday from Fernhill", open: 0.5, click: 0.3 },
  replenish: { name: "Running low?", subject: "Time for fresh beans?", open: 0.4, click: 0.32 },
} as const;
export type AutomatedMail = keyof typeof AUTOMATED;

/** One newsletter a month, January first. */
const NEWSLETTERS = [
  "New year, new grinder",
  "Beans to share",
  "First of the spring harvest",
  "Easter brunch blends",
  "Cold brew season opens",
  "Roasted for slow mornings",
  "Summer sale",
  "Back from origin: Yirgacheffe",
  "Autumn house blend",
  "Decaf, seriously",
  "Black Friday early access",
  "Gifts that smell wonderful",
] as const;

export interface Newsletter {
  campaignId: string;
  name: string;
  subject: readonly [string, string];
  slug: string;
  /** Midnight UTC of the day on which it goes out, at nine in each person's own zone. */
  day: number;
  /** Share off the goods for whoever orders through it. */
  discount: number;
}

const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The campaigns of one history. Pure: the same calendar gives the same list. */
export class CampaignPlan {
  readonly paid: readonly DemoCampaign[];
  readonly newsletters: readonly Newsletter[];
  private readonly wheels = new Map<number, Wheel<DemoCampaign>>();

  constructor(private readonly calendar: Calendar) {
    this.paid = PLANS.map((plan, i) => this.paidCampaign(plan, i));
    this.newsletters = this.planNewsletters();
  }

  private paidCampaign(plan: Plan, i: number): DemoCampaign {
    const { start, end } = this.calendar;
    const [from, to] = plan.flight ?? [0, 1];
    const id = `cmp_demo_${String(i + 1).padStart(2, "0")}`;
    return {
      id,
      name: plan.name,
      channel: plan.channel,
      source: plan.source,
      medium: plan.medium,
      slug: slugOf(plan.name),
      ...(plan.clickId ? { clickId: plan.clickId } : {}),
      ...(plan.coupon ? { coupon: plan.coupon } : {}),
      landing: plan.landing ?? "/",
      startsOn: dayText(start + from * (end - start)),
      endsOn: dayText(start + to * (end - start)),
      goal: plan.goal,
      owner: plan.owner,
      currency: plan.currency ?? "GBP",
      costPerClick: plan.costPerClick,
      adSets: plan.adSets.split("; ").map((set, s) => {
        const [name = "", ads = ""] = set.split(": ");
        return { id: `${id}_s${s + 1}`, name, ads: ads.split(", ").map((ad, a) => ({ id: `${id}_s${s + 1}_a${a + 1}`, name: ad })) };
      }),
      weight: plan.weight,
      quality: plan.quality,
    };
  }

  private planNewsletters(): Newsletter[] {
    const out: Newsletter[] = [];
    const { start, end } = this.calendar;
    const from = new Date(start);
    for (let m = 0; ; m++) {
      const month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + m, 1));
      if (month.getTime() > end) return out;
      const index = month.getUTCMonth();
      // The second Thursday; in November the Thursday before Black Friday.
      const first = month.getTime() + ((11 - month.getUTCDay()) % 7) * DAY;
      const day = first + (index === 10 ? 14 : 7) * DAY;
      if (day < start || day + 9 * HOUR > end) continue;
      const name = NEWSLETTERS[index] ?? "News";
      out.push({
        campaignId: `cmp_demo_nl_${dayText(day).slice(0, 7)}`,
        name: `${name} (${dayText(day).slice(0, 7)})`,
        subject: [name, `${name}: for you`],
        slug: `newsletter-${dayText(day).slice(0, 7)}`,
        day,
        discount: index === 10 ? 0.2 : index === 6 ? 0.15 : 0,
      });
    }
  }

  /** Whether the campaign runs on the day of `at`. */
  static runs(campaign: DemoCampaign, at: number): boolean {
    const day = dayText(at);
    return day >= campaign.startsOn && day <= campaign.endsOn;
  }

  /** The campaign behind a paid visit at `at`. */
  draw(random: Random, at: number): DemoCampaign {
    const day = Math.floor(at / DAY);
    let wheel = this.wheels.get(day);
    if (!wheel) {
      wheel = new Wheel(
        this.paid.filter((campaign) => CampaignPlan.runs(campaign, day * DAY)),
        (campaign) => campaign.weight,
      );
      this.wheels.set(day, wheel);
    }
    return wheel.draw(random);
  }
}

export const automatedCampaignId = (mail: AutomatedMail): string => `cmp_demo_auto_${mail}`;
