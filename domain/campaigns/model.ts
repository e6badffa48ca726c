import { z } from "zod";

/** Campaigns, touchpoints, costs: value sets and shapes. Pure: the browser may import it. */

/** How somebody met the company. `visit`: arrived on a page or screen; `view`: an ad was shown; `click`: an ad or a link was clicked. */
export const TOUCH_KINDS = ["visit", "click", "view"] as const;
export type TouchKind = (typeof TOUCH_KINDS)[number];

/** Click ids of ad platforms, by the name of the query parameter. */
export const CLICK_IDS = [
  "gclid",
  "gbraid",
  "wbraid",
  "dclid",
  "fbclid",
  "msclkid",
  "ttclid",
  "li_fat_id",
  "twclid",
  "rdt_cid",
  "epik",
  "ScCid",
  "yclid",
  "irclickid",
] as const;
export type ClickId = (typeof CLICK_IDS)[number];

/** Where a touch came from, as it was sent: the channel is read from it by rules. Touches share origins. */
export interface Origin {
  readonly kind: TouchKind;
  /** utm_source, else the platform of a click id, else the host that linked here; empty: typed in or unknown. */
  readonly source: string;
  readonly medium: string;
  /** utm_campaign. */
  readonly campaign: string;
  /** utm_id, or the campaign id that an e-mail or ad event carries. */
  readonly campaignRef: string;
  readonly content: string;
  readonly term: string;
  readonly clickId: ClickId | "";
  /** Host of the referrer, without "www."; empty: none, or one's own. */
  readonly referrer: string;
}

export const ORIGIN_TEXTS = ["source", "medium", "campaign", "content", "term", "clickId", "referrer", "kind"] as const;
export const CHANNEL_OPERATORS = ["is", "is_not", "is_one_of", "contains", "starts_with", "ends_with", "is_empty", "is_not_empty"] as const;

const conditionSchema = z.strictObject({
  field: z.enum(ORIGIN_TEXTS),
  operator: z.enum(CHANNEL_OPERATORS),
  /** Compared without regard to case. Empty for is_empty and is_not_empty. */
  values: z.array(z.string().max(200)).max(200),
});
export type ChannelCondition = z.infer<typeof conditionSchema>;

/** A touch belongs to the first rule of which any alternative holds; all conditions of an alternative must. */
export const channelRuleSchema = z.strictObject({
  channel: z.string().trim().min(1).max(60),
  alternatives: z.array(z.array(conditionSchema).min(1).max(10)).min(1).max(20),
});
export type ChannelRule = z.infer<typeof channelRuleSchema>;
export const channelRulesSchema = z.array(channelRuleSchema).min(1).max(100);

export const DIRECT = "Direct";
export const UNASSIGNED = "Unassigned";

export const CAMPAIGN_ORIGINS = ["manual", "import", "journey", "broadcast", "demo"] as const;
export type CampaignOrigin = (typeof CAMPAIGN_ORIGINS)[number];
export const CAMPAIGN_GOALS = ["awareness", "acquisition", "conversion", "retention", "win_back"] as const;

const optionalText = z
  .string()
  .trim()
  .max(200)
  .nullable()
  .default(null)
  .transform((value) => (value === "" ? null : value));

/** What a member says about a campaign. */
export const campaignSchema = z.strictObject({
  name: z.string().trim().min(1, "Give the campaign a name.").max(200),
  utmCampaign: optionalText,
  externalId: optionalText,
  channel: z.string().trim().min(1, "Choose the channel.").max(60),
  source: z.string().trim().max(200).default(""),
  medium: z.string().trim().max(200).default(""),
  goal: z.enum(CAMPAIGN_GOALS).default("conversion"),
  budget: z.number().min(0).max(1e12).nullable().default(null),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/u, "Choose a currency.")
    .nullable()
    .default(null),
  startsOn: z.iso.date().nullable().default(null),
  endsOn: z.iso.date().nullable().default(null),
});

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly utmCampaign: string | null;
  readonly externalId: string | null;
  readonly channel: string;
  readonly source: string;
  readonly medium: string;
  readonly goal: (typeof CAMPAIGN_GOALS)[number];
  readonly owner: string | null;
  readonly budget: number | null;
  readonly currency: string;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly origin: CampaignOrigin;
  /** In the campaign's currency, as its costs say. */
  readonly spend: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly touches: number;
  readonly lastTouchAt: Date | null;
}

/** A visit of the same origin within this time of the last page of that origin is the same touch; a page after such a pause without a referrer is a direct visit. */
export const SESSION_SECONDS = 1_800;
