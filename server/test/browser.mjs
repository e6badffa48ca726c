// Finds a real browser for the end-to-end tests, or installs one. Plain Node.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge"];
const PLACES = [
  "/usr/bin",
  "/usr/local/bin",
  "/snap/bin",
  "/opt/google/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS",
  "/Applications/Chromium.app/Contents/MacOS",
];

function onPath() {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...PLACES];
  for (const name of [...NAMES, "Google Chrome", "Chromium"]) {
    for (const folder of folders) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/** Playwright's own download, when it is there. */
async function fromPlaywright() {
  const { chromium } = await import("@playwright/test");
  const file = chromium.executablePath();
  return file && existsSync(file) ? file : undefined;
}

/** Whether the file really is a browser that starts here. */
function works(file) {
  const done = spawnSync(file, ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom", "about:blank"], {
    timeout: 60_000,
    encoding: "utf8",
  });
  return done.status === 0 && done.stdout.includes("<html>");
}

/**
 * Path of a Chromium or Chrome. In this order: CHROMIUM_PATH, an installed one, Playwright's own, then
 * `playwright install chromium`, then the Debian package (as root).
 * @param {string} root
 * @param {(text: string) => void} say
 */
export async function findBrowser(root, say) {
  if (process.env.CHROMIUM_PATH) {
    if (works(process.env.CHROMIUM_PATH)) return process.env.CHROMIUM_PATH;
    throw new Error(`CHROMIUM_PATH=${process.env.CHROMIUM_PATH} does not start as a browser.`);
  }
  const found = onPath();
  if (found && works(found)) return found;
  const own = await fromPlaywright();
  if (own && works(own)) return own;
  const tried = [found && `${found} (does not start)`, own && `${own} (does not start)`].filter(Boolean);

  say("no browser found: playwright install chromium");
  const cli = join(root, "node_modules", "@playwright", "test", "cli.js");
  spawnSync(process.execPath, [cli, "install", "chromium"], { cwd: root, stdio: "inherit", timeout: 300_000 });
  const installed = await fromPlaywright();
  if (installed && works(installed)) return installed;
  const root_ = process.getuid?.() === 0;
  if (root_ && installed) {
    // Downloaded, but a library of the system is missing.
    spawnSync(process.execPath, [cli, "install-deps", "chromium"], { cwd: root, stdio: "inherit", timeout: 600_000 });
    if (works(installed)) return installed;
  }
  if (root_ && existsSync("/usr/bin/apt-get")) {
    say("installing the Debian package chromium");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit", env, timeout: 300_000 });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { stdio: "inherit", env, timeout: 900_000 });
    const debian = onPath();
    if (debian && works(debian)) return debian;
  }
  throw new Error(
    [
      "No browser for the end-to-end tests.",
      ...tried,
      "Do one of these and run the tests again:",
      "  - install Chromium or Chrome (Debian, Ubuntu: sudo apt-get install chromium), or",
      "  - npx playwright install --with-deps chromium, or",
      "  - set CHROMIUM_PATH to the browser's file.",
    ].join("\n"),
  );
}
