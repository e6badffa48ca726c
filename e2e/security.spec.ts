import { existsSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import type { APIRequestContext } from "@playwright/test";
import type { Account } from "./accounts";
import { PUBLIC_ACTIONS, PUBLIC_PAGES, PUBLIC_ROUTES } from "../server/test/guards-open";
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
const PUBLIC = PUBLIC_ACTIONS.map((one) => one.slice(one.lastIndexOf(" ") + 1));
const EVERYBODY = [
  "updateOwnNameAction",
  "changeOwnPasswordAction",
  "endOwnSessionAction",
  "endOtherSessionsAction",
  "dismissOnboardingAction",
  "beginSecondFactorAction",
  "confirmSecondFactorAction",
  "renewRecoveryCodesAction",
  "turnOffSecondFactorAction",
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

test("no server action works without a session", async ({ request: client, baseURL }) => {
  test.setTimeout(180_000);
  const open: string[] = [];
  for (const action of actions) {
    if (PUBLIC.includes(action.name)) continue;
    for (const body of BODIES) {
      const answer = await call(client, "/sign-in", action.id, body, { origin: baseURL!, "sec-fetch-site": "same-origin" });
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

/** Spellings of a path by which access checks of routers have been passed. Sent as they stand: no client tidies them up. */
const variants = (path: string): string[] => {
  const p = path === "/" ? "" : path;
  const encoded = p.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
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
    `//127.0.0.1${path}`,
    `/.${path}`,
    `/%2e${path}`,
    `/x/..${path}`,
    `/x/%2e%2e${path}`,
    `/sign-in/..${path}`,
    `/sign-in/%2e%2e${path}`,
    `/_next/static/..${path}`,
    `/_next/static/%2e%2e${path}`,
    `/v1/..${path}`,
    `/icon.svg/..${path}`,
    path.toUpperCase(),
    `${p};x`,
    `${p};.svg`,
    `${p}%20`,
    `${p}%00`,
    `${p}%2f`,
    `${p}\\`,
    `${p}?.svg`,
    `${p}#x`,
    encoded === "" ? "/%2f" : encoded,
    `/_next/data/build${p}.json`,
    `/_next/image?url=${encodeURIComponent(path)}&w=64&q=75`,
    `/en${path}`,
    `http://127.0.0.1${path}`,
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
};
/** Every page of the shell has the main navigation; nobody without a session sees it, whatever the page. */
const SHELL = /aria-label="Main"|"aria-label":"Main"/;

/** Pages and handlers of the build, with something in place of each parameter. Public ones are left out. */
function builtPaths(): { pages: string[]; handlers: string[] } {
  const built = JSON.parse(readFileSync(join(ROOT, ".next/server/app-paths-manifest.json"), "utf8")) as Record<string, string>;
  const pages = new Set<string>();
  const handlers = new Set<string>();
  for (const key of Object.keys(built)) {
    if (`app${key}.tsx` in PUBLIC_PAGES || `app${key}.ts` in PUBLIC_ROUTES) continue;
    const path = key
      .replace(/\/(page|route)$/, "")
      .replaceAll(/\/\([^)]*\)/g, "")
      .replaceAll(/\[(?:\.\.\.)?[^\]]*\]/g, "1");
    if (/^\/(icon\.svg|_)/.test(path)) continue;
    (key.endsWith("/page") ? pages : handlers).add(path === "" ? "/" : path);
  }
  return { pages: [...pages].toSorted(), handlers: [...handlers].toSorted() };
}

interface Answer {
  status: number;
  location: string;
  body: string;
}

/** One GET with the path exactly as written. Null: the server refused to read it. */
const rawGet = (base: URL, path: string, headers: Record<string, string>, agent: Agent): Promise<Answer | null> =>
  new Promise((done) => {
    const sent = request({ host: base.hostname, port: base.port, path, headers, agent, method: "GET" }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => done(null));
      response.on("end", () =>
        done({
          status: response.statusCode ?? 0,
          location: response.headers.location ?? String(response.headers["x-nextjs-redirect"] ?? ""),
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on("error", () => done(null));
    sent.end();
  });

/** Runs the probes a few at a time; the findings of those that are wrong. */
async function probe(
  baseURL: string,
  probes: readonly { path: string; headers: Record<string, string> }[],
  wrong: (answer: Answer, path: string) => string | null,
): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const found: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < probes.length; at = next++) {
      const { path, headers } = probes[at]!;
      const answer = await rawGet(new URL(baseURL), path, headers, agent);
      const finding = answer && wrong(answer, path);
      if (finding) found.push(`${path} ${JSON.stringify(headers)}: ${finding}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  agent.destroy();
  return found;
}

test("no spelling of any page or handler of the build answers without a session", async ({ baseURL }) => {
  test.setTimeout(300_000);
  const { pages, handlers } = builtPaths();
  expect(pages.length).toBeGreaterThan(20);
  expect(handlers.length).toBeGreaterThan(15);
  const markers = [...Object.values(MARKERS), SHELL];
  const probes = [
    // Every page in every spelling; the telling ones also under every header.
    ...pages.flatMap((page) => variants(page).map((path) => ({ path, headers: HEADERS[1]! }))),
    ...pages.flatMap((page) => variants(page).map((path) => ({ path, headers: HEADERS[0]! }))),
    ...Object.keys(MARKERS).flatMap((page) => variants(page).flatMap((path) => HEADERS.slice(2).map((headers) => ({ path, headers })))),
    ...handlers.flatMap((path) => HEADERS.map((headers) => ({ path, headers }))),
  ];
  expect(probes.length).toBeGreaterThanOrEqual(2_000);
  const found = await probe(baseURL!, probes, ({ status, location, body }, path) => {
    const marker = markers.find((one) => one.test(body));
    if (marker) return `shows ${String(marker)}`;
    if (status >= 300 && status < 400) return /^(https?:\/\/127\.0\.0\.1(:\d+)?)?\/(?!\/)/.test(location) ? null : `leads to ${location}`;
    if (status >= 400 && status < 500) return null;
    // Segment spellings of no page: the router's tree of the "not found" page, without anything in it.
    if (status === 200 && path.includes(".segments/") && /"n":"rest","t":"c"/.test(body)) return null;
    // Spellings that resolve to the sign-in page or to the icon show these, and nothing else.
    if (status === 200 && /Use the address you were invited with|"redirect"|NEXT_REDIRECT|^<svg/.test(body)) return null;
    return `${status} ${body.slice(0, 120)} (${path.length})`;
  });
  expect(found.slice(0, 30), `${found.length} of ${probes.length}`).toEqual([]);
});

test("markers are what signed-in members do see, so the test above can fail", async ({ admin }) => {
  for (const [path, marker] of Object.entries(MARKERS)) {
    const body = await (await admin.request.get(path)).text();
    expect(body, path).toMatch(marker);
    expect(body, path).toMatch(SHELL);
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

test("fifty malformed tokens are refused, and none is a server error", async ({ request: client }) => {
  for (let i = 0; i < 50; i++) {
    const token = ["Bearer", "Bearer ", `Bearer ${"x".repeat(i * 40)}`, `Bearer a.b.${i}`, "Bearer %%%", "Basic !!!", `Bearer ${"é"}`][
      i % 7
    ]!;
    const response = await client.get("/api/demo", {
      headers: { authorization: encodeURI(token), cookie: `tributary.session=${"eyJ".repeat(i)}.${i}` },
    });
    expect(response.status(), token).toBe(401);
  }
});
