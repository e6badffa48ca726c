import type { APIRequestContext, Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const id = (name: string): string => `${name}-${run}`;

/** Two people that one message joins, a refused merge, a blocked value and an identifier type nobody knows. */
async function send(request: APIRequestContext, baseURL: string): Promise<void> {
  const { writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Identity ${run}`);
  const batch = [
    { type: "identify", userId: id("ada"), traits: { name: `Ada ${run}` } },
    { type: "identify", anonymousId: id("browser"), traits: { email: `${id("ada")}@example.com` } },
    { type: "identify", userId: id("ada"), traits: { email: `${id("ada")}@example.com` } },
    { type: "identify", userId: id("grace"), traits: { email: `${id("ada")}@example.com` } },
    { type: "track", event: "Signed In", userId: "null", anonymousId: id("browser") },
    {
      type: "track",
      event: "Signed In",
      userId: id("grace"),
      context: { externalIds: [{ id: id("7"), type: `crm_${run}`, collection: "users", encoding: "none" }] },
    },
  ].map((message, i) => ({ ...message, messageId: id(`m${i}`) }));
  const answer = await request.post(`${baseURL}/v1/batch`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: { batch },
  });
  expect(answer.ok()).toBe(true);
}

const merged = async (page: Page): Promise<boolean> => (await (await page.request.get("/api/identity/merges")).text()).includes(id("ada"));

test.describe.configure({ mode: "serial" });

test("an admin reviews what was noticed and takes a merge back", async ({ admin, baseURL }) => {
  test.slow();
  await send(admin.request, baseURL ?? "");
  await expect.poll(() => merged(admin)).toBe(true);

  await admin.goto("/identity?tab=review");
  await expect(admin.getByRole("cell", { name: "A limit kept an identifier from joining this person" }).first()).toBeVisible();
  await expect(admin.getByText("Hits on blocked values")).toBeVisible();
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });

  await admin.getByRole("tab", { name: "Merges" }).click();
  const row = admin
    .getByRole("row")
    .filter({ hasText: id("ada") })
    .first();
  await expect(row).toContainText("A message named both");
  await expectAccessible(admin);
  await row.getByRole("button", { name: /Un-merge/ }).click();
  await admin.getByRole("dialog").getByLabel("Reason").fill("Two people share a mailbox");
  await admin.getByRole("dialog").getByRole("button", { name: "Un-merge" }).click();
  await expect(row).toContainText("Un-merged");
});

test("a change of rules is tried on history before it is saved, with the keyboard alone", async ({ admin }) => {
  test.slow();
  await admin.goto("/identity");
  const before = await admin.getByText(/Version \d+ is in force/).textContent();
  await expect(admin.getByRole("button", { name: "Dry run and save" })).toBeDisabled();
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
  await admin.getByRole("button", { name: `Accept crm_${run}` }).focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByText("Changes are not saved yet.")).toBeVisible();
  await admin.getByRole("button", { name: `Raise crm_${run}` }).focus();
  await admin.keyboard.press("Enter");
  // A trait of which one source knows best.
  await admin.getByLabel("A trait with a rule of its own").fill(`level_${run}`);
  await admin.keyboard.press("Enter");
  const order = admin.getByRole("combobox", { name: `Add a source: Order of trust for level_${run}` });
  await order.selectOption({ index: 1 });
  await expect(admin.getByRole("list", { name: `Order of trust for level_${run}` }).getByRole("listitem")).toHaveCount(1);
  // High enough for the whole page: the bars at its edges cut no button in half.
  await admin.setViewportSize({ width: 1280, height: 3000 });
  await expectAccessible(admin);
  await admin.setViewportSize({ width: 1280, height: 800 });
  await admin.getByRole("button", { name: "Dry run and save" }).focus();
  await admin.keyboard.press("Enter");
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText("messages replayed beside the real data")).toBeVisible({ timeout: 30_000 });
  await expect(dialog.getByText("Would split")).toBeVisible();
  await expect(dialog.getByRole("region", { name: "Trait values" })).toContainText("Nobody's traits change at once.");
  await expectAccessible(admin);
  await dialog.getByLabel("Note").fill("CRM ids reviewed");
  await dialog.getByRole("button", { name: "Save rules" }).focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByText(/Version \d+ is in force\./)).not.toHaveText(before ?? "");
  await admin.getByRole("tab", { name: "Versions" }).click();
  await expect(admin.getByRole("row").filter({ hasText: "CRM ids reviewed" }).first()).toContainText("In force");
  await admin.getByRole("tab", { name: "Rules" }).click();
  await expect(admin.getByRole("list", { name: "Traits with a rule of their own" })).toContainText(`level_${run}`);
});

test("a pattern that is none is refused at its field", async ({ admin, watch }) => {
  watch.allow(/400/);
  await admin.goto("/identity");
  await admin.getByRole("button", { name: "Add value" }).click();
  await admin.getByLabel("Blocked value 1", { exact: true }).fill("(");
  await admin.getByLabel("Match of (", { exact: true }).selectOption("pattern");
  await admin.getByRole("button", { name: "Dry run and save" }).click();
  await expect(admin.getByRole("dialog").getByRole("alert")).toContainText("RE2");
  await expect(admin.getByRole("button", { name: "Save rules" })).toBeDisabled();
});

test("a marketer reads the rules and cannot change them; a manager does not get in", async ({ marketer, manager, masked, watch }) => {
  watch.allow(/403/);
  await marketer.goto("/identity");
  await expect(marketer.getByRole("heading", { name: "Identifiers" })).toBeVisible();
  await expect(marketer.getByRole("button", { name: "Dry run and save" })).toHaveCount(0);
  await expect(marketer.getByLabel("Most user_id per person")).toBeDisabled();
  await masked.goto("/identity?tab=merges");
  await expect(masked.getByRole("table", { name: "Merges" })).toBeVisible();
  await expect(masked.getByText(`${id("ada")}@example.com`)).toHaveCount(0);
  await manager.goto("/identity");
  await expect(manager.getByRole("heading", { name: "Identifiers" })).toHaveCount(0);
});
