import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const event = `Trait Bought ${run}`;
const spent = `Spent ${run}`;
const doubled = `Doubled ${run}`;
let writeKey = "";

test.describe.configure({ mode: "serial" });

test("people with events", async ({ admin, baseURL }) => {
  ({ writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Traits ${run}`));
  const batch = ["ada", "bob", "cyd"].flatMap((name, i) => [
    { type: "identify", userId: `${name}-${run}`, traits: { name: `${name} ${run}` } },
    ...Array.from({ length: i + 1 }, () => ({ type: "track", userId: `${name}-${run}`, event, properties: { price: 10 * (i + 1) } })),
  ]);
  const answer = await admin.request.post(`${baseURL}/v1/batch`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: { batch: batch.map((message, i) => ({ ...message, messageId: `trait-${run}-${i}` })) },
  });
  expect(answer.ok()).toBe(true);
  await expect.poll(async () => (await admin.request.get(`/api/profiles/search?q=cyd-${run}`)).text()).toContain(`cyd ${run}`);
});

test("a trait is written in words with its values in sight, saved, computed and followed live", async ({ marketer, baseURL }) => {
  await marketer.goto("/segments/traits/new");
  await marketer.getByLabel("Name").fill(spent);
  await marketer.getByLabel("What to compute", { exact: true }).selectOption({ label: "the sum of" });
  const property = marketer.getByRole("combobox", { name: "Property", exact: true });
  await marketer.getByRole("combobox", { name: "Event", exact: true }).fill(event);
  await marketer.keyboard.press("Enter");
  await property.fill("price");
  await marketer.keyboard.press("Enter");
  const preview = marketer.getByRole("complementary", { name: "Preview" });
  await expect(preview).toContainText(`The sum of price of ${event} in the last 90 days`);
  await expect(preview.getByRole("list", { name: "Values of some people" })).toContainText("90");
  await expectAccessible(marketer);
  await expectNoSidewaysScroll(marketer, 360);
  await marketer.setViewportSize({ width: 1280, height: 800 });
  await marketer.getByRole("button", { name: "Save computed trait" }).click();
  await expect(marketer.getByRole("heading", { name: spent })).toBeVisible();
  await expect(marketer.getByText("Live", { exact: true })).toBeVisible();
  await expect(marketer.getByText(/^of .* people have a value/)).toBeVisible();
  await expectAccessible(marketer);
  await expectNoSidewaysScroll(marketer, 360);
  // One more event, and the value on the profile is another, with the rows that made it.
  const answer = await marketer.request.post(`${baseURL}/v1/track`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: { userId: `ada-${run}`, event, properties: { price: 2.5 }, messageId: `trait-${run}-more` },
  });
  expect(answer.ok()).toBe(true);
  await marketer.setViewportSize({ width: 1280, height: 800 });
  const search = (await (await marketer.request.get(`/api/profiles/search?q=ada-${run}`)).json()) as { data: { exact: number } };
  const id = search.data.exact;
  await expect
    .poll(async () => (await marketer.request.get(`/api/profiles/${id}/computed`)).text())
    .toMatch(new RegExp(`"name":"${spent}"[^}]*"value":12.5`));
  await marketer.goto(`/profiles/${id}?tab=traits`);
  await marketer.getByRole("button", { name: spent }).click();
  await expect(marketer.getByRole("table", { name: "Computed traits" })).toContainText("Made of 2 events");
  await expectAccessible(marketer);
});

test("a formula over it, a segment over the formula; neither lets its input go", async ({ admin }) => {
  const key = `spent_${run}`;
  await admin.goto("/segments/traits/new");
  await admin.getByLabel("Name").fill(doubled);
  await admin.getByRole("radio", { name: /^Formula/ }).focus();
  await admin.keyboard.press("Space");
  await admin.getByLabel("Formula", { exact: true }).fill(`${key} *`);
  await expect(admin.getByRole("complementary", { name: "Preview" })).toContainText("the expression ends where a value is expected");
  await admin.getByLabel("Formula", { exact: true }).fill(`${key} * 2`);
  await expect(admin.getByRole("complementary", { name: "Preview" })).toContainText(`from the computed traits ${spent}`);
  await admin.getByRole("button", { name: "Save computed trait" }).click();
  await expect(admin.getByText("Live", { exact: true })).toBeVisible();
  await admin.goto("/segments/new");
  await admin.getByRole("button", { name: "Start from blank" }).click();
  await admin.getByRole("button", { name: "Add a condition", exact: true }).click();
  await admin.getByRole("menuitem", { name: /^Computed trait/ }).click();
  await admin.getByLabel("Computed trait", { exact: true }).selectOption({ label: doubled });
  await admin.getByLabel(`Computed trait ${doubled}: comparison`).selectOption({ label: "is at least" });
  await admin.getByLabel(`Computed trait ${doubled}: number`).fill("80");
  await expect(admin.locator("[data-total]")).toHaveText("2");
  await admin.getByRole("button", { name: "Save", exact: true }).click();
  await admin.getByRole("dialog").getByLabel("Name").fill(`Big ${run}`);
  await admin.getByRole("dialog").getByRole("button", { name: "Save segment" }).click();
  await expect(admin.getByRole("heading", { name: `Big ${run}` })).toBeVisible();
  await admin.goto("/segments/traits");
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
  await admin.getByRole("link", { name: spent }).click();
  await admin.getByRole("button", { name: "Delete computed trait" }).click();
  await admin.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true }).click();
  await expect(admin.getByRole("alertdialog").getByRole("alert")).toContainText(`the trait "${doubled}"`);
  const listed = runCli<{ key: string; usedBy: number }[]>("trait", "list");
  expect(listed.find((one) => one.key === key)?.usedBy).toBe(1);
});
