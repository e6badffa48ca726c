import { execFileSync } from "node:child_process";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type APIRequestContext, type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { type Account, ACCOUNTS, PASSWORD } from "./accounts";

const ROOT = join(import.meta.dirname, "..");

function baseUrl(): string {
  const url = process.env.E2E_BASE_URL;
  if (!url) throw new Error("E2E_BASE_URL is not set: run through `npm run test:e2e` or `npx playwright test`.");
  return url;
}

/** Signs in by the API; the cookies stay in the given context. */
export async function signIn(request: APIRequestContext, account: Account): Promise<void> {
  const csrf = (await (await request.get("/api/auth/csrf")).json()) as { csrfToken: string };
  const answer = await request.post("/api/auth/callback/credentials", {
    form: { csrfToken: csrf.csrfToken, email: ACCOUNTS[account].email, password: PASSWORD, json: "true", callbackUrl: baseUrl() },
    headers: { origin: baseUrl() },
    maxRedirects: 0,
  });
  const session = (await (await request.get("/api/auth/session")).json()) as { user?: unknown };
  if (!session.user) throw new Error(`Sign-in as ${account} failed: ${answer.status()} ${await answer.text()}`);
}

/** Cookies of each account, made once per worker. */
const cookies = new Map<Account, Awaited<ReturnType<BrowserContext["storageState"]>>>();

export interface Watch {
  /** Console errors, uncaught exceptions, CSP violations and failed documents or scripts so far. */
  problems: string[];
  /** Takes problems that a test causes on purpose off the list. */
  allow(pattern: RegExp): void;
}

interface Fixtures {
  /** Opens a page signed in as somebody. Every such page is watched: a console error fails the test. */
  as(account: Account): Promise<Page>;
  admin: Page;
  marketer: Page;
  masked: Page;
  manager: Page;
  watch: Watch;
  /** Runs a command of the CLI on the server under test; its JSON result. */
  cli<T = unknown>(...args: string[]): T;
}

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(baseUrl()),
  watch: async ({}, use) => {
    // Previews of mails stand in frames without scripts; the browser says so when the test looks into them.
    const allowed: RegExp[] = [/Blocked script execution in 'about:srcdoc'/];
    const watch: Watch = { problems: [], allow: (pattern) => void allowed.push(pattern) };
    await use(watch);
    expect(
      watch.problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem))),
      "console errors, exceptions and CSP violations",
    ).toEqual([]);
  },
  as: async ({ browser, watch }, use, info) => {
    const contexts: BrowserContext[] = [];
    await use(async (account) => {
      let state = cookies.get(account);
      if (!state) {
        const context = await browser.newContext({ baseURL: baseUrl() });
        await signIn(context.request, account);
        state = await context.storageState();
        cookies.set(account, state);
        await context.close();
      }
      const { viewport, locale, timezoneId, colorScheme } = info.project.use;
      const context = await browser.newContext({ baseURL: baseUrl(), storageState: state, viewport, locale, timezoneId, colorScheme });
      contexts.push(context);
      const page = await context.newPage();
      watchPage(page, watch);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
  admin: async ({ as }, use) => use(await as("admin")),
  marketer: async ({ as }, use) => use(await as("marketer")),
  masked: async ({ as }, use) => use(await as("masked")),
  manager: async ({ as }, use) => use(await as("manager")),
  page: async ({ page, watch }, use) => {
    watchPage(page, watch);
    await use(page);
  },
  cli: async ({}, use) => {
    await use(<T>(...args: string[]) => runCli<T>(...args));
  },
});

export { expect };

/** Runs a command of the CLI against the server under test. */
export function runCli<T = unknown>(...args: string[]): T {
  const env = { ...process.env, DATA_DIR: process.env.E2E_DATA_DIR ?? process.env.DATA_DIR };
  const text = execFileSync(process.execPath, [join(ROOT, "server/cli.mjs"), ...args], { cwd: ROOT, env, encoding: "utf8" });
  return JSON.parse(text) as T;
}

export function watchPage(page: Page, watch: Watch): void {
  const documents = new Set<string>();
  page.on("request", (request) => {
    if (request.isNavigationRequest()) documents.add(request.url());
  });
  page.on("console", (message) => {
    // A page that is not there, or not for this member, says so with its status; what it shows is for the test to check.
    if (/status of 40[34]/.test(message.text()) && documents.has(message.location().url)) return;
    if (message.type() === "error") watch.problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => watch.problems.push(`exception: ${error.message}`));
  page.on("response", (response) => {
    const type = response.request().resourceType();
    if (response.status() >= 500) watch.problems.push(`${response.status()} ${response.url()}`);
    else if (response.status() >= 400 && (type === "script" || type === "stylesheet" || type === "font"))
      watch.problems.push(`${response.status()} ${response.url()}`);
  });
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * Fails when axe finds a violation of WCAG 2.2 A or AA on the page as it stands, in the light and in the dark theme.
 * Motion is finished first, so that half-faded colours are not measured.
 */
export async function expectAccessible(page: Page, options: { include?: string; exclude?: string[] } = {}): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const html = page.locator("html");
  const wasDark = await html.evaluate((element) => element.classList.contains("dark"));
  for (const theme of ["light", "dark"] as const) {
    await html.evaluate((element, dark) => {
      element.classList.toggle("dark", dark);
      element.classList.toggle("light", !dark);
      element.style.colorScheme = dark ? "dark" : "light";
    }, theme === "dark");
    await page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
          .map((one) => one.finished.catch(() => {})),
      ),
    );
    let axe = new AxeBuilder({ page }).withTags(RULES);
    if (options.include) axe = axe.include(options.include);
    for (const selector of options.exclude ?? []) axe = axe.exclude(selector);
    const { violations } = await axe.analyze();
    const found = violations.map(
      (violation) => `${violation.id} (${violation.help}): ${violation.nodes.map((node) => node.target.join(" ")).join(" | ")}`,
    );
    expect(found, `axe, ${theme} theme, ${page.url()}`).toEqual([]);
  }
  await html.evaluate((element, dark) => {
    element.classList.toggle("dark", dark);
    element.classList.toggle("light", !dark);
    element.style.colorScheme = dark ? "dark" : "light";
  }, wasDark);
}

/** The page does not scroll sideways at this width. */
export async function expectNoSidewaysScroll(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `sideways scroll at ${width} px`).toBeLessThanOrEqual(0);
}
