import type { AnySql } from "@/db/client";
import { demoCampaigns } from "./demo-campaigns";
import type { DemoOptions } from "./model";

/** Channels of the story by the names that channel rules give them. */
const CHANNEL: Record<string, string> = {
  paid_search: "Paid search",
  shopping: "Paid shopping",
  paid_social: "Paid social",
  display: "Display",
  video: "Paid video",
  affiliate: "Affiliates",
  influencer: "Influencers",
  podcast: "Audio",
  print: "Print",
  email: "E-mail",
  push: "Push",
};
const GOAL: Record<string, string> = { orders: "conversion", newcomers: "acquisition", return: "retention", leads: "acquisition" };

/** About what the demo's currencies were worth in EUR. */
const IN_EUR: Record<string, number> = { EUR: 1, GBP: 1.15, USD: 0.92, CHF: 1.06 };
const DEMO_RATES = "demo";

/** Rates for the demo's currencies where the company has none, so that its orders and costs add up. */
async function createDemoRates(sql: AnySql): Promise<void> {
  const [row] = await sql<
    { base: string }[]
  >`select coalesce((select value ->> 'currency' from settings where key = 'company'), 'EUR') as base`;
  const base = row?.base ?? "EUR";
  const worth = IN_EUR[base];
  if (worth === undefined) return;
  const rows = Object.entries(IN_EUR)
    .filter(([currency]) => currency !== base)
    .map(([currency, value]) => ({ currency, rate: (value / worth).toFixed(6) }));
  await sql`
    insert into exchange_rates (base, currency, day, rate, updated_by)
    select ${base}, currency, '2024-01-01', rate, ${DEMO_RATES} from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(currency text, rate numeric)
    where not exists (select 1 from exchange_rates x where x.base = ${base} and x.currency = r.currency)`;
}

/** Puts the demo's campaigns and what they cost into the registry: the rows that a later room reads. */
export async function createDemoCampaigns(sql: AnySql, options: DemoOptions): Promise<void> {
  await createDemoRates(sql);
  const { campaigns, costs } = demoCampaigns(options);
  const rows = campaigns.map((campaign) => ({
    id: campaign.id,
    name: campaign.name,
    utm: campaign.campaign === "" ? null : campaign.campaign.toLowerCase(),
    channel: CHANNEL[campaign.channel] ?? "Unassigned",
    source: campaign.source,
    medium: campaign.medium,
    goal: GOAL[campaign.goal] ?? "conversion",
    budget: campaign.budget,
    currency: campaign.currency,
    starts: campaign.startsOn,
    ends: campaign.endsOn,
  }));
  await sql`
    insert into campaigns (id, name, utm_campaign, external_id, channel, source, medium, goal, budget, currency, starts_on, ends_on, origin)
    select id, name, utm, id, channel, source, medium, goal, budget, currency, starts, ends, 'demo'
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(id text, name text, utm text, channel text, source text, medium text, goal text,
      budget numeric, currency text, starts date, ends date)
    on conflict do nothing`;
  await sql`
    insert into campaign_costs (day, campaign_id, ad_set, ad, amount, currency, impressions, clicks, origin)
    select r.date, r."campaignId", r."adSetName", r."adName", sum(r.cost), min(r.currency), sum(r.impressions), sum(r.clicks), 'demo'
    from json_to_recordset(${JSON.stringify(costs)}::text::json) as r(date date, "campaignId" text, "adSetName" text, "adName" text, cost numeric,
      currency text, impressions int8, clicks int8)
    join campaigns c on c.id = r."campaignId"
    group by 1, 2, 3, 4 on conflict do nothing`;
}

/** Takes the demo's campaigns out again. A cost that somebody entered for one keeps it. */
export async function removeDemoCampaigns(sql: AnySql): Promise<void> {
  await sql`delete from exchange_rates where updated_by = ${DEMO_RATES}`;
  await sql`delete from campaign_costs where origin = 'demo'`;
  await sql`update touch_origins set campaign_id = null where campaign_id in (select id from campaigns where origin = 'demo')`;
  await sql`delete from campaigns c where origin = 'demo' and not exists (select 1 from campaign_costs k where k.campaign_id = c.id)`;
}
