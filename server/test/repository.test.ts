import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);
const BINARY = /\.(?:png|jpg|jpeg|webp|gif|ico|woff2?|gz|zip|pdf)$/;
const texts = tracked.filter((file) => !BINARY.test(file)).map((file) => [file, readFileSync(join(ROOT, file), "utf8")] as const);

test("no file holds a path, user or name of the machine it was made on", () => {
  expect(texts.length).toBeGreaterThan(50);
  const { username } = userInfo();
  const words = [
    `${homedir()}/`,
    `${ROOT}/`,
    // Short or general names (root, node, localhost) would match ordinary words.
    ...[hostname(), username].filter((word) => word.length >= 8 && !/^(?:localhost|buildkit.*)$/.test(word)),
  ].filter((word) => word !== "/" && word !== "//" && word !== "/root/");
  const leaks = texts.flatMap(([file, text]) => [
    ...words.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`),
    ...[...text.matchAll(/(?:\/home\/[a-z][\w-]*\/|\/Users\/[A-Za-z][\w-]*\/|C:\\Users\\)[\w./\\-]*/g)].map(
      (found) => `${file}: ${found[0]}`,
    ),
  ]);
  expect(leaks).toEqual([]);
});

test("no key or password is kept in the repository", () => {
  const patterns = [
    /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/,
    /\bAKIA[0-9A-Z]{16}\b/,
    /\bghp_[A-Za-z0-9]{36}\b/,
    /\bxox[bp]-[0-9A-Za-z-]{20,}/,
    /\bsk_live_[0-9A-Za-z]{20,}/,
  ];
  const found = texts
    .filter(([file]) => file !== "server/test/repository.test.ts")
    .flatMap(([file, text]) => patterns.filter((pattern) => pattern.test(text)).map((pattern) => `${file}: ${pattern.source}`));
  expect(found).toEqual([]);
});

test("what is left for later is an issue, not a comment", () => {
  // Put together here, so that this file does not find itself.
  const marks = new RegExp(`\\b(?:${["TO.DO", "FIX.ME", "XX.X", "HA.CK"].map((word) => word.replace(".", "")).join("|")})\\b`);
  const found = texts
    .filter(([file]) => /\.(?:tsx?|mjs|js|css|sql)$/.test(file))
    .flatMap(([file, text]) => text.split("\n").flatMap((line, i) => (marks.test(line) ? [`${file}:${i + 1}`] : [])));
  expect(found).toEqual([]);
});
