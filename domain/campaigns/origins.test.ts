import { describe, expect, it } from "vitest";
import type { JsonObject } from "@/domain/events/model";
import { channelOf } from "./channel-of";
import { DEFAULT_CHANNEL_RULES } from "./default-channels";
import { deriveTouches } from "./derive-touches";
import { readOrigin } from "./read-origin";

const page = (url: string, more: { referrer?: string; campaign?: JsonObject; search?: string } = {}) => ({
  name: "Page Viewed",
  properties: {},
  context: {
    page: {
      url,
      ...(more.referrer === undefined ? {} : { referrer: more.referrer }),
      ...(more.search === undefined ? {} : { search: more.search }),
    },
    ...(more.campaign === undefined ? {} : { campaign: more.campaign }),
  },
});
const channel = (event: Parameters<typeof readOrigin>[0]): string | null => {
  const origin = readOrigin(event);
  return origin === null ? null : channelOf(DEFAULT_CHANNEL_RULES, origin);
};
const SHOP = "https://shop.example/";

describe("channels of visits", () => {
  it.each([
    ["typed in", page(SHOP), "Direct"],
    ["from one's own pages", page(`${SHOP}a`, { referrer: `${SHOP}b` }), "Direct"],
    ["from one's own pages, www", page(`${SHOP}a`, { referrer: "https://www.shop.example/" }), "Direct"],
    ["search", page(SHOP, { referrer: "https://www.google.com/" }), "Organic search"],
    ["search ad by utm", page(`${SHOP}?utm_source=google&utm_medium=cpc&utm_campaign=x`), "Paid search"],
    ["search ad by click id alone", page(`${SHOP}?gclid=Cj0`, { referrer: "https://www.google.com/" }), "Paid search"],
    ["search ad by wbraid", page(SHOP, { search: "?wbraid=1" }), "Paid search"],
    ["a facebook link with a click id is not an ad", page(`${SHOP}?fbclid=Iw`, { referrer: "https://l.facebook.com/" }), "Organic social"],
    ["facebook ad", page(`${SHOP}?utm_source=facebook&utm_medium=paid_social&fbclid=x`), "Paid social"],
    ["tiktok by click id", page(`${SHOP}?ttclid=1`), "Paid social"],
    ["youtube ad", page(`${SHOP}?utm_source=youtube&utm_medium=cpv`), "Paid video"],
    ["youtube paid video", page(`${SHOP}?utm_source=youtube&utm_medium=paid-video`), "Paid video"],
    ["banner", page(`${SHOP}?utm_source=news&utm_medium=display`), "Display"],
    ["newsletter", page(`${SHOP}?utm_source=crm&utm_medium=E-Mail`), "E-mail"],
    ["affiliate", page(`${SHOP}?utm_source=partner&utm_medium=affiliate`), "Affiliates"],
    ["shopping ad", page(`${SHOP}?utm_source=google&utm_medium=cpc&utm_campaign=Shopping_UK`), "Paid shopping"],
    ["another site", page(SHOP, { referrer: "https://blog.example.org/post" }), "Referral"],
    ["context.campaign", page(SHOP, { campaign: { source: "bing", medium: "ppc", name: "n" } }), "Paid search"],
    ["unknown medium", page(`${SHOP}?utm_source=a&utm_medium=b`), "Unassigned"],
    ["sms", { name: "SMS Link Clicked", properties: {}, context: {} }, "SMS"],
    ["e-mail click", { name: "Email Link Clicked", properties: { campaign_name: "May" }, context: {} }, "E-mail"],
    [
      "push",
      { name: "Push Notification Tapped", properties: { campaign: { name: "x", medium: "Push", source: "app" } }, context: {} },
      "Push",
    ],
    ["impression", { name: "Ad Viewed", properties: { campaign_name: "x", source: "criteo" }, context: {} }, "Display"],
    ["something else", { name: "Order Completed", properties: {}, context: {} }, null],
  ] as [string, Parameters<typeof readOrigin>[0], string | null][])("%s", (_, event, expected) => {
    expect(channel(event)).toBe(expected);
  });

  it("reads what a link carries, the address before the context", () => {
    const origin = readOrigin(
      page(`${SHOP}?utm_source=Google&utm_medium=cpc&utm_campaign=Brand&utm_id=77&utm_content=ad1&utm_term=coffee%20beans&gclid=Cj0#top`, {
        referrer: "https://www.google.com/search",
        campaign: { source: "other", name: "other" },
      }),
    );
    expect(origin).toEqual({
      kind: "visit",
      source: "Google",
      medium: "cpc",
      campaign: "Brand",
      campaignRef: "77",
      content: "ad1",
      term: "coffee beans",
      clickId: "gclid",
      referrer: "google.com",
    });
  });

  it("takes any garbage", () => {
    for (const url of ["", "not an address", "http://[", "?utm_source=%E0%A4%A", "https://x/?__proto__=1&utm_source[]=a"])
      expect(() => channel(page(url, { referrer: url }))).not.toThrow();
    expect(channel({ name: "constructor", properties: {}, context: {} })).toBeNull();
    expect(readOrigin({ name: "Page Viewed", properties: {}, context: { page: "x", campaign: [1] } })?.source).toBe("");
  });
});

describe("touches of visits", () => {
  const MINUTE = 60_000;
  const at = (minutes: number, url: string, referrer?: string) => {
    const origin = readOrigin(page(url, referrer === undefined ? {} : { referrer }));
    if (origin === null) throw new Error("no origin");
    return { eventId: minutes, at: minutes * MINUTE, origin };
  };
  it("are one for pages of one origin, and again after half an hour", () => {
    const ad = `${SHOP}?utm_source=google&utm_medium=cpc`;
    const touches = deriveTouches([at(0, ad), at(10, ad), at(39, ad), at(69, ad), at(90, ad)]);
    expect(touches.map(({ eventId }) => eventId)).toEqual([0, 69]);
  });
  it("are direct only where nothing came before", () => {
    const touches = deriveTouches([
      at(0, SHOP, "https://www.google.com/"),
      at(5, SHOP),
      at(50, SHOP),
      at(55, SHOP, "https://bing.com/"),
      at(60, SHOP),
    ]);
    expect(touches.map(({ eventId }) => eventId)).toEqual([0, 50, 55]);
  });
});
