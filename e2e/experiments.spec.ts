import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const name = `Bar ${run}`;

test.describe.configure({ mode: "serial" });

test("a test over events is set up, analysed and looked at", async ({ marketer, baseURL }) => {
  const { writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Experiment ${run}`);
  const day = new Date(Date.now() - 3 * 86_400_000);
  const consent = { categoryPreferences: { analytics: true } };
  const at = (minutes: number): string => new Date(day.getTime() + minutes * 60_000).toISOString();
  const batch = Array.from({ length: 120 }, (_, i) => {
    const userId = `x${i}-${run}`;
    const properties = { experiment_id: `exp-${run}`, experiment_name: name, variation_id: i % 2 === 0 ? "control" : "bar" };
    const seen = { type: "track", userId, event: "Experiment Viewed", timestamp: at(0), properties, context: { consent } };
    const buys = i % 2 === 0 ? i % 8 === 0 : i % 4 === 1;
    const order = { type: "track", userId, event: `Bought ${run}`, timestamp: at(9), properties: { value: 10, items: 2 } };
    return buys ? [seen, order] : [seen];
  }).flat();
  const answer = await marketer.request.post(`${baseURL}/v1/batch`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: { batch: batch.map((message, i) => ({ ...message, messageId: `experiment-${run}-${i}` })) },
  });
  expect(answer.ok()).toBe(true);

  // It is found by itself.
  const table = marketer.getByRole("table", { name: "Experiments" });
  await expect(async () => {
    await marketer.goto("/experiments");
    await expect(table.getByRole("link", { name })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expectAccessible(marketer);
  await marketer.getByRole("tab", { name: "Sample size" }).click();
  await marketer.getByLabel("Rate without the treatment (%)").fill("10");
  await marketer.getByLabel("Smallest lift worth seeing (%)").fill("10");
  await expect(marketer.getByText("14,752")).toBeVisible();
  await marketer.getByRole("tab", { name: "Experiments" }).click();
  await table.getByRole("link", { name }).click();

  await marketer.getByRole("button", { name: "Set up" }).click();
  const sheet = marketer.getByRole("dialog", { name: "New experiment" });
  await sheet.getByLabel("Judged by").selectOption({ label: "Another event" });
  await sheet.getByLabel("Event", { exact: true }).fill(`Bought ${run}`);
  await sheet.getByLabel("Number in its properties").fill("items");
  for (const share of await sheet.getByLabel("Share").all()) await share.fill("1");
  await expectAccessible(marketer);
  await sheet.getByRole("button", { name: "Create experiment" }).click();

  // A page of its own from now on: reloading sooner would stay with the experiment that was found.
  await expect(marketer).toHaveURL(/\/experiments\/exp_/);
  const arms = marketer.getByRole("table", { name: "Arms" });
  await expect(async () => {
    await marketer.reload();
    await expect(arms.getByRole("row", { name: /^bar/ })).toContainText("30", { timeout: 3_000 });
  }).toPass();
  await expect(arms.getByRole("row", { name: /^control/ })).toContainText("15");
  await expect(marketer.getByText("The split is as planned")).toBeVisible();
  await expect(marketer.getByRole("region", { name: "Verdict" })).toContainText("+100%");
  await marketer.getByRole("combobox", { name: "Measure" }).selectOption("value");
  await expect(marketer).toHaveURL(/measure=value/);
  await expect(marketer.getByRole("region", { name: "Verdict" })).toContainText("+0.5");
  await expectAccessible(marketer);
  await expectNoSidewaysScroll(marketer, 360);
});

test("a manager reads experiments and the budget, and changes nothing", async ({ manager }) => {
  await manager.goto("/experiments");
  await manager.getByRole("table", { name: "Experiments" }).getByRole("link", { name }).click();
  await expect(manager.getByRole("table", { name: "Arms" })).toContainText("60");
  await expect(manager.getByRole("button", { name: "Edit" })).toHaveCount(0);
  await manager.getByRole("tab", { name: "Uplift" }).click();
  await expect(manager.getByText("Uplift by share contacted").first()).toBeVisible();
  await manager.goto("/budget");
  await expect(manager.getByRole("heading", { name: "Budget", exact: true })).toBeVisible();
  await expect(manager.getByText(/This is correlation/)).toBeVisible();
  await expectAccessible(manager);
  await expectNoSidewaysScroll(manager, 360);
});
