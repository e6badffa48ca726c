import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * A mis-set resolver or a renamed option makes lint rules report nothing at all. So each rule that the architecture
 * rests on is shown a violation here, and an allowed neighbour.
 */
const PLANTED: { file: string; text: string; rule: string }[] = [
  {
    file: "app/page-one.ts",
    text: 'import { users } from "@/db/schema/access";\nexport const a = users;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "app/page-two.ts",
    text: 'import { inner } from "@/domain/events/inner";\nexport const a = inner;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "components/ui/button.ts",
    text: 'import { M } from "@/domain/events/model";\nexport const a = M;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "components/home/card.ts",
    text: 'import { door } from "@/domain/events";\nexport const a = door;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "components/home/other.ts",
    text: 'import { b } from "@/components/people/list";\nexport const a = b;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "components/home/from-app.ts",
    text: 'import type { P } from "@/app/page-ok";\nexport type A = P;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "domain/events/upstream.ts",
    text: 'import { door } from "@/domain/profiles";\nexport const a = door;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "domain/events/upstream-type.ts",
    text: 'import type { Door } from "@/domain/profiles";\nexport type A = Door;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "domain/profiles/past-the-door.ts",
    text: 'import { inner } from "@/domain/events/inner";\nexport const a = inner;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "domain/profiles/screen.ts",
    text: 'import { b } from "@/components/people/list";\nexport const a = b;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "domain/kernel/rooms.ts",
    text: 'import { door } from "@/domain/events";\nexport const a = door;\n',
    rule: "boundaries(dependencies)",
  },
  {
    file: "domain/profiles/relative.ts",
    text: 'import { inner } from "../events/inner";\nexport const a = inner;\n',
    rule: "boundaries(dependencies)",
  },
  { file: "db/rules.ts", text: 'import { door } from "@/domain/events";\nexport const a = door;\n', rule: "boundaries(dependencies)" },
  {
    file: "server/inner.ts",
    text: 'import { inner } from "@/domain/events/inner";\nexport const a = inner;\n',
    rule: "boundaries(dependencies)",
  },
  { file: "domain/events/env.ts", text: "export const a = process.env.HOME;\n", rule: "node(no-process-env)" },
  { file: "app/env.ts", text: "export const a = process.env.HOME;\n", rule: "node(no-process-env)" },
  { file: "domain/events/loose.ts", text: "export const a = (x: any): unknown => x;\n", rule: "typescript(no-explicit-any)" },
  {
    file: "domain/events/floating.ts",
    text: "const f = async (): Promise<void> => {};\nexport const a = (): void => {\n  f();\n};\n",
    rule: "typescript(no-floating-promises)",
  },
  {
    file: "domain/events/cycle-a.ts",
    text: 'import { b } from "./cycle-b";\nexport const a = (): number => b();\n',
    rule: "import(no-cycle)",
  },
  { file: "domain/events/talk.ts", text: 'console.log("x");\nexport const a = 1;\n', rule: "eslint(no-console)" },
];

const ALLOWED: { file: string; text: string }[] = [
  {
    file: "app/page-ok.ts",
    text: 'import { door } from "@/domain/events";\nimport { M } from "@/domain/events/model";\nimport { b } from "@/components/people/list";\nexport type P = number;\nexport const a = [door, M, b];\n',
  },
  {
    file: "components/people/list.ts",
    text: 'import { M } from "@/domain/events/model";\nimport { c } from "./row";\nexport const b = [M, c];\n',
  },
  { file: "components/people/row.ts", text: "export const c = 1;\n" },
  { file: "domain/events/model.ts", text: "export const M = 1;\n" },
  { file: "domain/events/inner.ts", text: 'import { M } from "./model";\nexport const inner = M;\n' },
  { file: "domain/events/index.ts", text: 'export { inner as door } from "./inner";\nexport type Door = number;\n' },
  { file: "domain/events/cycle-b.ts", text: 'import { a } from "./cycle-a";\nexport const b = (): number => a();\n' },
  {
    file: "domain/profiles/index.ts",
    text: 'import { door as events } from "@/domain/events";\nimport { users } from "@/db/schema/access";\nexport const door = [events, users];\nexport type Door = number;\n',
  },
  { file: "db/schema/access.ts", text: 'import { M } from "@/domain/events/model";\nexport const users = M;\n' },
  {
    file: "server/ok.ts",
    text: 'import { door } from "@/domain/events";\nimport { users } from "@/db/schema/access";\nexport const a = [door, users];\n',
  },
  { file: "domain/kernel/env.ts", text: "export const a = process.env.HOME;\n" },
];

interface Report {
  diagnostics: { code: string; filename: string }[];
}

let folder = "";
let found: Map<string, Set<string>>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-lint-"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const name of [".oxlintrc.json", "tsconfig.json"]) cpSync(join(ROOT, name), join(folder, name));
  for (const { file, text } of [...PLANTED, ...ALLOWED]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  let text: string;
  try {
    text = execFileSync(process.execPath, [join(ROOT, "node_modules/oxlint/bin/oxlint"), "--type-aware", "--format=json"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 50_000_000,
    });
  } catch (error) {
    text = (error as { stdout: string }).stdout;
  }
  found = new Map();
  for (const { code, filename } of (JSON.parse(text) as Report).diagnostics) {
    const rules = found.get(filename) ?? new Set();
    rules.add(code);
    found.set(filename, rules);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(PLANTED)("lint catches $rule in $file", ({ file, rule }) => {
  expect([...(found.get(file) ?? [])]).toContain(rule);
});

test.each(ALLOWED)("lint lets $file pass the boundaries", ({ file }) => {
  const rules = [...(found.get(file) ?? [])];
  expect(rules.filter((rule) => rule.startsWith("boundaries") || rule.startsWith("node"))).toEqual([]);
});
