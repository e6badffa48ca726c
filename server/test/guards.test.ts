import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { actorless, bareActions, bareHandlers, sources, unguardedVerbs } from "./guards";
import { PROCESS_ONLY, PUBLIC_ACTIONS, PUBLIC_PAGES, PUBLIC_ROUTES, PUBLIC_VERBS } from "./guards-open";

const ROOT = join(import.meta.dirname, "..", "..");

const rooms = readdirSync(join(ROOT, "domain")).filter((room) => room !== "kernel" && existsSync(join(ROOT, "domain", room, "index.ts")));
const door = (room: string): string => readFileSync(join(ROOT, "domain", room, "index.ts"), "utf8");
const files = (room: string): ReturnType<typeof sources> => sources(ROOT, `domain/${room}`, /\.tsx?$/);

test("every verb and read of every room's door begins with the permission guard", () => {
  const found = rooms.flatMap((room) => unguardedVerbs(door(room), files(room)).map((one) => ({ ...one, key: `${room}.${one.name}` })));
  expect(found.filter(({ key }) => !(key in PUBLIC_VERBS)).map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
  expect(Object.keys(PUBLIC_VERBS).filter((key) => !found.some((one) => one.key === key))).toEqual([]);
});

test("doors name what they export, so that nothing slips past this test", () => {
  const found = rooms.flatMap((room) =>
    [...door(room).matchAll(/^export\s+(\*|\{[^}]*\})\s+from\s+"([^"]+)"/gm)]
      .filter(([, what, from]) =>
        what === "*" ? !/^\.\/(?:model|schemas)$/.test(from ?? "") : !/^(?:\.\/|@\/domain\/kernel\/)/.test(from ?? ""),
      )
      .map(([line]) => `${room}: ${line}`),
  );
  expect(found).toEqual([]);
});

test("no surface reaches the database past the actor", () => {
  const found = rooms.flatMap((room) => actorless(door(room), files(room)).map((one) => ({ ...one, key: `${room}.${one.name}` })));
  expect(found.filter(({ key }) => !(key in PROCESS_ONLY)).map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
  const names = Object.keys(PROCESS_ONLY).map((key) => key.split(".")[1] ?? "");
  const used = sources(ROOT, "app", /\.tsx?$/).flatMap(({ file, text }) =>
    [...text.matchAll(/import\s*\{([^}]*)\}\s*from\s*"@\/domain\/\w+"/g)].flatMap(([, list]) =>
      names.filter((name) => new RegExp(`\\b${name}\\b`).test(list ?? "")).map((name) => `${file}: ${name}`),
    ),
  );
  expect(used).toEqual([]);
});

test("every server action is made by the wrapper, and the public ones are known", () => {
  const found = sources(ROOT, "app", /\.tsx?$/).map(({ file, text }) => bareActions(file, text));
  expect(found.flatMap((one) => one.findings).map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
  expect(found.flatMap((one) => one.open).toSorted()).toEqual([...PUBLIC_ACTIONS].toSorted());
});

test("every route handler is made by a wrapper, and the exceptions are known", () => {
  const found = sources(ROOT, "app", /\/route\.tsx?$/).flatMap(({ file, text }) => bareHandlers(file, text));
  expect(found.filter(({ file }) => !(file in PUBLIC_ROUTES)).map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
  expect(Object.keys(PUBLIC_ROUTES).filter((file) => !found.some((one) => one.file === file))).toEqual([]);
});

test("every page checks who is there, and the public ones are known", () => {
  const open = sources(ROOT, "app", /\/page\.tsx$/).filter(({ text }) => !/\brequireUser\(/.test(text));
  expect(open.map(({ file }) => file).toSorted()).toEqual(Object.keys(PUBLIC_PAGES).toSorted());
});

test("the walkers find what they are for", () => {
  const good =
    'export async function a(ctx: Ctx, input: { x: number }): Promise<{ y: string }> {\n  requirePermission(ctx, "home:read");\n}\n';
  const bad =
    'export async function b(ctx: Ctx): Promise<Result<{ y: string }>> {\n  // requirePermission(ctx, "x")\n  return ctx.sql`x`;\n}\n';
  const raw = "export const x = 1;\nexport async function c(sql: AnySql): Promise<void> {}\n";
  const late = 'export function d(ctx: Ctx) {\n  const rows = read();\n  requirePermission(ctx, "home:read");\n}\n';
  const list = [{ file: "domain/x/x.ts", text: good + bad.replace(/\/\/.*\n/, "\n") + raw + late }];
  expect(unguardedVerbs('export { a, b, c, d } from "./x";', list).map((one) => one.name)).toEqual(["b", "d"]);
  expect(unguardedVerbs('export { a } from "./x";', list)).toEqual([]);
  expect(actorless('export { a, b, c } from "./x";', list).map((one) => one.name)).toEqual(["c"]);
  expect(bareActions("f", '"use server";\nexport const save = action("a:b", run);\nexport const open = publicAction(run);\n')).toEqual({
    findings: [],
    open: ["f open"],
  });
  expect(bareActions("f", '"use server";\nexport async function save() {}\n').findings).toHaveLength(1);
  expect(bareActions("f", '"use server";\nexport const save = async () => {};\n').findings).toHaveLength(1);
  expect(bareActions("f", '"use server";\nexport { save } from "./x";\n').findings).toHaveLength(1);
  expect(bareActions("f", 'function X() { async function save() { "use server"; } }').findings).toHaveLength(1);
  expect(bareHandlers("f", 'export const GET = route("a:b", run);\nexport const POST: H = route("a:b", run);')).toEqual([]);
  expect(bareHandlers("f", "export async function GET() {}\nexport const POST = handler;\nexport { x as PUT };")).toHaveLength(3);
});
