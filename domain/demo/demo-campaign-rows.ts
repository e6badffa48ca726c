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

/** Puts the demo's campaigns and what they cost into the registry: the rows that a later room reads. */
export async function createDemoCampaigns(sql: AnySql, options: DemoOptions): Promise<void> {
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
  await sql`delete from campaign_costs where origin = 'demo'`;
  await sql`update touch_origins set campaign_id = null where campaign_id in (select id from campaigns where origin = 'demo')`;
  await sql`delete from campaigns c where origin = 'demo' and not exists (select 1 from campaign_costs k where k.campaign_id = c.id)`;
}
