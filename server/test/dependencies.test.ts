import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

test("docs/dependencies.md has one line for each runtime dependency, with the licence that the package states", () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  const lines = readFileSync(join(ROOT, "docs", "dependencies.md"), "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, name, purpose, reason, licence] = /^\| `([^`]+)` \| (.+) \| (.+) \| (.+) \|$/.exec(line) ?? [];
      return name && purpose && reason && licence ? [{ name, licence }] : [];
    });
  expect(lines.map((line) => line.name)).toEqual(Object.keys(manifest.dependencies).toSorted());
  for (const { name, licence } of lines) {
    const installed = JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")) as { license?: string };
    expect({ name, licence: installed.license }).toEqual({ name, licence });
  }
});
