import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseEnv } from "@/domain/kernel/env";
import { parseEnvFile } from "./load-env.mjs";

test(".env: comments, quotes, exports, spaces", () => {
  expect(parseEnvFile("# c\nA=1\n export B = two words # c\nC=\"x\\ny # no\"\nD='$raw # no'\nE=\nF=a#b\r\nnot a line\n")).toEqual({
    A: "1",
    B: "two words",
    C: "x\ny # no",
    D: "$raw # no",
    E: "",
    F: "a#b",
  });
});

test("a wrong variable is named, with what it should be", () => {
  expect(() => parseEnv({ PORT: "abc" })).toThrow(/PORT/);
  expect(() => parseEnv({ DATABASE_URL: "mysql://x" })).toThrow(/DATABASE_URL: must be a PostgreSQL URL/);
  expect(() => parseEnv({ APP_ORIGIN: "cdp.example.com", ADMIN_EMAIL: "x" })).toThrow(/APP_ORIGIN[\s\S]*ADMIN_EMAIL/);
  expect(parseEnv({ PORT: "", HOST: "" })).toMatchObject({ PORT: 3000, HOST: "127.0.0.1" });
});

test(".env.example describes every variable, and nothing else", () => {
  const root = join(import.meta.dirname, "..");
  const example = readFileSync(join(root, ".env.example"), "utf8");
  const listed = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((found) => found[1] ?? "").toSorted();
  const known = [...readFileSync(join(root, "domain/kernel/env.ts"), "utf8").matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(
    (found) => found[1] ?? "",
  );
  const internal = ["NODE_ENV", "TRIBUTARY_CWD"];
  expect(listed).toEqual(known.filter((name) => !internal.includes(name)).toSorted());
});
