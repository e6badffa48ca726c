// Installs the packages when node_modules does not hold what package-lock.json says. Plain Node builtins only.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The oldest Node that this release runs on; package.json `engines` says the same. */
const OLDEST = [20, 19];

/** Ends the process with a clear text on a Node that is too old. */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  process.stderr.write(
    `Tributary needs Node ${OLDEST.join(".")} or newer; this is ${process.versions.node}. See https://nodejs.org/en/download\n`,
  );
  process.exit(1);
}

const digest = (text) => createHash("sha256").update(text).digest("hex");

/** Whether node_modules is what the lock file says (npm writes its own list as the last step of an install). */
export function installed(root) {
  const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
  const marker = join(root, "node_modules", ".tributary-lock");
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const wanted = `${digest(lockText)} ${digest(readFileSync(hidden))}`;
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return true;
  const have = JSON.parse(readFileSync(hidden, "utf8")).packages;
  for (const [path, entry] of Object.entries(JSON.parse(lockText).packages)) {
    if (path === "" || entry.link) continue;
    const there = have[path];
    if (there ? there.version !== entry.version : !entry.optional && !entry.devOptional) return false;
  }
  writeFileSync(marker, wanted);
  return true;
}

/**
 * `npm ci` with the npm that started us, else the one on the PATH. Development packages come too: the build needs
 * them, whatever NODE_ENV says.
 */
export function install(root) {
  const viaNode = process.env.npm_execpath?.endsWith(".js");
  const [command, first] = viaNode
    ? [process.execPath, [process.env.npm_execpath]]
    : [process.platform === "win32" ? "npm.cmd" : "npm", []];
  const npm = (...args) =>
    spawnSync(command, [...first, ...args, "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, NODE_ENV: "development", npm_config_yes: "true", npm_config_update_notifier: "false" },
    });
  const done = npm("ci");
  if (done.error) throw new Error(`npm could not be started (${done.error.message}). Install npm, or run "npm ci" by hand.`);
  if (done.status !== 0) throw new Error(`"npm ci" failed with code ${done.status}; its output is above.`);
  if (!installed(root))
    throw new Error(`"npm ci" ended, but node_modules does not hold what package-lock.json lists. Delete node_modules and start again.`);
}
