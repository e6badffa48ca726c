import { describe, expect, it } from "vitest";
import { demoCampaignCostsCsv, demoCampaigns } from "@/domain/demo";
import { member, testDatabase } from "@/server/test/database";
import { archiveCampaign, listCampaigns, saveCampaign, unmatchedOrigins } from "./campaigns";
import { enterCost, importCosts } from "./costs";
import { numberOf, parseCosts } from "./parse-costs";

const db = testDatabase();
const marketer = () => db.ctx(member("marketer"));

describe("reports of ad platforms", () => {
  it.each([
    [
      "google",
      'Day,Campaign,Ad group,Currency code,Cost,Impr.,Clicks,Avg. CPC\n2026-05-01,"Brand, UK",Exact,GBP,"1,234.50",10000,321,3.84\nTotal,,,,"1,234.50",,,\n',
      { campaign: "Brand, UK", adSet: "Exact", amount: 1234.5, currency: "GBP", clicks: 321, day: "2026-05-01" },
    ],
    [
      "meta",
      "Reporting starts,Campaign name,Ad set name,Ad name,Amount spent (EUR),Impressions,Link clicks\n2026-05-01,Spring,Women 25-34,Video A,12.30,999,8\n",
      { campaign: "Spring", adSet: "Women 25-34", ad: "Video A", amount: 12.3, currency: "EUR" },
    ],
    [
      "linkedin",
      "Start Date (in UTC)\tCampaign Group Name\tCampaign Name\tTotal Spent\tImpressions\tClicks\n5/31/2026\tGroup\tLeads\t99\t5\t1\n",
      { day: "2026-05-31", campaign: "Leads", amount: 99 },
    ],
    [
      "microsoft",
      "Gregorian date;Account number;Campaign name;Spend;Impressions;Clicks\n31.05.2026;X1;Bing;1.234,50;7;2\n",
      { day: "2026-05-31", amount: 1234.5 },
    ],
    [
      "tiktok",
      "Date,Campaign name,Ad group name,Cost,Cost per 1,000 people reached,Impressions,Clicks\n2026-05-02,TT,G,5.5,,100,3\n".replace(
        "1,000",
        "1,000",
      ),
      { campaign: "TT" },
    ],
    ["generic", "date,campaign,cost\n20260501,Own,7\n", { day: "2026-05-01", campaign: "Own", amount: 7, currency: "USD" }],
  ])("%s", (preset, text, line) => {
    const quoted = preset === "tiktok" ? text.replace("Cost per 1,000 people reached", '"Cost per 1,000 people reached"') : text;
    const parsed = parseCosts(`\uFEFF${quoted}`, "USD");
    expect(parsed.preset).toBe(preset);
    expect(parsed.lines).toHaveLength(1);
    expect(parsed.lines[0]).toMatchObject(line);
    expect(parsed.rejected).toEqual([]);
  });

  it("say which rows they leave out and why", () => {
    const parsed = parseCosts(
      "Some title\n\nday,campaign,cost\n2026-02-30,A,1\n2026-02-01,A,free\n2026-02-01,,3\n2026-02-01,A,-1\n2026-02-01,A,2\n",
      "EUR",
    );
    expect(parsed.rejected.map(({ row, reason }) => `${row}: ${reason}`)).toEqual([
      '4: "2026-02-30" is no day',
      '5: "free" is no amount',
      "6: the campaign is missing",
      "7: the amount is below 0",
    ]);
    expect(parseCosts("a,b\n1,2\n", "EUR").rejected[0]?.reason).toMatch(/column for the day/u);
  });

  it.each([
    ["1,234.50", 1234.5],
    ["1.234,50", 1234.5],
    ["1,234", 1234],
    ["0.125", 0.125],
    ["12,5", 12.5],
    ["1.234.567", 1_234_567],
    ["€ 12.00", 12],
    ["", null],
    ["-", null],
  ])("read %s as %s", (text, value) => {
    expect(numberOf(text)).toBe(value);
  });
});

describe("campaigns", () => {
  it("are kept once per utm name, found by it, and let go", async () => {
    const ctx = marketer();
    await db.sql`insert into touch_origins (hash, kind, source, medium, campaign, campaign_ref, content, term, click_id, referrer, channel)
      values ('h1', 'visit', 'google', 'cpc', 'Spring', '', '', '', '', '', 'Paid search')`;
    await db.sql`insert into touchpoints (profile_id, occurred_at, event_id, origin_id) select 1, now(), n, (select id from touch_origins) from generate_series(1, 3) n`;
    expect(await unmatchedOrigins(ctx)).toMatchObject([{ campaign: "Spring", touches: 3 }]);
    const { id } = await saveCampaign(ctx, { name: "Spring sale", utmCampaign: "SPRING", channel: "Paid search", budget: 100 });
    expect(await listCampaigns(ctx)).toMatchObject([{ name: "Spring sale", touches: 3, spend: 0, utmCampaign: "spring" }]);
    expect(await unmatchedOrigins(ctx)).toEqual([]);
    await expect(saveCampaign(ctx, { name: "Other", utmCampaign: "spring", channel: "x" })).rejects.toMatchObject({
      code: "CONFLICT",
      fields: { utmCampaign: 'taken by "Spring sale"' },
    });
    await enterCost(ctx, { campaignId: id, day: "2026-05-01", amount: 12.5, currency: "EUR" });
    await enterCost(ctx, { campaignId: id, day: "2026-05-01", amount: 20, currency: "EUR" });
    expect((await listCampaigns(ctx))[0]?.spend).toBe(20);
    await archiveCampaign(ctx, { id });
    expect(await unmatchedOrigins(ctx)).toHaveLength(1);
    await expect(archiveCampaign(ctx, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(saveCampaign(db.ctx(member("manager")), { name: "x", channel: "y" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("take a year of costs from a file, and nothing more the second time", async () => {
    const ctx = marketer();
    const options = { people: 500, seed: 3, anchor: new Date("2026-11-01T00:00:00Z") };
    const { costs } = demoCampaigns(options);
    const text = demoCampaignCostsCsv(costs);
    const dry = await importCosts(ctx, { text, dryRun: true });
    expect(dry.newCampaigns.length).toBeGreaterThan(5);
    expect((await listCampaigns(ctx)).length).toBe(0);
    const first = await importCosts(ctx, { text });
    expect(first.rejected).toEqual([]);
    const spend = async (): Promise<number> =>
      (await db.sql<{ sum: number }[]>`select sum(amount)::float8 as sum from campaign_costs where origin <> 'manual'`)[0]?.sum ?? 0;
    const total = costs.reduce((sum, { cost }) => sum + cost, 0);
    expect(await spend()).toBeCloseTo(total, 2);
    const second = await importCosts(ctx, { text });
    expect(second.newCampaigns).toEqual([]);
    expect(await spend()).toBeCloseTo(total, 2);
  });

  it("tell campaigns of one name apart by the platform's ids", async () => {
    const ctx = marketer();
    const text = "day,campaign,campaign id,cost\n2026-05-01,Twins,id-1,5\n2026-05-01,Twins,id-2,7\n";
    await importCosts(ctx, { text });
    await importCosts(ctx, { text });
    const twins = (await listCampaigns(ctx)).filter(({ name }) => name === "Twins");
    expect(twins).toHaveLength(2);
    expect(Object.fromEntries(twins.map(({ externalId, spend }) => [externalId, spend]))).toEqual({ "id-1": 5, "id-2": 7 });
  });
});
