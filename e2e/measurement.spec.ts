import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const utm = `spring-${run}`;
const name = `Spring ${run}`;

// Axe looks at many pages in both themes.
test.describe.configure({ mode: "serial", timeout: 180_000 });

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

test("a manager goes from the overview to one campaign and back, exports and prints", async ({ manager }) => {
  await manager.goto("/reports?models=linear");
  const table = manager.getByRole("table", { name: "Return by campaign" });
  const link = table.getByRole("link", { name });
  await expect(link).toBeVisible({ timeout: 30_000 });
  await expect(manager.getByRole("button", { name: "Margin and fixed costs" })).toHaveCount(0);
  await expectAccessible(manager);
  await link.press("Enter");
  await expect(manager.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(manager).toHaveURL(/models=linear/);
  await expect(manager.getByText("€20.00").first()).toBeVisible({ timeout: 30_000 });
  // People are not a manager's business.
  await expect(manager.getByRole("link", { name: "Conversions and people" })).toHaveCount(0);
  const [csv] = await Promise.all([
    manager.waitForEvent("download"),
    manager.getByRole("button", { name: 'Download "Spend and touches" as CSV' }).click(),
  ]);
  expect(csv.suggestedFilename()).toBe("campaign-days.csv");
  const [image] = await Promise.all([
    manager.waitForEvent("download"),
    manager.getByRole("button", { name: 'Download "Spend and touches" as an image' }).click(),
  ]);
  expect(image.suggestedFilename()).toBe("campaign-days.png");
  await manager.goBack();
  await expect(link).toBeVisible({ timeout: 30_000 });

  await manager.getByRole("navigation", { name: "Reports" }).getByRole("link", { name: "ROI report" }).click();
  await expect(manager.getByRole("button", { name: "Print or save as PDF" })).toBeEnabled({ timeout: 30_000 });
  await manager.emulateMedia({ media: "print" });
  await expect(manager.getByRole("navigation", { name: "Main" })).toBeHidden();
  await expect(manager.getByRole("button", { name: "Print or save as PDF" })).toBeHidden();
  expect((await manager.pdf({ format: "A4" })).subarray(0, 5).toString()).toBe("%PDF-");
  await manager.emulateMedia({ media: "screen" });
  for (const [page, heading] of [
    ["/reports/cohorts", "Who came again"],
    ["/reports/quality", "Shares that tell how far to trust the figures"],
    ["/attribution/paths", "Who begins, assists and closes"],
  ] as const) {
    await manager.goto(page);
    await expect(manager.getByRole("heading", { name: heading })).toBeVisible({ timeout: 30_000 });
    await expectAccessible(manager);
    await expectNoSidewaysScroll(manager, 360);
    await manager.setViewportSize({ width: 1280, height: 800 });
  }
});

test("a marketer explains a conversion, builds a link and sees what other rules would change", async ({ marketer, admin }) => {
  await marketer.goto(`/attribution/conversions?by=campaign&through=${encodeURIComponent(name)}`);
  const explain = marketer.getByRole("button", { name: /^Explain this conversion/ }).first();
  await expect(explain).toBeVisible({ timeout: 30_000 });
  await explain.press("Enter");
  await expect(marketer.getByRole("table", { name: "Weight of each touch by model" })).toContainText("100%");
  await expectAccessible(marketer);

  await marketer.goto("/campaigns/links");
  await marketer.getByLabel("Page").fill("https://shop.example/sale");
  await marketer.getByLabel("Take over from a campaign").selectOption({ label: name });
  await expect(marketer.getByText(`https://shop.example/sale?utm_source=google&utm_medium=cpc&utm_campaign=${utm}`)).toBeVisible();
  await expect(marketer.getByRole("img", { name: /^QR code of/ })).toBeVisible();
  await expectAccessible(marketer);
  await expectNoSidewaysScroll(marketer, 360);

  await admin.goto("/campaigns/channels");
  await admin.getByRole("button", { name: "Add a rule on top" }).click();
  await admin.getByLabel("Channel of rule 1", { exact: true }).fill(`Test ${run}`);
  await admin.getByLabel(`Test ${run}, condition 1: what`).selectOption("campaign");
  await admin.getByLabel(`Test ${run}, condition 1: values, separated by commas`).fill(`${utm}, ${utm}-two`);
  const effect = admin.getByRole("table", { name: "Touches by channel" });
  await expect(effect.getByRole("row", { name: new RegExp(`Test ${run}`) })).toContainText("+52", { timeout: 30_000 });
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);

  await marketer.goto("/attribution/definitions");
  await marketer.getByRole("button", { name: "New conversion" }).click();
  const sheet = marketer.getByRole("dialog", { name: "New conversion" });
  await sheet.getByLabel("Name", { exact: true }).fill(`Orders once ${run}`);
  await sheet.getByLabel("Event").selectOption("Order Completed");
  await sheet.getByLabel("Counts").selectOption("once");
  await expectAccessible(marketer);
  await sheet.getByRole("button", { name: "Create conversion" }).click();
  await expect(marketer.getByRole("row", { name: new RegExp(`Orders once ${run}`) })).toContainText("once per person");
});
