// `npm test`: everything that says whether the product works, on a fresh clone. Plain Node builtins at the top: it
// installs what is missing first. `--only unit,e2e` picks stages; further words go to the test tools as filters.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkNode, install, installed } from "../install.mjs";

checkNode();
const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");
const REPORTS = join(ROOT, "test-results", "reports");
const bin = (path) => [process.execPath, join(ROOT, "node_modules", path)];

/** Runs a program; its output is kept and shown when it fails (or at once with --verbose). */
function run([command, ...args], env = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    const chunks = [];
    const keep = (chunk) => {
      chunks.push(chunk);
      if (verbose) process.stdout.write(chunk);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => done({ code: 1, output: error.message }));
    child.once("close", (code) => {
      children.delete(child);
      done({ code: code ?? 1, output: verbose ? "" : Buffer.concat(chunks).toString() });
    });
  });
}

const children = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    process.exitCode = 1;
  });
}

const flags = process.argv.slice(2);
const verbose = flags.includes("--verbose");
const onlyAt = flags.indexOf("--only");
const only = onlyAt >= 0 ? (flags[onlyAt + 1] ?? "").split(",").filter(Boolean) : undefined;
const filters = flags.filter((word, i) => !word.startsWith("--") && i !== onlyAt + 1 + (onlyAt < 0 ? flags.length : 0));

/** A check that passes or fails as one. */
const check =
  (...commands) =>
  async () => {
    for (const command of commands) {
      const { code, output } = await run(command);
      if (code !== 0) return { passed: 0, failed: 1, output };
    }
    return { passed: 1, failed: 0 };
  };

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const vitest = (project) => async () => {
  const file = join(REPORTS, `${project}.json`);
  rmSync(file, { force: true });
  const { code, output } = await run(
    [...bin("vitest/vitest.mjs"), "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile=${file}`, ...filters],
    {
      NODE_ENV: "test",
    },
  );
  const report = readReport(file);
  const passed = report?.numPassedTests ?? 0;
  // A file that cannot even be loaded has no tests to count, and is a failure all the same.
  const broken =
    report?.testResults?.filter((one) => one.status === "failed" && one.assertionResults.every((test) => test.status !== "failed"))
      .length ?? 0;
  const failed = (report?.numFailedTests ?? 0) + broken;
  return {
    passed,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    output: code === 0 ? "" : output,
  };
};

async function build() {
  const { code, output } = await run([process.execPath, join(ROOT, "server", "build.mjs")]);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
}

async function e2e() {
  const { findBrowser } = await import("./browser.mjs");
  let browser;
  try {
    browser = await findBrowser(ROOT, say);
  } catch (error) {
    return { passed: 0, failed: 1, output: error.message };
  }
  const file = join(REPORTS, "e2e.json");
  const { code, output } = await run([...bin("@playwright/test/cli.js"), "test", ...filters], {
    CHROMIUM_PATH: browser,
    E2E_REPORT: file,
    NODE_ENV: "test",
  });
  const stats = readReport(file)?.stats;
  const failed = (stats?.unexpected ?? 0) + (stats?.flaky ?? 0);
  return {
    passed: stats?.expected ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: stats?.skipped ?? 0,
    output: code === 0 ? "" : output,
  };
}

/** Short chaos runs of collection and of journeys, and the broken products in which they must find faults. */
async function chaos() {
  const result = { passed: 0, failed: 0, output: "" };
  for (const args of [
    ["--kills", "8", "--seconds", "20"],
    ["--kills", "2", "--seconds", "5", "--mutant", "async-commit"],
    ["--kills", "2", "--seconds", "5", "--mutant", "early-answer"],
    ["journeys", "--people", "150", "--kills", "4", "--pauses", "1", "--stops", "1"],
    ["journeys", "--people", "150", "--kills", "1", "--pauses", "0", "--stops", "0", "--mutant", "no-key"],
    ["journeys", "--people", "150", "--kills", "1", "--pauses", "0", "--stops", "0", "--mutant", "effects-outside"],
  ]) {
    const { code, output } = await run([process.execPath, join(ROOT, "server", "chaos", "run.mjs"), ...args], { NODE_ENV: "production" });
    if (code === 0) result.passed += 1;
    else {
      result.failed += 1;
      result.output += `chaos ${args.join(" ")}\n${output}\n`;
    }
  }
  return result;
}

const STAGES = {
  types: check([...bin("next/dist/bin/next"), "typegen"], [...bin("typescript/bin/tsc"), "--noEmit"]),
  lint: check([...bin("oxlint/bin/oxlint"), "--type-aware", "--deny-warnings"]),
  format: check([...bin("oxfmt/bin/oxfmt"), "--check"]),
  knip: check([...bin("knip/bin/knip.js")]),
  unit: vitest("unit"),
  integration: vitest("integration"),
  build,
  e2e,
  chaos,
};

/**
 * Steps one after the other; lanes of a step side by side; stages of a lane one after the other. Types and lint read
 * what the build rewrites, so they come before it; the browser gets the machine to itself.
 */
const PLAN = [
  [
    ["types", "lint"],
    ["format", "knip", "unit"],
  ],
  [["build"], ["integration"]],
  [["e2e"]],
  [["chaos"]],
];

const say = (text) => process.stdout.write(`${text}\n`);
const totals = { passed: 0, failed: 0 };

async function stage(name) {
  const started = performance.now();
  let result;
  try {
    result = await STAGES[name]();
  } catch (error) {
    result = { passed: 0, failed: 1, output: error.stack };
  }
  totals.passed += result.passed;
  totals.failed += result.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const skipped = result.skipped ? `, ${result.skipped} skipped` : "";
  if (result.output) say(`\n--- ${name} ${"-".repeat(Math.max(3, 70 - name.length))}\n${result.output.trimEnd()}\n${"-".repeat(75)}`);
  say(
    `${result.failed === 0 ? "ok  " : "FAIL"} ${name.padEnd(12)} ${String(result.passed).padStart(5)} passed, ${result.failed} failed${skipped}   ${seconds} s`,
  );
}

async function main() {
  const unknown = only?.filter((name) => !(name in STAGES)) ?? [];
  if (unknown.length > 0) throw new Error(`Unknown stage ${unknown.join(", ")}. Stages: ${Object.keys(STAGES).join(", ")}`);
  if (!installed(ROOT)) {
    say("installing packages (npm ci) ...");
    install(ROOT);
  }
  mkdirSync(REPORTS, { recursive: true });
  const wanted = new Set(only ?? Object.keys(STAGES));
  if (wanted.has("e2e") || wanted.has("chaos")) wanted.add("build");
  for (const lanes of PLAN) {
    await Promise.all(
      lanes.map(async (lane) => {
        for (const name of lane) if (wanted.has(name)) await stage(name);
      }),
    );
  }
}

void main()
  .catch((error) => {
    process.stderr.write(`${error.message}\n`);
    totals.failed += 1;
  })
  .then(() => {
    say(`${totals.passed} passed, ${totals.failed} failed`);
    process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
  });
