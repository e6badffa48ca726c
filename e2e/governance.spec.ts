import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

/** A worker takes an erasure up; on a busy machine that may take a while. */
const SOON = { timeout: 60_000 };
test.slow();

const stamp = Date.now().toString(36);
const emailOf = (name: string): string => `${name}.${stamp}@example.com`;

/** Brings a person in the way customers do: by a source of its own. */
async function bring(page: Page, name: string): Promise<void> {
  await page.goto("/sources/new");
  await page.getByRole("radio", { name: /^Server/ }).check();
  await page.getByRole("textbox", { name: "Name" }).fill(`Governance ${name} ${stamp}`);
  await page.getByRole("button", { name: "Create source" }).click();
  const writeKey = (await page.getByTestId("write-key").innerText()).trim();
  const sent = await page.request.post("/v1/batch", {
    headers: { "x-write-key": writeKey },
    data: {
      batch: [
        { type: "identify", userId: `${name}-${stamp}`, traits: { email: emailOf(name), name: `${name} Example` } },
        { type: "track", userId: `${name}-${stamp}`, event: "Product Viewed", properties: { sku: "G-1" } },
      ],
    },
  });
  expect(sent.ok()).toBe(true);
  await expect.poll(() => isKnown(page, emailOf(name)), SOON).toBe(true);
}

/** Whether the search box finds somebody by this address. */
const isKnown = async (page: Page, email: string): Promise<boolean> =>
  (await (await page.request.get(`/api/search?q=${encodeURIComponent(email)}`)).text()).includes(email);

/** Enters a request with the keyboard alone. */
async function enter(page: Page, kind: string, email: string): Promise<void> {
  await page.goto("/requests/new");
  const radio = page.getByRole("radio", { name: new RegExp(`^${kind}`) });
  await radio.focus();
  await page.keyboard.press("Space");
  await expect(radio).toBeChecked();
  await page.getByLabel("Identifier 1", { exact: true }).focus();
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/requests\/dsr_/);
}

test("an erasure goes from letter to certificate: link, confirmation, approval, proof", async ({ admin: page, browser }) => {
  await bring(page, "erika");
  await enter(page, "Erasure", emailOf("erika"));
  await expect(page.getByText("Identity not verified", { exact: true })).toBeVisible();
  await expect(page.getByText(/^\d+ days left$/)).toBeVisible();
  await expect(page.getByRole("list", { name: "Rows by table" })).toContainText("Events");
  await expectAccessible(page);
  await expectNoSidewaysScroll(page, 360);
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.getByRole("button", { name: "Make a link for the person" }).click();
  const link = await page.getByLabel("Link for the person").inputValue();
  const person = await (await browser.newContext()).newPage();
  await person.goto(link);
  await expect(person.getByRole("heading", { name: "Did you ask for this?" })).toBeVisible();
  await expectAccessible(person);
  await person.getByRole("button", { name: /Yes, I asked for this/ }).click();
  await expect(person.getByText(/Confirmed\./)).toBeVisible();
  await person.reload();
  await expect(person.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  await person.context().close();

  await page.reload();
  await page.getByRole("button", { name: "Approve erasure" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Erase", exact: true })).toBeDisabled();
  await dialog.getByLabel(/Type .erase. to confirm/).fill("erase");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Certificate of erasure")).toBeVisible(SOON);
  await expect(page.getByRole("list", { name: "Removed, by table" })).toContainText("Identifiers");
  await expect(page.getByText(/0 mentions left/)).toBeVisible();
  await expectAccessible(page);
  const id = page.url().split("/").at(-1) as string;

  expect(await isKnown(page, emailOf("erika"))).toBe(false);
  await page.goto("/requests");
  await page.getByLabel("Find by an identifier of the person").fill(emailOf("erika"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row", { name: new RegExp(id) })).toContainText("Erased");
  await expectAccessible(page);
});

test("an access request ends in a page and a file for the person", async ({ admin: page, browser }) => {
  await bring(page, "asta");
  await enter(page, "Access", emailOf("asta"));
  await page.getByRole("button", { name: "Verified another way" }).click();
  await page.getByRole("textbox", { name: "How" }).fill("Signed in to the shop");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Approve access" }).click();
  await page.getByRole("button", { name: "Make a link for the person" }).click();
  const link = await page.getByLabel("Link for the person").inputValue();

  const person = await (await browser.newContext()).newPage();
  await person.goto(link);
  await person.getByRole("link", { name: "Read it here" }).click();
  await expect(person.getByRole("region", { name: "Identifiers" })).toContainText(emailOf("asta"));
  await expect(person.getByRole("region", { name: "Events" })).toContainText("Product Viewed");
  await expectAccessible(person);
  await expectNoSidewaysScroll(person, 360);
  const file = await person.request.get(`/api/privacy/${link.split("/").at(-1)}`);
  expect(file.headers()["content-disposition"]).toContain("attachment");
  expect(await file.text()).toContain(emailOf("asta"));
  expect((await person.request.get("/api/privacy/nonsense")).status()).toBe(404);
  await person.context().close();
  await page.reload();
  await expect(page.getByRole("list", { name: "Timeline" })).toContainText("Package opened by the person");
});

test("a marketer sees no requests", async ({ marketer: page, watch }) => {
  watch.allow(/403/);
  await page.goto("/requests");
  await expect(page.getByRole("heading", { name: "You have no access to this page" })).toBeVisible();
});

test("the audit log is verified, searched, opened and exported", async ({ admin: page }) => {
  await page.goto("/audit");
  await page.getByRole("button", { name: "Verify now" }).click();
  await expect(page.getByRole("status").filter({ hasText: /Verified up to entry/ })).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page, 360);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByLabel("Action").selectOption("request");
  await expect(page).toHaveURL(/action=request/);
  await page.getByLabel("Search the audit log").fill("dsr_");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=dsr_/);
  const entry = page.getByRole("button", { name: /^Open entry .* request\./ }).first();
  await entry.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("hash");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export CSV" }).click()]);
  expect(download.suggestedFilename()).toMatch(/^audit-\d{4}-\d{2}-\d{2}\.csv$/);
});

test("a field is classified in the data map, and retention is previewed before it is saved", async ({ admin: page }) => {
  await bring(page, "dora");
  await page.goto(`/data-map?q=email`);
  const field = page.getByRole("combobox", { name: "Class of email", exact: true });
  await expect(field).toBeVisible();
  await field.selectOption("contact");
  await expect(page.getByRole("row", { name: /email.*Trait of a person/ })).toContainText("confirmed by");
  await expectAccessible(page);
  await expectNoSidewaysScroll(page, 360);
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.goto("/retention");
  await page.getByRole("button", { name: "Change retention of sizes of segments by hour" }).click();
  await page.getByLabel("Days to keep").fill("36000");
  await page.getByRole("button", { name: "Preview the next run" }).click();
  await expect(page.getByText("The next run would delete 0 rows.")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Days to keep").press("Enter");
  await expect(page.getByText("36,000 days")).toBeVisible();
  await expectAccessible(page);
});
