import { z } from "zod";
import type { AnySql } from "@/db/client";
import { companySettings, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { channelRules } from "./channel-rules";
import { campaignSchema, UNASSIGNED } from "./model";
import type { Campaign, CampaignOrigin } from "./model";

const id = z.string().max(60);

/** Campaigns with what they spent and were met, the newest first. Spend in the currency of each campaign. */
export async function listCampaigns(ctx: Ctx): Promise<Campaign[]> {
  requirePermission(ctx, "campaigns:read");
  return ctx.sql<Campaign[]>`
    select c.id, c.name, c.utm_campaign as "utmCampaign", c.external_id as "externalId", c.channel, c.source, c.medium, c.goal, u.name as owner,
      c.budget::float8 as budget, c.currency, c.starts_on::text as "startsOn", c.ends_on::text as "endsOn", c.origin,
      coalesce(k.amount, 0)::float8 as spend, coalesce(k.impressions, 0)::float8 as impressions, coalesce(k.clicks, 0)::float8 as clicks,
      coalesce(t.touches, 0)::int as touches, t.last as "lastTouchAt"
    from campaigns c left join users u on u.id = c.owner_id
    left join lateral (select sum(amount) as amount, sum(impressions) as impressions, sum(clicks) as clicks from campaign_costs where campaign_id = c.id) k on true
    left join (
      select o.campaign_id, count(*) as touches, max(t.occurred_at) as last from touch_origins o join touchpoints t on t.origin_id = o.id
      where o.campaign_id is not null group by 1) t on t.campaign_id = c.id
    where c.archived_at is null order by coalesce(c.starts_on, c.created_at::date) desc, c.name`;
}

/** Campaigns by name, without counting anything: for links and headings. */
export async function campaignNames(
  ctx: Ctx,
): Promise<Pick<Campaign, "id" | "name" | "channel" | "source" | "medium" | "utmCampaign" | "currency" | "startsOn" | "endsOn">[]> {
  requirePermission(ctx, "campaigns:read");
  return ctx.sql<Campaign[]>`
    select id, name, channel, source, medium, currency, utm_campaign as "utmCampaign", starts_on::text as "startsOn", ends_on::text as "endsOn"
    from campaigns where archived_at is null order by name`;
}

/** What a campaign's form offers: the channels of rules and campaigns, and the company's currency. */
export async function campaignChoices(ctx: Ctx): Promise<{ channels: string[]; currency: string }> {
  requirePermission(ctx, "campaigns:read");
  const rules = await channelRules(ctx.sql);
  const used = await ctx.sql<{ channel: string }[]>`select distinct channel from campaigns where archived_at is null order by 1`;
  const { currency } = await companySettings(ctx.sql);
  return { channels: [...new Set([...rules.map(({ channel }) => channel), ...used.map(({ channel }) => channel)])], currency };
}

/** Makes or changes a campaign; touches that carry its utm name or id are counted under it at once, past ones too. */
export async function saveCampaign(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "campaigns:write");
  const { id: known, ...given } = parseInput(campaignSchema.extend({ id: id.nullable().default(null) }), input);
  return withTx(ctx, async (tx) => {
    const { currency } = await companySettings(tx.sql);
    const row = known ?? newId("cmp");
    const utm = given.utmCampaign === null ? null : given.utmCampaign.toLowerCase();
    const [twin] = await tx.sql<{ name: string; utm: boolean }[]>`
      select name, utm_campaign = ${utm} as utm from campaigns
      where archived_at is null and id <> ${row} and (utm_campaign = ${utm} or external_id = ${given.externalId}) limit 1`;
    if (twin) {
      const field = twin.utm ? "utmCampaign" : "externalId";
      throw new DomainError(
        "CONFLICT",
        `"${twin.name}" has this ${twin.utm ? "utm_campaign" : "id"} already: a touch can belong to one campaign only.`,
        { fields: { [field]: `taken by "${twin.name}"` } },
      );
    }
    const [before] =
      known === null
        ? []
        : await tx.sql<{ name: string }[]>`select name from campaigns where id = ${known} and archived_at is null for update`;
    if (known !== null && before === undefined) throw new DomainError("NOT_FOUND", "This campaign is not there any more.");
    await tx.sql`
      insert into campaigns (id, name, utm_campaign, external_id, channel, source, medium, goal, owner_id, budget, currency, starts_on, ends_on)
      values (${row}, ${given.name}, ${utm}, ${given.externalId}, ${given.channel}, ${given.source}, ${given.medium}, ${given.goal},
        ${tx.actor.kind === "user" ? tx.actor.id : null}, ${given.budget}, ${given.currency ?? currency}, ${given.startsOn}, ${given.endsOn})
      on conflict (id) do update set name = excluded.name, utm_campaign = excluded.utm_campaign, external_id = excluded.external_id, channel = excluded.channel,
        source = excluded.source, medium = excluded.medium, goal = excluded.goal, budget = excluded.budget, currency = excluded.currency,
        starts_on = excluded.starts_on, ends_on = excluded.ends_on, updated_at = now()`;
    await assignTouches(tx.sql);
    await recordAudit(tx, {
      action: before ? "campaign.changed" : "campaign.created",
      object: { type: "campaign", id: row },
      ...(before ? { before } : {}),
      after: { name: given.name },
    });
    return { id: row };
  });
}

/** Takes a campaign out of the lists. Its costs stay; its touches are counted under their utm name again. */
export async function archiveCampaign(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "campaigns:write");
  const given = parseInput(z.strictObject({ id }), input);
  await withTx(ctx, async (tx) => {
    const rows = await tx.sql`update campaigns set archived_at = ${tx.clock.now()} where id = ${given.id} and archived_at is null`;
    if (rows.count === 0) throw new DomainError("NOT_FOUND", "This campaign is not there any more.");
    await assignTouches(tx.sql);
    await recordAudit(tx, { action: "campaign.archived", object: { type: "campaign", id: given.id } });
  });
}

/** Gives every origin the campaign that its utm name or id names now. Cost: the number of origins. */
export async function assignTouches(sql: AnySql): Promise<void> {
  await sql`
    update touch_origins o set campaign_id = n.campaign_id from (
      select o.id, (select c.id from campaigns c where c.archived_at is null
          and ((o.campaign_ref <> '' and c.external_id = o.campaign_ref) or (o.campaign <> '' and c.utm_campaign = lower(o.campaign)))
        order by c.external_id = o.campaign_ref desc nulls last limit 1) as campaign_id
      from touch_origins o) n
    where n.id = o.id and o.campaign_id is distinct from n.campaign_id`;
}

export interface UnmatchedOrigin {
  readonly campaign: string;
  readonly source: string;
  readonly medium: string;
  readonly channel: string;
  readonly touches: number;
}

/** Campaign names that arrive on links and that no campaign of the registry has, the most frequent first. */
export async function unmatchedOrigins(ctx: Ctx): Promise<UnmatchedOrigin[]> {
  requirePermission(ctx, "campaigns:read");
  return ctx.sql<UnmatchedOrigin[]>`
    select o.campaign, o.source, o.medium, o.channel, count(*)::int as touches from touch_origins o join touchpoints t on t.origin_id = o.id
    where o.campaign_id is null and o.campaign <> '' group by 1, 2, 3, 4 order by 5 desc, 1 limit 100`;
}

/**
 * The campaign under which something of ours (a broadcast) is counted: the one that has the utm name already, else a new
 * one. Returns its id.
 */
export async function registerCampaign(
  sql: AnySql,
  given: {
    readonly name: string;
    readonly utmCampaign: string;
    readonly channel: string;
    readonly medium: string;
    readonly origin: CampaignOrigin;
    readonly startsOn: string;
  },
): Promise<string> {
  const utm = given.utmCampaign.toLowerCase();
  const [known] = await sql<{ id: string }[]>`select id from campaigns where archived_at is null and utm_campaign = ${utm}`;
  if (known) return known.id;
  const { currency } = await companySettings(sql);
  const made = newId("cmp");
  await sql`
    insert into campaigns (id, name, utm_campaign, channel, source, medium, goal, currency, starts_on, origin)
    values (${made}, ${given.name}, ${utm}, ${given.channel}, 'tributary', ${given.medium}, 'conversion', ${currency}, ${given.startsOn}, ${given.origin})`;
  await assignTouches(sql);
  return made;
}

/** Sources and media that no channel rule knows, the most frequent first. */
export async function unassignedOrigins(ctx: Ctx): Promise<{ source: string; medium: string; touches: number }[]> {
  requirePermission(ctx, "campaigns:read");
  return ctx.sql<{ source: string; medium: string; touches: number }[]>`
    select o.source, o.medium, count(*)::int as touches from touch_origins o join touchpoints t on t.origin_id = o.id
    where o.channel = ${UNASSIGNED} group by 1, 2 order by 3 desc, 1, 2 limit 50`;
}
