import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { APIRequestContext } from "@playwright/test";
import type { Account } from "./accounts";
import { expect, test } from "./fixtures";

const ROOT = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(ROOT, ".next/server/server-reference-manifest.json"), "utf8")) as {
  node: Record<string, { exportedName?: string; filename?: string; workers: Record<string, unknown> }>;
};
const actions = Object.entries(manifest.node).map(([id, entry]) => ({
  id,
  name: entry.exportedName ?? id,
  file: entry.filename ?? "",
}));

/** Actions for people who are not signed in, and those that every member may call. */
const PUBLIC = ["createFirstAdminAction", "acceptInviteAction", "resetWithLinkAction", "signOutAction"];
const EVERYBODY = [
  "updateOwnNameAction",
  "changeOwnPasswordAction",
  "endOwnSessionAction",
  "endOtherSessionsAction",
  "dismissOnboardingAction",
];

const BODIES = ["[]", "[{}]", "[null]", '["x"]', '[{"id":"x"}]'];

async function call(request: APIRequestContext, path: string, id: string, body: string, headers: Record<string, string>): Promise<string> {
  const response = await request.post(path, {
    headers: { "next-action": id, "content-type": "text/plain;charset=UTF-8", accept: "text/x-component", ...headers },
    data: body,
    maxRedirects: 0,
  });
  return `${response.status()} ${await response.text()}`;
}

test("the build lists server actions, and each has a name", () => {
  expect(actions.length).toBeGreaterThan(10);
  expect(existsSync(join(ROOT, ".next/server/server-reference-manifest.json"))).toBe(true);
});

test("no server action works without a session", async ({ request, baseURL }) => {
  test.setTimeout(180_000);
  const open: string[] = [];
  for (const action of actions) {
    if (PUBLIC.includes(action.name)) continue;
    for (const body of BODIES) {
      const answer = await call(request, "/sign-in", action.id, body, { origin: baseURL!, "sec-fetch-site": "same-origin" });
      if (/"ok":true/.test(answer)) open.push(`${action.name} ${body}`);
      if (!/UNAUTHORIZED|^404|^307/.test(answer)) open.push(`${action.name} ${body}: ${answer.slice(0, 200)}`);
    }
  }
  expect(open).toEqual([]);
});

for (const account of ["manager", "marketer"] as const satisfies readonly Account[]) {
  test(`no server action of settings works for a ${account}, by whatever body`, async ({ as, baseURL }) => {
    test.setTimeout(180_000);
    const page = await as(account);
    const open: string[] = [];
    const guarded = actions.filter(({ name }) => ![...PUBLIC, ...EVERYBODY].includes(name));
    const chosen = account === "manager" ? guarded : guarded.filter(({ file }) => /settings/.test(file));
    expect(chosen.length).toBeGreaterThan(5);
    for (const action of chosen) {
      for (const body of BODIES) {
        const answer = await call(page.request, "/settings/profile", action.id, body, {
          origin: baseURL!,
          "sec-fetch-site": "same-origin",
        });
        if (!/FORBIDDEN|^404/.test(answer)) open.push(`${action.name} ${body}: ${answer.slice(0, 200)}`);
      }
    }
    expect(open).toEqual([]);
  });
}

test("an action is refused from a foreign origin, from null and without any", async ({ as }) => {
  const page = await as("admin");
  const own = actions.find(({ name }) => name === "updateOwnNameAction");
  expect(own).toBeDefined();
  const body = JSON.stringify([{ name: "Forged Name" }]);
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    {},
    { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
    { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
  ] as Record<string, string>[]) {
    const answer = await call(page.request, "/settings/profile", own!.id, body, headers);
    expect(answer, JSON.stringify(headers)).not.toMatch(/"ok":true/);
  }
  await page.goto("/settings/profile");
  await expect(page.getByLabel("Name", { exact: true })).not.toHaveValue("Forged Name");
});

/** Spellings of a path by which access checks of routers have been passed. */
const variants = (path: string): string[] => {
  const p = path === "/" ? "" : path;
  return [
    path,
    `${p}.rsc`,
    `${p}?_rsc=1`,
    `${p}/index.rsc`,
    `${p}.segments/_tree.segment.rsc`,
    `${p}.segments/$c$children/__PAGE__.segment.rsc`,
    `${p}.json`,
    `${p}/`,
    `/${path}`,
    `/.${path}`,
    `/%2e${path}`,
    path.toUpperCase(),
    `${p};x`,
    `/_next/data/build${p}.json`,
  ];
};
const HEADERS: Record<string, string>[] = [
  {},
  { rsc: "1" },
  { rsc: "1", "next-router-prefetch": "1" },
  { rsc: "1", "next-router-segment-prefetch": "/_tree" },
  { "x-middleware-subrequest": Array(5).fill("proxy").join(":") },
  { "x-middleware-subrequest": Array(5).fill("src/middleware").join(":") },
  { "x-nextjs-data": "1" },
  { "x-matched-path": "/settings/members" },
  { "x-now-route-matches": "1=members" },
  { "x-forwarded-host": "127.0.0.1" },
  { cookie: "tributary.session=forged" },
];
/** Texts that only the page itself has. */
const MARKERS: Record<string, RegExp> = {
  "/": /Everything this install holds/,
  "/settings/members": /admin@e2e\.test|signs the member out/,
  "/settings/sessions": /signs that browser out/,
  "/settings/api-keys": /your own servers call this install/,
  "/settings/general": /the ground that reports stand on/,
  "/settings/profile": /Where you are signed in/,
  "/profiles": /marketer@e2e\.test/,
  "/sources": /Create source|Connect a source/,
};

test("no spelling of a path shows a page without a session", async ({ request }) => {
  test.setTimeout(300_000);
  const leaks: string[] = [];
  let tried = 0;
  for (const [path, marker] of Object.entries(MARKERS)) {
    for (const url of variants(path)) {
      for (const headers of HEADERS) {
        tried++;
        const response = await request.get(url, { headers, maxRedirects: 0 }).catch(() => null);
        if (!response) continue;
        if (marker.test(await response.text())) leaks.push(`${url} ${JSON.stringify(headers)}`);
      }
    }
  }
  expect(tried).toBeGreaterThan(1_000);
  expect(leaks).toEqual([]);
});

test("markers are what signed-in members do see, so the test above can fail", async ({ admin }) => {
  for (const path of ["/settings/members", "/settings/sessions", "/settings/api-keys", "/settings/general", "/settings/profile", "/"]) {
    expect(await (await admin.request.get(path)).text(), path).toMatch(MARKERS[path]!);
  }
});

test("every page has the security headers with a nonce of its own, and breaks no policy", async ({ admin, page }) => {
  const nonces = new Set<string>();
  const check = (headers: Record<string, string>, where: string): void => {
    const policy = headers["content-security-policy"] ?? "";
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(nonce, where).toBeTruthy();
    expect(nonces.has(nonce!), `${where}: nonce used twice`).toBe(false);
    nonces.add(nonce!);
    for (const part of [
      "default-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
      "'strict-dynamic'",
    ])
      expect(policy, where).toContain(part);
    expect(policy, where).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(headers["x-content-type-options"], where).toBe("nosniff");
    expect(headers["referrer-policy"], where).toBe("same-origin");
    expect(headers["cross-origin-opener-policy"], where).toBe("same-origin");
    expect(headers["permissions-policy"], where).toContain("camera=()");
    expect(headers["x-powered-by"], where).toBeUndefined();
  };
  // The watcher of the fixtures fails the test on any CSP violation or console error of these pages.
  for (const path of ["/", "/profiles", "/sources", ...Object.keys(MARKERS).filter((one) => one.startsWith("/settings"))]) {
    const response = await admin.goto(path);
    check(response!.headers(), path);
    expect(await admin.locator("script[nonce]").count()).toBeGreaterThan(0);
  }
  check((await page.goto("/sign-in"))!.headers(), "/sign-in");
  check((await admin.request.get("/not/there")).headers(), "/not/there");
  check((await admin.request.get("/api/demo")).headers(), "/api/demo");
});

test("fifty malformed tokens are refused, and none is a server error", async ({ request }) => {
  for (let i = 0; i < 50; i++) {
    const token = ["Bearer", "Bearer ", `Bearer ${"x".repeat(i * 40)}`, `Bearer a.b.${i}`, "Bearer %%%", "Basic !!!", `Bearer ${"é"}`][
      i % 7
    ]!;
    const response = await request.get("/api/demo", {
      headers: { authorization: encodeURI(token), cookie: `tributary.session=${"eyJ".repeat(i)}.${i}` },
    });
    expect(response.status(), token).toBe(401);
  }
});
