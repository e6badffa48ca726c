import type { DemoOptions } from "./model";
import { demoWorld } from "./generate";
import { DAY, HISTORY_DAYS } from "./shop/calendar";
import { AUTOMATED, automatedCampaignId, CampaignPlan, type AutomatedMail, type DemoCampaign } from "./shop/campaigns";
import { cents, normal, randomFor } from "./shop/chance";

/** One line of an ad platform's cost report: a day, an ad. */
export interface DemoCost {
  /** `YYYY-MM-DD`. */
  date: string;
  campaignId: string;
  campaignName: string;
  adSetId: string;
  adSetName: string;
  adId: string;
  adName: string;
  impressions: number;
  clicks: number;
  cost: number;
  currency: string;
}

export interface DemoCampaignRecord {
  id: string;
  name: string;
  channel: DemoCampaign["channel"];
  source: string;
  medium: string;
  /** utm_campaign. */
  campaign: string;
  coupon?: string;
  startsOn: string;
  endsOn: string;
  goal: DemoCampaign["goal"];
  owner: string;
  currency: string;
  /** Over the whole flight, rounded up; what was spent stays a little below it. */
  budget: number;
}

/** Paid visits per person over the whole history, as the story makes them (see drawTouch). */
const PAID_VISITS_PER_PERSON = 1.02;
/** Ad platforms count more clicks than a site sees visits: people leave before the page has loaded, or refuse to be measured. */
const CLICKS_PER_VISIT = 1.12;
/** Clicks per impression by channel. */
const CLICK_RATE: Partial<Record<DemoCampaign["channel"], number>> = {
  paid_search: 0.062,
  shopping: 0.018,
  paid_social: 0.011,
  display: 0.0035,
  video: 0.0045,
  affiliate: 0.03,
  influencer: 0.02,
};

/**
 * The demo's campaigns with what they cost per day and ad, in the shape of an ad platform's export. Pure: it follows
 * from the options alone and agrees in size with the visits that `generateDemo` makes with the same options.
 */
export function demoCampaigns(options: DemoOptions): { campaigns: DemoCampaignRecord[]; costs: DemoCost[] } {
  const { calendar, plan } = demoWorld(options.anchor);
  const costs: DemoCost[] = [];
  const days = Array.from({ length: HISTORY_DAYS }, (_, i) => calendar.start + i * DAY);
  const activity = days.map((day) => calendar.busyness(day) * calendar.growth(day));
  const all = activity.reduce((sum, value) => sum + value, 0);
  days.forEach((day, i) => {
    const running = plan.paid.filter((campaign) => CampaignPlan.runs(campaign, day));
    const weight = running.reduce((sum, campaign) => sum + campaign.weight, 0);
    const visits = (options.people * PAID_VISITS_PER_PERSON * (activity[i] ?? 0)) / all;
    running.forEach((campaign) => {
      const clicks = (visits * CLICKS_PER_VISIT * campaign.weight) / weight;
      costs.push(...dayOf(campaign, day, clicks, options.seed, plan.paid.indexOf(campaign) * 1000 + i));
    });
  });
  for (const newsletter of plan.newsletters) {
    costs.push(flat(newsletter.campaignId, newsletter.name, newsletter.day, cents(40 + options.people * 0.0021), "GBP"));
  }
  // Mails that run by themselves cost the mail tool's fee, on the first of each month.
  for (const day of days.filter((at) => new Date(at).getUTCDate() === 1)) {
    for (const [key, { name }] of Object.entries(AUTOMATED)) {
      costs.push(flat(automatedCampaignId(key as AutomatedMail), name, day, cents(6 + options.people * 0.0006), "GBP"));
    }
  }
  const spent = new Map<string, number>();
  for (const cost of costs) spent.set(cost.campaignId, (spent.get(cost.campaignId) ?? 0) + cost.cost);
  const budget = (id: string): number => Math.ceil(((spent.get(id) ?? 0) * 1.06) / 50) * 50;
  const campaigns: DemoCampaignRecord[] = plan.paid.map((campaign) => ({
    id: campaign.id,
    name: campaign.name,
    channel: campaign.channel,
    source: campaign.source,
    medium: campaign.medium,
    campaign: campaign.slug,
    ...(campaign.coupon ? { coupon: campaign.coupon } : {}),
    startsOn: campaign.startsOn,
    endsOn: campaign.endsOn,
    goal: campaign.goal,
    owner: campaign.owner,
    currency: campaign.currency,
    budget: budget(campaign.id),
  }));
  for (const newsletter of plan.newsletters) {
    const day = dayText(newsletter.day);
    campaigns.push(mail(newsletter.campaignId, newsletter.name, newsletter.slug, day, day, budget(newsletter.campaignId)));
  }
  for (const [key, { name }] of Object.entries(AUTOMATED)) {
    campaigns.push(
      mail(
        automatedCampaignId(key as AutomatedMail),
        name,
        `auto-${key}`,
        dayText(calendar.start),
        dayText(calendar.end),
        budget(automatedCampaignId(key as AutomatedMail)),
      ),
    );
  }
  return { campaigns, costs };
}

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);

const mail = (id: string, name: string, campaign: string, startsOn: string, endsOn: string, budget: number): DemoCampaignRecord => ({
  id,
  name,
  channel: "email",
  source: "fernhill",
  medium: "email",
  campaign,
  startsOn,
  endsOn,
  goal: "return",
  owner: "Nadia Okafor",
  currency: "GBP",
  budget,
});

function flat(id: string, name: string, day: number, cost: number, currency: string): DemoCost {
  const none = { adSetId: "", adSetName: "", adId: "", adName: "" };
  return { date: dayText(day), campaignId: id, campaignName: name, ...none, impressions: 0, clicks: 0, cost, currency };
}

function dayOf(campaign: DemoCampaign, day: number, clicks: number, seed: number, index: number): DemoCost[] {
  const random = randomFor(seed ^ 0x5eed, index);
  if (campaign.medium === "podcast" || campaign.medium === "print") {
    // Paid by the episode or the drop, once a week; nothing is clicked.
    if (new Date(day).getUTCDay() !== 1) return [];
    return [flat(campaign.id, campaign.name, day, cents(clicks * 7 * campaign.costPerClick + 60), campaign.currency)];
  }
  const ads = campaign.adSets.flatMap((set) => set.ads.map((ad) => ({ set, ad })));
  return ads.flatMap(({ set, ad }) => {
    const noisy = Math.max(0, (clicks / ads.length) * (1 + 0.25 * normal(random)));
    // Fractions of a click become whole ones by chance, so that small demos add up too.
    const whole = Math.floor(noisy) + (random.next() < noisy % 1 ? 1 : 0);
    const impressions = Math.round((whole + 0.6 * random.next()) / (CLICK_RATE[campaign.channel] ?? 0.01));
    if (impressions === 0) return [];
    return [
      {
        date: dayText(day),
        campaignId: campaign.id,
        campaignName: campaign.name,
        adSetId: set.id,
        adSetName: set.name,
        adId: ad.id,
        adName: ad.name,
        impressions,
        clicks: whole,
        cost: cents(whole * campaign.costPerClick * (0.85 + 0.3 * random.next())),
        currency: campaign.currency,
      },
    ];
  });
}

const COLUMNS = {
  date: "Date",
  campaignId: "Campaign ID",
  campaignName: "Campaign",
  adSetId: "Ad set ID",
  adSetName: "Ad set",
  adId: "Ad ID",
  adName: "Ad",
  impressions: "Impressions",
  clicks: "Clicks",
  cost: "Cost",
  currency: "Currency",
} as const satisfies Record<keyof DemoCost, string>;

/** The costs as CSV with a header, RFC 4180. */
export function demoCampaignCostsCsv(costs: readonly DemoCost[]): string {
  const keys = Object.keys(COLUMNS) as (keyof DemoCost)[];
  const cell = (value: string | number): string =>
    /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [keys.map((key) => COLUMNS[key]), ...costs.map((cost) => keys.map((key) => cost[key]))]
    .map((row) => row.map(cell).join(","))
    .join("\r\n");
}
