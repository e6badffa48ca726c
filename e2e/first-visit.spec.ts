import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, expectAccessible, expectNoSidewaysScroll, test, watchPage } from "./fixtures";

const ROOT = join(import.meta.dirname, "..");
const PEOPLE = 60;

/** An install of its own: the demo data come and go, which the other specs must not notice. */
const data = mkdtempSync(join(tmpdir(), "tributary-first-"));
const { DATABASE_URL: _url, APP_ORIGIN: _origin, ADMIN_EMAIL: _email, ADMIN_PASSWORD: _password, ...rest } = process.env;
const env = { ...rest, HOST: "127.0.0.1", PORT: "0", DATA_DIR: data, LOG_LEVEL: "warn" };
let server: ReturnType<typeof spawn> | undefined;
let exited: Promise<void> = Promise.resolve();

test.setTimeout(240_000);

/** Starts the product and reads the link with the one-time token from what the terminal shows. */
async function firstStart(): Promise<URL> {
  // As root PostgreSQL runs as somebody else, who must be able to enter.
  chmodSync(data, 0o755);
  const started = spawn(process.execPath, [join(ROOT, "server/start.mjs")], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  server = started;
  exited = new Promise<void>((done) => started.once("exit", () => done()));
  let output = "";
  const url = await new Promise<string>((done, fail) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /http:\S+\/setup\?token=\S+/.exec(output)?.[0];
      if (found) done(found);
    };
    started.stdout.on("data", read);
    started.stderr.on("data", read);
    started.once("exit", (code) => fail(new Error(`The server ended with ${code}:\n${output}`)));
  });
  return new URL(url);
}

test.afterAll(async () => {
  server?.kill("SIGTERM");
  await exited;
  rmSync(data, { recursive: true, force: true });
});

test("from the terminal's link to demo data and back to nothing", async ({ browser, watch }) => {
  const link = await firstStart();
  const context = await browser.newContext({ baseURL: link.origin, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  watchPage(page, watch);

  // Without the token nobody becomes admin.
  await page.goto("/setup?token=made-up");
  await expect(page.getByRole("button", { name: "Create the first admin" })).toHaveCount(0);
  await expectAccessible(page);

  await page.goto(link.href);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page, 360);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByLabel("Your name").fill("Ada First");
  await page.getByLabel("E-mail").fill("ada@first.example");
  await page.getByLabel("Password").fill("a sentence that works well");
  await page.getByRole("button", { name: "Create the first admin" }).click();
  await expect(page).toHaveURL(/\/welcome$/);
  await expect(page.getByRole("heading", { level: 1, name: "Welcome, Ada First" })).toBeVisible();

  // Screens of an empty install.
  for (const [path, words] of [
    ["/", "Nobody yet."],
    ["/profiles", "No people yet"],
    ["/sources", "Connect your first source"],
    ["/imports", "Import"],
    ["/identity?tab=review", "Nothing to review"],
    ["/identity?tab=merges", "No merges yet"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByText(words).first(), path).toBeVisible();
    await expectAccessible(page);
  }

  execFileSync(process.execPath, [join(ROOT, "server/cli.mjs"), "demo", "load", "--people", String(PEOPLE)], { cwd: ROOT, env });
  await page.goto("/welcome");
  await expect(page.getByText(`Loaded: ${PEOPLE} people`)).toBeVisible();
  await page.getByRole("link", { name: "See the overview" }).click();
  await expect(page.getByRole("figure", { name: "People" })).toBeVisible();
  await page.goto("/profiles");
  await expect(page.locator("tbody tr[data-index]").first()).toBeVisible();

  await page.goto("/settings/general");
  await page.getByRole("button", { name: "Remove demo data" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Remove the demo data?" });
  await expect(dialog).toContainText(`their ${PEOPLE} people`);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Remove demo data" }).click();
  await expect(page.getByText("Not loaded.")).toBeVisible({ timeout: 90_000 });
  await page.goto("/profiles");
  await expect(page.getByText("No people yet")).toBeVisible();
  await page.goto("/sources");
  await expect(page.getByText("Connect your first source")).toBeVisible();

  // Loading from the screen shows how far it is; the test does not wait for all 20,000.
  await page.goto("/settings/general");
  await page.getByRole("button", { name: "Load demo data" }).click();
  await expect(page.getByText(/Loading: [\d,]+ of 20,000 people/)).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Demo data" })).toBeVisible();
  await expectAccessible(page);
  await context.close();
});
