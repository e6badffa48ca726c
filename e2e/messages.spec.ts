import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);

test("the log of messages narrows by state and keeps it in the address; accounts are read-only for marketers", async ({ marketer }) => {
  await marketer.goto("/settings/channels");
  await expect(marketer.getByRole("heading", { name: "Channels", exact: true })).toBeVisible();
  await expect(marketer.getByRole("button", { name: "Add account" })).toHaveCount(0);
  await expectAccessible(marketer);
  await marketer.goto("/messages");
  await expect(marketer.getByRole("heading", { name: "Messages", exact: true })).toBeVisible();
  await marketer.getByLabel("State").selectOption("review");
  await expect(marketer).toHaveURL(/state=review/);
  await expectAccessible(marketer);
  await marketer.setViewportSize({ width: 360, height: 780 });
  await expectNoSidewaysScroll(marketer, 360);
});

test("an account is added, tested and removed; what is wrong is said beside its field", async ({ admin }) => {
  await admin.goto("/settings/channels");
  await admin.getByRole("button", { name: "Add account" }).first().click();
  const sheet = admin.getByRole("dialog", { name: "Add account" });
  await sheet.getByLabel("Provider").selectOption("twilio");
  await sheet.getByLabel("API address").fill("http://127.0.0.1:1/");
  await sheet.getByLabel("Name", { exact: true }).fill(`Texts ${run}`);
  await sheet.getByRole("button", { name: "Add account" }).click();
  await expect(sheet.getByText("Enter: Account SID.")).toBeVisible();
  await expect(sheet.getByText(/could not be reached/)).toBeVisible();
  await expectAccessible(admin);
  await sheet.getByLabel("API address").fill("https://no-such-name.example.com");
  await sheet.getByLabel("Account SID").fill("AC0");
  await sheet.getByLabel("Auth token").fill("not-a-token");
  await sheet.getByLabel("From", { exact: true }).fill("+4930123456");
  await sheet.getByRole("button", { name: "Add account" }).click();
  const row = admin.getByRole("row", { name: new RegExp(`Texts ${run}`) });
  await expect(row).toContainText("Twilio");
  await row.getByRole("button", { name: `Actions for Texts ${run}` }).click();
  await admin.getByRole("menuitem", { name: "Send a test" }).click();
  const dialog = admin.getByRole("dialog", { name: `Test Texts ${run}` });
  await dialog.getByRole("button", { name: "Send test" }).click();
  await expect(dialog.getByText("Enter a number such as +4915112345678.")).toBeVisible();
  await dialog.getByLabel("Send to this number").fill("+4915112345678");
  await dialog.getByRole("button", { name: "Send test" }).click();
  await expect(dialog.getByText(/The test was not taken/)).toBeVisible();
  await expectAccessible(admin);
  await admin.keyboard.press("Escape");
  await row.getByRole("button", { name: `Actions for Texts ${run}` }).click();
  await admin.getByRole("menuitem", { name: "Remove account and its keys" }).click();
  await expect(row).toHaveCount(0);
});

test("what reaches messages from outside gives nothing away", async ({ request, baseURL }) => {
  const pixel = await request.get(`${baseURL}/t/o/1-1.AAAAAAAAAAAAAAAA`);
  expect([pixel.status(), pixel.headers()["content-type"]]).toEqual([200, "image/gif"]);
  expect((await request.get(`${baseURL}/t/c/1-1-0.AAAAAAAAAAAAAAAA`, { maxRedirects: 0 })).status()).toBe(404);
  expect((await request.post(`${baseURL}/api/channels/chn_none/callback`, { data: {} })).status()).toBe(404);
  expect((await request.get(`${baseURL}/v1/inbox?writeKey=x&anonymousId=00000000-0000-4000-8000-000000000000`)).status()).toBe(401);
  const script = await request.get(`${baseURL}/tributary.js`);
  expect([script.status(), (await script.text()).length < 8_000]).toEqual([200, true]);
});
