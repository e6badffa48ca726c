import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const utm = `spring-${run}`;
const name = `Spring ${run}`;

test.describe.configure({ mode: "serial" });

test("costs come in from a report, and a name on links becomes a campaign", async ({ marketer, baseURL }) => {
  const { writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Shop ${run}`);
  const day = new Date(Date.now() - 2 * 86_400_000);
  const at = (minutes: number): string => new Date(day.getTime() + minutes * 60_000).toISOString();
  const url = "https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=";
  const consent = { categoryPreferences: { analytics: true } };
  // A manager sees no number that stands for a few people: enough take part, and a smaller campaign may hide others.
  const people = [...Array.from({ length: 40 }, () => utm), ...Array.from({ length: 12 }, () => `${utm}-two`)];
  const batch = people.flatMap((campaign, i) => [
    {
      type: "page",
      userId: `m${i}-${run}`,
      timestamp: at(i),
      properties: { url: `${url}${campaign}` },
      context: { consent, page: { url: `${url}${campaign}` } },
    },
    {
      type: "track",
      userId: `m${i}-${run}`,
      event: "Order Completed",
      timestamp: at(i + 90),
      properties: { order_id: `o${i}-${run}`, total: 80 },
    },
  ]);
  const answer = await marketer.request.post(`${baseURL}/v1/batch`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: { batch: batch.map((message, i) => ({ ...message, messageId: `measure-${run}-${i}` })) },
  });
  expect(answer.ok()).toBe(true);

  await expect(async () => {
    await marketer.goto("/campaigns");
    await expect(marketer.getByRole("button", { name: `Add ${utm} as a campaign` })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await marketer.getByRole("button", { name: `Add ${utm} as a campaign` }).click();
  const sheet = marketer.getByRole("dialog", { name: "New campaign" });
  await expect(sheet.getByLabel("utm_campaign")).toHaveValue(utm);
  await sheet.getByLabel("Name", { exact: true }).fill(name);
  await expectAccessible(marketer);
  await sheet.getByRole("button", { name: "Create campaign" }).click();
  const row = marketer.getByRole("row", { name: new RegExp(name) });
  await expect(row).toContainText("Paid search");

  await marketer.getByRole("button", { name: "Import costs" }).click();
  const report = `Day,Campaign,Ad group,Currency code,Cost,Impr.,Clicks,Avg. CPC\n${day.toISOString().slice(0, 10)},${name},All,EUR,20.00,900,12,1.67\n`;
  await marketer.getByLabel("File").setInputFiles({ name: "report.csv", mimeType: "text/csv", buffer: Buffer.from(report) });
  const dialog = marketer.getByRole("dialog", { name: "Import costs" });
  await expect(dialog).toContainText("Google Ads");
  await expect(dialog).toContainText("New campaignsnone");
  await dialog.getByRole("button", { name: "Import costs" }).click();
  await expect(row).toContainText("€20.00");
  await expectAccessible(marketer);
  await expectNoSidewaysScroll(marketer, 360);
});

test("a manager compares models, and the link holds the question", async ({ manager }) => {
  await manager.goto("/attribution?by=campaign&models=first,linear");
  const table = manager.getByRole("table", { name: "Credit by campaign" });
  await expect(async () => {
    await manager.reload();
    await expect(table.getByRole("row", { name: new RegExp(name) })).toContainText("€20.00", { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
  await expect(table.getByRole("row", { name: /^Unattributed/ })).toBeVisible();
  await expect(table.getByRole("columnheader", { name: "First touch" })).toBeVisible();
  await expectAccessible(manager);
  await expectNoSidewaysScroll(manager, 360);
  await manager.setViewportSize({ width: 1280, height: 800 });

  await manager.getByRole("button", { name: /^Models:/ }).click();
  await manager.getByRole("menuitemcheckbox", { name: /^Markov, order 1/ }).press("Enter");
  await manager.keyboard.press("Escape");
  await expect(manager).toHaveURL(/models=first,linear,markov_1/);
  await expect(table.getByRole("columnheader", { name: "Markov, order 1" })).toBeVisible();
  const [download] = await Promise.all([
    manager.waitForEvent("download"),
    manager.getByRole("button", { name: "CSV", exact: true }).last().click(),
  ]);
  expect(download.suggestedFilename()).toBe("attribution-campaign.csv");

  await manager.getByLabel("By", { exact: true }).selectOption("channel");
  await expect(manager.getByRole("table", { name: "Credit by channel" })).toContainText("Paid search");
  // A manager reads campaigns and changes none.
  await manager.goto("/campaigns");
  await expect(manager.getByRole("table", { name: "Campaigns" })).toContainText(name);
  await expect(manager.getByRole("button", { name: "New campaign" })).toHaveCount(0);
});
