import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

const PAGES = [
  "/settings/profile",
  "/settings/general",
  "/settings/members",
  "/settings/sessions",
  "/settings/api-keys",
  "/settings/permissions",
  "/welcome",
] as const;

for (const path of PAGES) {
  test(`${path} is accessible in both themes and does not scroll sideways at 360 px`, async ({ admin }) => {
    await admin.goto(path);
    await expect(admin.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expectAccessible(admin);
    await expectNoSidewaysScroll(admin, 360);
  });
}

test("an API key is shown once, calls the API, rotates and dies on revocation", async ({ admin, request }) => {
  const label = `Desk ${Math.random().toString(36).slice(2, 8)}`;
  await admin.goto("/settings/api-keys");
  await admin.getByRole("button", { name: "Create API key" }).click();
  await expectAccessible(admin);
  await admin.getByLabel("Name").fill(label);
  await admin.getByRole("dialog").getByRole("button", { name: "Create API key" }).click();
  const key = await admin.getByLabel("API key", { exact: true }).inputValue();
  expect(key).toMatch(/^trb_sk_[0-9A-Za-z]{24}_[0-9A-Za-z]{6}$/);
  await admin.getByRole("button", { name: "Done" }).click();
  const row = admin.getByRole("row", { name: new RegExp(label) });
  await expect(row.first()).toContainText("Active");
  await expect(admin.getByText(key)).toHaveCount(0);

  const call = async (secret: string): Promise<number> => {
    const response = await request.get("/v1/spaces/main/collections/users/profiles/user_id:nobody/traits", {
      headers: { authorization: `Basic ${Buffer.from(`${secret}:`).toString("base64")}` },
    });
    return response.status();
  };
  expect(await call(key)).toBe(404);
  expect(await call(`${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`)).toBe(401);

  await row
    .first()
    .getByRole("button", { name: `Actions for ${label}` })
    .click();
  await admin.getByRole("menuitem", { name: "Rotate key" }).click();
  const next = await admin.getByLabel("API key", { exact: true }).inputValue();
  expect(next).not.toBe(key);
  expect(await call(next)).toBe(404);
  expect(await call(key)).toBe(404);
  await admin.keyboard.press("Escape");
  await expect(row).toHaveCount(2);

  for (const _ of [0, 1]) {
    await row
      .filter({ hasText: /Active|Ending/ })
      .first()
      .getByRole("button", { name: `Actions for ${label}` })
      .click();
    await admin.getByRole("menuitem", { name: "Revoke key" }).click();
    await admin.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
    await expect(admin.getByRole("alertdialog")).toBeHidden();
  }
  await expect(row.filter({ hasText: "Revoked" })).toHaveCount(2);
  await expect.poll(() => call(next), { timeout: 40_000 }).toBe(401);
  expect(await call(key)).toBe(401);
});

test("company, time zone and currency are saved; a wrong one is refused beside its field", async ({ admin }) => {
  await admin.goto("/settings/general");
  await admin.getByLabel("Company", { exact: true }).fill("Acme Rivers");
  await admin.getByLabel("Time zone").selectOption("Europe/Berlin");
  await admin.getByLabel("Currency").selectOption("USD");
  await admin.getByRole("button", { name: "Save settings" }).click();
  await expect(admin.getByText("Settings saved")).toBeVisible();
  await admin.reload();
  await expect(admin.getByLabel("Time zone")).toHaveValue("Europe/Berlin");
  await expect(admin.getByLabel("Currency")).toHaveValue("USD");
  await admin.getByLabel("Company", { exact: true }).fill(" ");
  await admin.getByRole("button", { name: "Save settings" }).click();
  await expect(admin.getByText("Enter the company's name.", { exact: true })).toBeVisible();
  await expect(admin.getByLabel("Company", { exact: true })).toHaveAttribute("aria-invalid", "true");
});

test("one's own name is saved and the wrong current password is refused", async ({ masked }) => {
  await masked.goto("/settings/profile");
  await masked.getByLabel("Name", { exact: true }).fill("Max Masked the Second");
  await masked.getByRole("button", { name: "Save name" }).click();
  await expect(masked.getByRole("button", { name: "Account of Max Masked the Second" })).toBeVisible();
  await masked.getByLabel("Current password").fill("not my password at all");
  await masked.getByLabel("New password").fill("a completely new sentence");
  await masked.getByRole("button", { name: "Change password" }).click();
  await expect(masked.getByText("This is not your current password.")).toBeVisible();
});

test("exchange rates are set, imported from a file, exported and removed; a marketer does not get in", async ({
  admin,
  marketer,
  watch,
}) => {
  watch.allow(/403/);
  await admin.goto("/settings/currencies");
  await admin.getByLabel("Currency", { exact: true }).selectOption("ISK");
  await admin.getByLabel("From day").fill("2025-01-01");
  await admin.getByLabel(/^1 unit in/).fill("0,0069");
  await admin.getByRole("button", { name: "Set rate" }).click();
  const rates = admin.getByRole("table", { name: "Rates" });
  await expect(rates.getByRole("row", { name: /2025-01-01 ISK 0\.0069/ })).toBeVisible();
  const load = async (text: string): Promise<void> => {
    await admin.getByLabel("File").setInputFiles({ name: "rates.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await admin.getByLabel("What the numbers mean").selectOption("from");
    await admin.getByRole("button", { name: "Import rates" }).click();
  };
  await load("Date,ISK\n2025-02-01,not a number\n");
  await expect(admin.getByText('Line 2: "not a number" is no rate of ISK.')).toBeVisible();
  await load("Date,ISK\n2025-02-01,125\n");
  await admin.getByRole("link", { name: /^ISK/ }).click();
  await expect(rates.getByRole("row", { name: /2025-02-01 ISK 0\.008/ })).toBeVisible();
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
  expect(await (await admin.request.get("/api/settings/exchange-rates")).text()).toContain("2025-02-01,ISK,0.008\r\n");
  for (const day of ["2025-01-01", "2025-02-01"]) await admin.getByRole("button", { name: `Remove the rate of ISK from ${day}` }).click();
  await expect(admin.getByRole("button", { name: /Remove the rate of ISK/ })).toHaveCount(0);
  await marketer.goto("/settings/currencies");
  await expect(marketer.getByLabel("From day")).toHaveCount(0);
});
