import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { PASSWORD } from "./accounts";
import { expect, expectAccessible, test } from "./fixtures";
import { CLIENT, type IdentityProvider, startIdentityProvider } from "./identity-provider";

const ROOT = join(import.meta.dirname, "..");
const COOKIE = "tributary.session";

/** An install of its own: the provider stands in its environment. */
const data = mkdtempSync(join(tmpdir(), "tributary-sso-"));
const { DATABASE_URL: _url, APP_ORIGIN: _origin, ...rest } = process.env;
let env: NodeJS.ProcessEnv = process.env;
let server: ReturnType<typeof spawn> | undefined;
let exited: Promise<void> = Promise.resolve();
let provider: IdentityProvider;
let origin = "";

const cli = <T>(...args: string[]): T =>
  JSON.parse(execFileSync(process.execPath, [join(ROOT, "server/cli.mjs"), ...args], { cwd: ROOT, env, encoding: "utf8" })) as T;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  chmodSync(data, 0o755);
  provider = await startIdentityProvider();
  env = {
    ...rest,
    HOST: "127.0.0.1",
    PORT: "0",
    DATA_DIR: data,
    LOG_LEVEL: "warn",
    ADMIN_EMAIL: "ada@sso.example",
    ADMIN_PASSWORD: PASSWORD,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_NAME: "Test ID",
  };
  const started = spawn(process.execPath, [join(ROOT, "server/start.mjs")], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  server = started;
  exited = new Promise<void>((done) => started.once("exit", () => done()));
  let output = "";
  origin = await new Promise<string>((done, fail) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /running at (http:\S+)/.exec(output)?.[1];
      if (found) done(found);
    };
    started.stdout.on("data", read);
    started.stderr.on("data", read);
    started.once("exit", (code) => fail(new Error(`The server ended with ${code}:\n${output}`)));
  });
  provider.serve(`${origin}/api/auth/callback/oidc`);
  cli("user", "create", "--email", "Mo.Member@SSO.example", "--name", "Mo Member", "--role", "marketer");
});

test.afterAll(async () => {
  server?.kill("SIGTERM");
  await exited;
  await provider.close();
  rmSync(data, { recursive: true, force: true });
});

/** Goes to the provider from the sign-in page, and through its form. */
async function throughProvider(page: Page, account: string): Promise<void> {
  await page.goto(`${origin}/sign-in?callbackUrl=%2Fsettings%2Fprofile`);
  await page.getByRole("button", { name: "Continue with Test ID" }).click();
  await page.waitForURL((url) => url.origin === provider.issuer);
  await page.locator('input[name="login"]').fill(account);
  await page.locator('input[name="password"]').fill("any");
  await page.locator('button[type="submit"]').click();
  // The provider asks once whether the product may know the address.
  await page.getByRole("button", { name: "Continue" }).click();
}

const hasSession = async (context: BrowserContext): Promise<boolean> =>
  (await context.cookies(origin)).some((cookie) => cookie.name === COOKIE);

test("a member signs in with the provider's verified address, in whatever case, and keeps role and name", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/sign-in`);
  await expectAccessible(page);
  await throughProvider(page, "mo.member@sso.example");
  await expect(page).toHaveURL(`${origin}/settings/profile`);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Mo Member");
  await expect(page.getByText(/^Marketer\./)).toBeVisible();
  await context.close();
});

test("an invited member joins with the role of the invitation; nobody becomes a member by signing in", async ({ browser }) => {
  const admin = await browser.newContext({ baseURL: origin });
  const page = await admin.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("ada@sso.example");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${origin}/`);
  await page.goto("/settings/members");
  await page.getByRole("button", { name: "Invite member" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill("ina@sso.example");
  await dialog.getByLabel("Name").fill("Ina Invited");
  await dialog.getByRole("radio", { name: /Manager/ }).click();
  await dialog.getByRole("button", { name: "Invite member" }).click();
  await expect(dialog.getByLabel("One-time link")).toBeVisible();

  const invited = await browser.newContext();
  const ina = await invited.newPage();
  await throughProvider(ina, "ina@sso.example");
  await expect(ina).toHaveURL(`${origin}/settings/profile`);
  await expect(ina.getByText(/^Manager\./)).toBeVisible();

  const stranger = await browser.newContext();
  const nobody = await stranger.newPage();
  await throughProvider(nobody, "stranger@sso.example");
  await expect(nobody.getByText("There is no member with this address.")).toBeVisible();
  expect(await hasSession(stranger)).toBe(false);
  await page.goto(`${origin}/settings/members`);
  await expect(page.getByRole("row")).toHaveCount(4);
  await expect(page.getByRole("row", { name: /Ina Invited/ })).toContainText("Active");
  for (const one of [admin, invited, stranger]) await one.close();
});

test("an address that the provider has not verified lets nobody in", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await throughProvider(page, "unverified.mo.member@sso.example");
  await expect(page.getByText("The provider has not verified your e-mail address.")).toBeVisible();
  expect(await hasSession(context)).toBe(false);
  await context.close();
});

/** An id token that is not the answer to what was asked. */
const FORGED: Record<string, { change: (claims: Record<string, unknown>) => Record<string, unknown>; wrongKey?: boolean }> = {
  "another nonce": { change: (claims) => ({ ...claims, nonce: "made-up" }) },
  "no nonce": { change: ({ nonce: _nonce, ...claims }) => claims },
  "another issuer": { change: (claims) => ({ ...claims, iss: "https://id.example" }) },
  "another client": { change: (claims) => ({ ...claims, aud: "somebody-else" }) },
  "a time that is over": { change: (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 3600 }) },
  "another key": { change: (claims) => claims, wrongKey: true },
  "another person than the provider names when asked": { change: (claims) => ({ ...claims, sub: "ada@sso.example" }) },
};
for (const [what, { change, wrongKey }] of Object.entries(FORGED)) {
  test(`an id token with ${what} lets nobody in`, async ({ browser }) => {
    provider.tamper(change, { wrongKey: wrongKey ?? false });
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await throughProvider(page, "mo.member@sso.example");
      await expect(page.getByText("Signing in did not work. Try again.")).toBeVisible();
      expect(await hasSession(context)).toBe(false);
    } finally {
      provider.tamper(null);
      await context.close();
    }
  });
}

test("an answer with a wrong state, without one, or in another browser lets nobody in", async ({ browser }) => {
  for (const spoil of ["wrong", "none", "other browser"] as const) {
    const context = await browser.newContext();
    const other = await browser.newContext();
    const page = await context.newPage();
    const kept = provider.keepAnswer();
    await throughProvider(page, "mo.member@sso.example");
    const answer = await kept;
    if (spoil === "wrong") answer.searchParams.set("state", "made-up");
    if (spoil === "none") answer.searchParams.delete("state");
    const victim = await (spoil === "other browser" ? other : context).newPage();
    await victim.goto(answer.href);
    await expect(victim.getByText("Signing in did not work. Try again."), spoil).toBeVisible();
    expect(await hasSession(context), spoil).toBe(false);
    expect(await hasSession(other), spoil).toBe(false);
    await context.close();
    await other.close();
  }
});
