import type { Random } from "@/domain/kernel/random";
import type { AutomatedMail, CampaignPlan, DemoCampaign, Newsletter } from "./campaigns";
import { AUTOMATED, automatedCampaignId } from "./campaigns";
import { hex } from "./chance";
import type { Touch } from "./stage";

const SEARCH_ENGINES = [
  "https://www.google.com/",
  "https://www.google.com/",
  "https://www.google.com/",
  "https://www.bing.com/",
  "https://duckduckgo.com/",
  "https://www.ecosia.org/",
] as const;
const REFERRERS = [
  "https://brewtimes.example/best-grinders",
  "https://cityguide.example/coffee",
  "https://homebarista.example/forum/thread/4821",
  "https://giftlist.example/for-coffee-lovers",
] as const;
const SOCIAL = [
  "https://www.instagram.com/",
  "https://www.facebook.com/",
  "https://www.reddit.com/r/espresso/",
  "https://www.youtube.com/",
] as const;
const TERMS: Record<string, readonly string[]> = {
  "brand-search": ["fernhill coffee", "fernhill shop", "fernhill one"],
  "espresso-machines": ["espresso machine for home", "best espresso machine", "coffee machine with grinder"],
  "fresh-beans-non-brand": ["fresh coffee beans", "coffee subscription", "frisch gerösteter kaffee"],
  "microsoft-search": ["coffee delivered", "coffee grinder"],
};

/** What a click on an ad of the campaign looks like to the browser. Without consent to advertising: no click id. */
function paid(random: Random, campaign: DemoCampaign, clickIds: boolean): Touch {
  const set = random.pick(campaign.adSets);
  const ad = random.pick(set.ads);
  if (campaign.medium === "podcast" || campaign.medium === "print") {
    // Heard or read: they type the address and use the code.
    return {
      channel: campaign.channel,
      referrer: "",
      search: "",
      quality: campaign.quality,
      discount: 0.1,
      ...(campaign.coupon ? { coupon: campaign.coupon } : {}),
    };
  }
  const terms = TERMS[campaign.slug];
  const term = terms && random.chance(0.8) ? random.pick(terms) : undefined;
  const utm = {
    name: campaign.slug,
    source: campaign.source,
    medium: campaign.medium,
    content: ad.id,
    ...(term ? { term } : {}),
    id: campaign.id,
  };
  const query = new URLSearchParams({
    utm_source: utm.source,
    utm_medium: utm.medium,
    utm_campaign: utm.name,
    utm_content: utm.content,
    utm_id: utm.id,
  });
  if (term) query.set("utm_term", term);
  if (campaign.clickId && clickIds) query.set(campaign.clickId, clickId(random, campaign.clickId));
  return {
    channel: campaign.channel,
    campaign: utm,
    referrer: REFERRER_OF[campaign.source] ?? "",
    search: `?${query.toString()}`,
    landing: campaign.landing,
    quality: campaign.quality,
    ...(campaign.coupon ? { coupon: campaign.coupon, discount: 0.1 } : {}),
  };
}

const REFERRER_OF: Record<string, string> = {
  google: "https://www.google.com/",
  bing: "https://www.bing.com/",
  facebook: "https://l.facebook.com/",
  instagram: "https://l.instagram.com/",
  tiktok: "https://www.tiktok.com/",
  linkedin: "https://www.linkedin.com/",
  pinterest: "https://www.pinterest.com/",
  youtube: "https://www.youtube.com/",
  partnernet: "https://click.partnernet.example/",
};

function clickId(random: Random, name: NonNullable<DemoCampaign["clickId"]>): string {
  switch (name) {
    case "gclid":
    case "gbraid":
      return `Cj0KCQ${hex(random, 38)}`;
    case "fbclid":
      return `IwAR${hex(random, 46)}`;
    case "msclkid":
      return hex(random, 32);
    default:
      return hex(random, 40);
  }
}

const plain = (channel: Touch["channel"], referrer: string): Touch => ({ channel, referrer, search: "", quality: 1 });

/** How a visit came about. Newcomers come through ads and search, the others mostly by themselves. */
export function drawTouch(random: Random, plan: CampaignPlan, at: number, options: { first: boolean; clickIds: boolean }): Touch {
  const kind = random.weighted(
    options.first
      ? ([
          ["paid", 46],
          ["organic", 24],
          ["direct", 13],
          ["referral", 9],
          ["social", 8],
        ] as const)
      : ([
          ["paid", 22],
          ["organic", 19],
          ["direct", 50],
          ["referral", 4],
          ["social", 5],
        ] as const),
  );
  switch (kind) {
    case "paid":
      return paid(random, plan.draw(random, at), options.clickIds);
    case "organic":
      return plain("organic", random.pick(SEARCH_ENGINES));
    case "referral":
      return plain("referral", random.pick(REFERRERS));
    case "social":
      return plain("social", random.pick(SOCIAL));
    case "direct":
      return plain("direct", "");
  }
}

function mailTouch(id: string, slug: string, content: string, discount: number): Touch {
  const query = new URLSearchParams({ utm_source: "fernhill", utm_medium: "email", utm_campaign: slug, utm_content: content, utm_id: id });
  return {
    channel: "email",
    campaign: { name: slug, source: "fernhill", medium: "email", content, id },
    referrer: "",
    search: `?${query.toString()}`,
    quality: 1.4,
    ...(discount > 0 ? { discount } : {}),
  };
}

export const newsletterTouch = (newsletter: Newsletter, link: string): Touch =>
  mailTouch(newsletter.campaignId, newsletter.slug, link, newsletter.discount);
export const automatedTouch = (mail: AutomatedMail): Touch =>
  mailTouch(automatedCampaignId(mail), `auto-${mail}`, AUTOMATED[mail].name, mail === "winback" ? 0.15 : mail === "birthday" ? 0.1 : 0);
export const pushTouch = (slug: string): Touch => ({
  channel: "push",
  campaign: { name: slug, source: "fernhill-app", medium: "push" },
  referrer: "",
  search: "",
  quality: 1.1,
});
