import { codeAt } from "../domain/access/totp";
import { ACCOUNTS, PASSWORD } from "./accounts";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

const COOKIE = "tributary.session";
/** Members that only this file uses, so that other files may run at the same time. */
const name = (what: string): string => `auth-${what}-${Math.random().toString(36).slice(2, 8)}@e2e.test`;

test("a page asks for sign-in first and is shown afterwards; the keyboard is enough", async ({ page }) => {
  await page.goto("/settings/profile");
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=%2Fsettings%2Fprofile/);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page, 360);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByLabel("E-mail").focus();
  await page.keyboard.type(ACCOUNTS.marketer.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings\/profile$/);
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
});

test("a wrong password and an unknown address read the same, and the sixth try has to wait", async ({ page, watch }) => {
  watch.allow(/401/);
  await page.goto("/sign-in");
  const email = name("nobody");
  for (let i = 0; i < 6; i++) {
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(`not the password ${i}`);
    const answer = page.waitForResponse(/callback\/credentials/);
    await page.getByRole("button", { name: "Sign in" }).click();
    await answer;
    await expect(page.getByRole("alert").first()).toContainText(i < 5 ? "The e-mail address or the password is wrong." : "Too many tries.");
  }
  expect((await page.context().cookies()).filter((cookie) => cookie.name === COOKIE)).toEqual([]);
});

for (const callback of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
  test(`after sign-in nobody is led to ${callback}`, async ({ page, baseURL }) => {
    await page.goto(`/sign-in?callbackUrl=${encodeURIComponent(callback)}`);
    await page.getByLabel("E-mail").fill(ACCOUNTS.manager.email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${baseURL}/`);
  });
}

test("signing in makes a new session, signing out kills the cookie at once, also a stolen copy", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  const signIn = async () => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(ACCOUNTS.manager.email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page).not.toHaveURL(/sign-in/);
  };
  const cookie = async () => (await context.cookies()).find((one) => one.name === COOKIE);
  await signIn();
  const stolen = await cookie();
  expect(stolen).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  const thief = await browser.newContext({ baseURL });
  await thief.addCookies([stolen!]);
  expect((await thief.request.get("/settings/profile", { maxRedirects: 0 })).status()).toBe(200);

  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await cookie()).toBeUndefined();
  expect((await thief.request.get("/settings/profile", { maxRedirects: 0 })).status()).toBe(307);

  await signIn();
  expect((await cookie())?.value).not.toBe(stolen?.value);
  await thief.close();
  await context.close();
});

test("invited by link: choose a password, be in; the link works once; disabled members are out at once", async ({
  admin,
  browser,
  baseURL,
}) => {
  const email = name("invited");
  await admin.goto("/settings/members?invite=true");
  await admin.getByRole("dialog").getByLabel("Name").fill("Ivy Invited");
  await admin.getByRole("dialog").getByLabel("E-mail").fill(email);
  await admin.getByRole("radio", { name: /^Manager/ }).check();
  await admin.getByRole("button", { name: "Invite member" }).click();
  const link = await admin.getByLabel("One-time link").inputValue();
  expect(link).toMatch(new RegExp(`^${baseURL}/invite/`));
  await expectAccessible(admin);
  await admin.getByRole("button", { name: "Done" }).click();
  await expect(admin.getByRole("row", { name: new RegExp(email) })).toContainText("Invited");

  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  await page.goto(link);
  await expectAccessible(page);
  await page.getByLabel("Password").fill("qwerty123456");
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.getByText("one of the most common passwords")).toBeVisible();
  await expect(page.getByLabel("Password")).toBeFocused();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).toHaveURL(`${baseURL}/`);
  await expect(page.getByRole("button", { name: "Account of Ivy Invited" })).toBeVisible();
  await (await context.newPage()).goto(link);
  await expect(context.pages()[1]!.getByRole("heading", { name: "This invitation does not work" })).toBeVisible();
  await expectAccessible(context.pages()[1]!);

  await admin.reload();
  await admin.getByRole("button", { name: "Actions for Ivy Invited" }).click();
  await admin.getByRole("menuitem", { name: "Disable member" }).click();
  await admin.getByRole("alertdialog").getByRole("button", { name: "Disable member" }).click();
  await expect(admin.getByRole("row", { name: new RegExp(email) })).toContainText("Disabled");
  await page.goto("/settings/profile");
  await expect(page).toHaveURL(/\/sign-in/);
  await context.close();
});

test("a reset link sets a new password and ends the sessions", async ({ admin, browser, baseURL, cli }) => {
  const email = name("reset");
  const { execFileSync } = await import("node:child_process");
  execFileSync(
    process.execPath,
    ["server/cli.mjs", "user", "create", "--email", email, "--name", "Rex Reset", "--role", "manager", "--password-stdin"],
    { input: `${PASSWORD}\n`, env: { ...process.env, DATA_DIR: process.env.E2E_DATA_DIR ?? process.env.DATA_DIR } },
  );
  expect(cli("stats")).toBeTruthy();
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/sign-in/);

  await admin.goto("/settings/members");
  await admin
    .getByRole("row", { name: new RegExp(email) })
    .getByRole("button", { name: /^Actions for/ })
    .click();
  await admin.getByRole("menuitem", { name: "Password reset link" }).click();
  const link = await admin.getByLabel("One-time link").inputValue();

  const other = await browser.newContext({ baseURL });
  const fresh = await other.newPage();
  await fresh.goto(link);
  await expectAccessible(fresh);
  await fresh.getByLabel("Password").fill("a completely new sentence");
  await fresh.getByRole("button", { name: "Set password" }).click();
  await expect(fresh.getByRole("button", { name: "Account of Rex Reset" })).toBeVisible();
  await page.goto("/settings/profile");
  await expect(page).toHaveURL(/\/sign-in/);
  await other.close();
  await context.close();
});

test("a second factor: set up by keyboard and camera, asked for at sign-in, taken once, recovered, turned off", async ({
  browser,
  baseURL,
  cli,
}) => {
  test.setTimeout(120_000);
  const email = name("factor");
  const { password } = cli<{ password: string }>("user", "create", "--email", email, "--name", "Fay Factor", "--role", "marketer");
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  const first = async (): Promise<void> => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await first();
  await expect(page).toHaveURL(`${baseURL}/`);
  await page.goto("/settings/profile");
  await page.getByRole("button", { name: "Set up second factor" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Your password").fill(password);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("img", { name: "QR code for an authenticator app" })).toBeVisible();
  const secret = (await dialog.locator("code").textContent())!.replaceAll(" ", "");
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const code = (steps = 0): string => codeAt(key, Math.floor(Date.now() / 30_000) + steps);
  await expectAccessible(page);
  const confirmed = code();
  await dialog.getByLabel("Code that the app shows").fill(confirmed);
  await dialog.getByRole("button", { name: "Turn on" }).click();
  const listed = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(listed).toHaveCount(10);
  const codes = await listed.allTextContents();
  await dialog.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("10 of 10 recovery codes left")).toBeVisible();

  await context.clearCookies();
  await first();
  await expect(page.getByLabel("Code")).toBeFocused();
  await expectAccessible(page);
  // The code that set it up is used up; what has been refused leaves no session behind.
  await page.getByLabel("Code").fill(confirmed);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").first()).toContainText("This code is wrong or was used already");
  expect((await context.cookies()).filter((cookie) => cookie.name === COOKIE)).toEqual([]);
  await page.getByLabel("Code").fill(code(1));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${baseURL}/`);

  await context.clearCookies();
  await first();
  await page.getByLabel("Code").fill(codes[0]!.toLowerCase());
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${baseURL}/`);
  await page.goto("/settings/profile");
  await expect(page.getByText("9 of 10 recovery codes left")).toBeVisible();
  await page.getByRole("button", { name: "Turn off" }).click();
  await page.getByRole("dialog").getByLabel("Code").fill(codes[1]!);
  await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
  await expect(page.getByRole("button", { name: "Set up second factor" })).toBeVisible();
  await context.close();
});
