import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";

const SAMPLE = join(import.meta.dirname, "../domain/imports/fixtures/online-retail-sample.csv");

/** Chooses a file, and uploads it to a source of its own or the one with this name. */
async function upload(page: Page, source: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  await page.goto("/imports/new");
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(page.getByText(file.name)).toBeVisible();
  const select = page.getByLabel("Source", { exact: true });
  const known = await select.locator("option", { hasText: source }).count();
  await select.selectOption({ label: known > 0 ? source : "New source…" });
  if (known === 0) await page.getByLabel("Name of the new source").fill(source);
  await page.getByRole("button", { name: "Upload and look" }).click();
  await page.waitForURL(/\/imports\/imp_/);
}

const csv = (name: string, text: string): { name: string; mimeType: string; buffer: Buffer } => ({
  name,
  mimeType: "text/csv",
  buffer: Buffer.from(text),
});

/** Sources of this run: repeats are recognised per source. */
const SHOP = `Shop export ${Date.now()}`;
const CRM = `CRM ${Date.now()}`;
/** A worker takes the job up and processes it; on a busy machine that may take a while. */
const SOON = { timeout: 60_000 };

test.slow();

test("a shop's orders go from file to people, and adding them again adds nothing", async ({ admin: page }) => {
  await page.goto("/imports");
  await expect(page.getByRole("heading", { name: "Imports" })).toBeVisible();
  await upload(page, SHOP, { name: "orders.csv", mimeType: "text/csv", buffer: readFileSync(SAMPLE) });

  await expect(page.getByRole("radio", { name: /Transactions/ })).toBeChecked();
  await expect(page.getByLabel('What "InvoiceNo" becomes')).toHaveValue("order_id");
  await expect(page.getByLabel('What "CustomerID" becomes')).toHaveValue("user_id");
  await expect(page.getByLabel('What "Country" becomes')).toHaveValue("trait:address.country");
  await expectAccessible(page);

  await page.getByRole("button", { name: "Check the file" }).click();
  const outlook = page.getByRole("region", { name: "What would happen" });
  await expect(outlook).toContainText("Rows1,970the whole file", SOON);
  await expect(outlook).toContainText(/Orders85/);
  await expectAccessible(page);

  // Back to the mapping and forth again by the browser's own buttons.
  await page.getByRole("button", { name: "Change mapping" }).click();
  await expect(page.getByRole("heading", { name: "Columns" })).toBeVisible();
  await page.goBack();
  await expect(outlook).toBeVisible();

  await page.getByRole("button", { name: "Import 1,970 rows" }).click();
  await expect(page.getByText("Imported. People, events and totals are up to date.")).toBeVisible(SOON);
  await expectAccessible(page);

  await upload(page, SHOP, { name: "the same under another name.csv", mimeType: "text/csv", buffer: readFileSync(SAMPLE) });
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByText("Nothing in this file is new.")).toBeVisible(SOON);
  await page.getByRole("button", { name: "Import 1,970 rows" }).click();
  await expect(page.getByText("Everything in this file had been imported before: nothing was added.")).toBeVisible(SOON);
  await page.goto("/imports");
  await expect(page.getByRole("row", { name: /orders\.csv/ }).first()).toContainText("Imported");
  await expectAccessible(page);
});

test("rejected rows come back as a file that can be corrected and imported", async ({ admin: page }) => {
  await upload(
    page,
    CRM,
    csv("people.csv", "E-Mail;Vorname;Geburtstag\njo@x.example;Jö;01/02/1990\n;Nobody;03/04/1990\nkim@x.example;Kim;05/06/1990\n"),
  );
  await expect(page.getByRole("radio", { name: /People/ })).toBeChecked();
  // The sample cannot say whether day or month comes first.
  await expect(page.getByText("Day and month could be swapped. State which comes first.")).toBeVisible();
  await page.getByLabel('Order of day and month in "Geburtstag"').selectOption("dmy");
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "No usable identifier" }).first()).toContainText("Line 3", SOON);
  await page.getByRole("button", { name: "Import 2 rows" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download rejected rows" }).click()]);
  const text = readFileSync(await download.path(), "utf8");
  expect(text).toContain(";Nobody;03/04/1990;3;no_identifier;;All columns that identify the person are empty.");
  await expectAccessible(page);

  await upload(page, CRM, csv(download.suggestedFilename(), text.replace(";Nobody;", "no@x.example;Nobody;")));
  await expect(page.getByLabel('What "import_reason" becomes')).toHaveValue("ignore");
  await page.getByLabel('Order of day and month in "Geburtstag"').selectOption("dmy");
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(page.getByText("All rows can be used.")).toBeVisible(SOON);
  await page.getByRole("button", { name: "Import 1 row" }).click();
  await expect(page.getByText("Imported. People, events and totals are up to date.")).toBeVisible(SOON);
});

test("a file that is no CSV is refused with its reason, and nothing is left of it", async ({ admin: page, watch }) => {
  watch.allow(/400/);
  await page.goto("/imports/new");
  await page.getByLabel("CSV file").setInputFiles(csv("broken.csv", 'email,name\na@x.example,"open\n'));
  await page.getByRole("button", { name: "Upload and look" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "The quote opened on line 2 is never closed." })).toBeVisible();
  await page.goto("/imports");
  await expect(page.getByText("broken.csv")).toHaveCount(0);
});

test("a wrong encoding is put right by hand, and text that turns the screen round is shown as marks", async ({ admin: page }) => {
  await upload(page, SHOP, csv("rtl.csv", "email,name\na@x.example,\u202Egnp.exe\nb@x.example,مرحبا\n"));
  await expect(page.getByRole("cell", { name: "[U+202E]gnp.exe" }).first()).toBeVisible();
  await page.getByLabel("Encoding").selectOption("windows-1252");
  await expect(page.getByText("Chosen by you.")).toBeVisible();
  await expect(page.getByRole("cell", { name: /Ù…/ }).first()).toBeVisible();
  await page.getByLabel("Encoding").selectOption("utf-8");
  await expect(page.getByRole("cell", { name: "مرحبا" }).first()).toBeVisible();
});

test("works by keyboard alone, and says what is missing", async ({ marketer: page }) => {
  await page.goto("/imports/new");
  await page.getByLabel("CSV file").setInputFiles(csv("keys.csv", "colour,size\nred,1\n"));
  await page.getByRole("button", { name: "Choose another file" }).focus();
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement?.textContent))?.includes("Upload and look")) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/imports\/imp_/);
  await page.getByRole("button", { name: "Check the file" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "identifies the person" })).toBeVisible();
  await page.getByLabel('What "colour" becomes').focus();
  await page.getByLabel('What "colour" becomes').selectOption("user_id");
  await page.getByRole("button", { name: "Check the file" }).press("Enter");
  await page.getByRole("button", { name: "Import 1 row" }).press("Enter");
  await expect(page.getByText("Imported. People, events and totals are up to date.")).toBeVisible(SOON);
  await page.getByRole("button", { name: "Delete" }).press("Enter");
  await page.getByRole("button", { name: "Delete import" }).press("Enter");
  await page.waitForURL(/\/imports$/);
});

test("managers see no imports; who may not see personal data sees the shape of values only", async ({ manager, masked, admin, watch }) => {
  watch.allow(/403/);
  await manager.goto("/imports");
  await expect(manager.getByRole("heading", { name: "Imports" })).toHaveCount(0);
  expect((await manager.request.get("/api/imports")).status()).toBe(403);
  await upload(admin, SHOP, csv("secret.csv", "email,plan\njane.secret@x.example,platinum\n"));
  const path = new URL(admin.url()).pathname;
  await masked.goto(path);
  await expect(masked.getByText("Values are masked")).toBeVisible();
  expect(await masked.content()).not.toContain("jane.secret");
  expect(await (await masked.request.get(`/api${path}`)).text()).not.toMatch(/jane|platinum/);
});
