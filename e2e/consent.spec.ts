import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

const stamp = Date.now().toString(36);

interface Answer {
  purposes: { purposeId: string; answer: { allowed: boolean; reason: string; state: string } }[];
  ledger: { origin: string; key: string }[];
}
const stateOf = async (page: Page, id: string, purpose: string): Promise<string> => {
  const { data } = (await (await page.request.get(`/api/consent/people/${id}`)).json()) as { data: Answer };
  const one = data.purposes.find(({ purposeId }) => purposeId === purpose)?.answer;
  return `${one?.state} ${one?.reason}`;
};

/** A person of this test, by a message; the profile's id. */
async function makePerson(page: Page, writeKey: string, userId: string, more: object = {}): Promise<string> {
  const sent = await page.request.post("/v1/identify", {
    data: { writeKey, userId, traits: { email: `${userId}@x.com`, name: userId }, ...more },
  });
  expect(sent.status()).toBe(200);
  return findPerson(page, userId);
}

/** Once their first message is processed. */
async function findPerson(page: Page, identifier: string): Promise<string> {
  let id: number | null = null;
  await expect
    .poll(
      async () => {
        const answer = await page.request.get(`/api/profiles/search?${new URLSearchParams({ q: identifier })}`);
        id = ((await answer.json()) as { data: { exact: number | null } }).data.exact;
        return id;
      },
      { timeout: 30_000 },
    )
    .not.toBeNull();
  return String(id);
}

const makeSource = (cli: (...args: string[]) => unknown, name: string): string =>
  (cli("source", "create", "--name", `${name} ${stamp}`, "--type", "website") as { writeKey: string }).writeKey;

test("an admin drafts, publishes and archives a purpose; a marketer looks on", async ({ admin, marketer }) => {
  const name = `Letters ${stamp}`;
  await admin.goto("/consent");
  await expectAccessible(admin);
  await admin.getByRole("button", { name: "Add purpose" }).click();
  const sheet = admin.getByRole("dialog");
  await sheet.getByLabel("Name", { exact: true }).fill(name);
  await sheet.getByLabel("Title").fill("Letters");
  await sheet.getByRole("button", { name: "Save draft" }).click();
  await expect(sheet.getByText("Write the notice.")).toBeVisible();
  await sheet.getByLabel("Text", { exact: true }).fill("May we write to you?");
  await expectAccessible(admin);
  await sheet.getByRole("button", { name: "Save draft" }).click();
  const row = admin.getByRole("row", { name: new RegExp(name) });
  await expect(row.getByText("Draft of 1")).toBeVisible();
  await row.getByRole("button", { name: "Publish" }).click();
  await admin.getByRole("button", { name: "Publish version" }).click();
  await expect(row.getByText("Version 1")).toBeVisible();
  await row.getByRole("button", { name: "Archive" }).click();
  await expect(row.getByText("Archived")).toBeVisible();
  await marketer.goto("/consent");
  await expect(marketer.getByRole("row", { name: /E-mail marketing/ })).toBeVisible();
  await expect(marketer.getByRole("button", { name: "Add purpose" })).toHaveCount(0);
});

test("the policy says what a change would do before it is saved", async ({ admin }) => {
  // axe walks a hundred selects twice.
  test.slow();
  await admin.goto("/consent?tab=policy");
  const cell = admin.getByLabel("Service and support: Training of models");
  const save = admin.getByRole("button", { name: "Save policy" });
  const before = await cell.inputValue();
  const after = before === "block" ? "basis" : "block";
  await cell.selectOption(after);
  await expect(admin.getByText(/This would (?:block|let in) [\d,]+ |Nobody is affected/)).toBeVisible();
  await expectAccessible(admin);
  await save.click();
  await expect(admin.getByText("The policy is saved and in force.")).toBeVisible();
  // The page shows the policy as it stands now.
  await expect(save).toHaveCount(0);
  await expect(cell).toHaveValue(after);
  await cell.selectOption(before);
  await save.click();
  await expect(save).toHaveCount(0);
  await expect(cell).toHaveValue(before);
  await admin.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(admin, 360);
});

test("what a person said stands on their page; an operator records more, and the past can be asked", async ({ marketer, cli }) => {
  const writeKey = makeSource(cli, "Consent tab");
  const context = { consent: { categoryPreferences: { advertising: true, analytics: false } } };
  const id = await makePerson(marketer, writeKey, `consent-${stamp}`, { context });
  await marketer.goto(`/profiles/${id}?tab=consent`);
  const row = (name: string) => marketer.getByRole("row", { name: new RegExp(`^${name}`) });
  await expect(row("Advertising").first()).toContainText("Granted");
  await expect(row("Analytics").first()).toContainText("Denied");
  await expect(row("E-mail marketing").first()).toContainText("Unknown");
  await expectAccessible(marketer);
  await marketer.getByRole("button", { name: "Record consent" }).click();
  const dialog = marketer.getByRole("dialog");
  await dialog.getByLabel("About").selectOption({ label: "E-mail marketing, E-mail" });
  await dialog.getByRole("button", { name: "Record consent" }).click();
  await expect(dialog.getByText("Say how the person told you")).toBeVisible();
  await dialog.getByLabel("How you know").fill("On the phone.");
  await dialog.getByRole("button", { name: "Record consent" }).click();
  await expect(row("E-mail marketing").first()).toContainText("Granted");
  await expect(marketer.getByText("note: On the phone.")).toBeVisible();
  await marketer.getByLabel("As of").fill("2020-01-01");
  await expect(row("Advertising").first()).toContainText("Unknown");
  await expect(marketer.getByText("Nothing was said yet")).toBeVisible();
});

test("the preference centre works behind its link alone, and one click leaves", async ({ marketer, browser, cli }) => {
  const writeKey = makeSource(cli, "Preferences");
  const id = await makePerson(marketer, writeKey, `prefs-${stamp}`);
  await marketer.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await marketer.goto(`/profiles/${id}?tab=consent`);
  await marketer.getByRole("button", { name: "Copy preference link" }).click();
  await expect(marketer.getByText("The link to this person's preference centre is copied.")).toBeVisible();
  const link = await marketer.evaluate(() => navigator.clipboard.readText());
  // Somebody who is not signed in.
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page, 360);
  const mail = page.getByRole("switch", { name: /E-mail, E-mail marketing/ });
  await mail.focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Save preferences" }).click();
  await expect(page.getByRole("status")).toHaveText("Your preferences are saved.");
  expect(await stateOf(marketer, id, "email_marketing")).toBe("granted allowed");
  await page.getByRole("button", { name: /^7/ }).click();
  await expect(page.getByText(/Messages are paused until/)).toBeVisible();
  expect(await stateOf(marketer, id, "email_marketing")).toBe("granted paused");
  await page.getByRole("button", { name: "End the pause" }).click();
  await expect(page.getByRole("button", { name: /^7/ })).toBeVisible();

  const oneClick = link.replace("/preferences/", "/unsubscribe/");
  // Mail scanners follow links: reading one changes nothing.
  const seen = await page.request.get(oneClick);
  expect(seen.url()).toContain("/preferences/");
  expect(await stateOf(marketer, id, "email_marketing")).toBe("granted allowed");
  const left = await page.request.post(oneClick, { form: { "List-Unsubscribe": "One-Click" } });
  expect(left.status()).toBe(200);
  expect(await stateOf(marketer, id, "email_marketing")).toBe("granted unsubscribed");
  expect((await page.request.post(`${oneClick}x`, { form: { "List-Unsubscribe": "One-Click" } })).status()).toBe(404);
  await page.goto(`${link}x`);
  await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  await context.close();
});

test.describe("the banner on a site of another origin", () => {
  let site: Server;
  let origin = "";
  let html = "";
  test.beforeAll(async () => {
    site = createServer((_req, res) => {
      res.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      res.end(html);
    });
    await new Promise<void>((done) => site.listen(0, "127.0.0.1", () => done()));
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  });
  test.afterAll(() => void site.close());

  const open = async (page: Page, base: string, writeKey: string): Promise<void> => {
    html = `<!doctype html><html lang="en"><head><title>Shop</title>
      <script>window.tributaryConsent = ${JSON.stringify({ writeKey, cmpId: 4000, tcfVendors: [755], vendorListVersion: 150 })};</script>
      <script src="${base}/consent.js" defer></script></head>
      <body><main><h1>Shop</h1><button type="button" data-tributary-consent>Privacy choices</button></main></body></html>`;
    await page.goto(origin);
  };
  const visitor = async (page: Page): Promise<string> =>
    JSON.parse((await page.evaluate(() => localStorage.getItem("ajs_anonymous_id"))) ?? '""') as string;
  const google = (page: Page): Promise<unknown> =>
    page.evaluate(() => (window as unknown as { tributaryConsent: { state(): { google: unknown } } }).tributaryConsent.state().google);
  test("denies until asked, tells Google, keeps the choice, and sends it with strings that hold", async ({
    admin,
    browser,
    baseURL,
    cli,
  }) => {
    const writeKey = makeSource(cli, "Banner");
    const context = await browser.newContext();
    const page = await context.newPage();
    await open(page, baseURL ?? "", writeKey);
    const banner = page.getByRole("dialog", { name: "Your privacy" });
    await expect(banner).toBeVisible();
    await expectAccessible(page);
    expect(await google(page)).toMatchObject({
      ad_storage: "denied",
      ad_user_data: "denied",
      ad_personalization: "denied",
      analytics_storage: "denied",
    });
    await banner.getByRole("button", { name: "Choose" }).press("Enter");
    const first = banner.getByRole("checkbox").first();
    await expect(first).toBeFocused();
    await page.keyboard.press("Space");
    await banner.getByRole("checkbox", { name: /Advertising/ }).check();
    await banner.getByRole("button", { name: "Save choices" }).click();
    await expect(banner).toHaveCount(0);
    expect(await google(page)).toMatchObject({
      ad_storage: "granted",
      ad_user_data: "granted",
      ad_personalization: "granted",
      analytics_storage: "granted",
      personalization_storage: "denied",
    });
    await page.reload();
    await expect(page.getByRole("button", { name: "Privacy choices" })).toBeVisible();
    await expect(banner).toHaveCount(0);
    const id = await findPerson(admin, await visitor(page));
    await expect.poll(() => stateOf(admin, id, "advertising")).toBe("granted allowed");
    expect(await stateOf(admin, id, "personalisation")).toBe("denied denied");
    const { data } = (await (await admin.request.get(`/api/consent/people/${id}`)).json()) as { data: Answer };
    // The strings that the banner made were read and found valid.
    expect(data.ledger.map(({ key }) => key)).toEqual(expect.arrayContaining(["$tcf", "$gpp", "advertising", "analytics"]));
    await page.getByRole("button", { name: "Privacy choices" }).click();
    await banner.getByRole("button", { name: "Reject all" }).click();
    await expect.poll(() => stateOf(admin, id, "advertising")).toBe("denied denied");
    await context.close();
  });

  test("honours Global Privacy Control without asking", async ({ admin, browser, baseURL, cli }) => {
    const writeKey = makeSource(cli, "Banner GPC");
    const context = await browser.newContext({ extraHTTPHeaders: { "Sec-GPC": "1" } });
    const page = await context.newPage();
    await page.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
    await open(page, baseURL ?? "", writeKey);
    await page.getByRole("dialog", { name: "Your privacy" }).getByRole("button", { name: "Accept all" }).click();
    expect(await google(page)).toMatchObject({ analytics_storage: "granted", ad_storage: "denied", ad_user_data: "denied" });
    const id = await findPerson(admin, await visitor(page));
    await expect.poll(() => stateOf(admin, id, "analytics")).toBe("granted allowed");
    expect(await stateOf(admin, id, "sale_or_sharing")).toBe("denied denied");
    expect(await stateOf(admin, id, "advertising")).toBe("denied denied");
    await context.close();
  });
});
