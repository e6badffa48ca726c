import type { Account } from "./accounts";
import { expect, test } from "./fixtures";

/** Which pages each role opens; others are refused. Areas add their own lines. */
const PAGES: Record<string, readonly Account[]> = {
  "/": ["admin", "marketer", "masked", "manager"],
  "/settings/profile": ["admin", "marketer", "masked", "manager"],
  "/settings/general": ["admin"],
  "/settings/members": ["admin"],
  "/settings/sessions": ["admin"],
  "/settings/api-keys": ["admin"],
  "/settings/permissions": ["admin"],
  "/welcome": ["admin"],
  "/requests": ["admin"],
  "/audit": ["admin"],
  "/data-map": ["admin"],
  "/retention": ["admin"],
  "/profiles": ["admin", "marketer", "masked"],
  "/sources": ["admin", "marketer", "masked"],
  "/segments": ["admin", "marketer", "masked"],
  "/identity": ["admin", "marketer", "masked"],
  "/settings/currencies": ["admin"],
  "/attribution": ["admin", "marketer", "masked", "manager"],
  "/templates": ["admin", "marketer", "masked"],
  "/broadcasts": ["admin", "marketer", "masked"],
  "/campaigns": ["admin", "marketer", "masked", "manager"],
  "/journeys": ["admin", "marketer", "masked"],
  "/journeys/caps": ["admin", "marketer", "masked"],
};

/** Addresses of what does not exist. */
const MISSING = [
  "/nothing/here",
  "/profiles/2000000000",
  "/profiles/abc",
  "/profiles/by/email/nobody%40example.test",
  "/segments/seg_none",
  "/journeys/jrn_none",
  "/journeys/jrn_none/runs/1",
  "/journeys/jrn_none/rehearse",
  "/experiments/exp_none",
  "/campaigns/cmp_none",
  "/broadcasts/brd_none",
  "/templates/tpl_none",
  "/sources/src_none",
  "/sources/src_none/settings",
  "/imports/imp_none",
];

const APIS: Record<string, readonly Account[]> = {
  "/api/demo": ["admin"],
  "/api/search?q=nobody": ["admin", "marketer", "masked"],
};

for (const account of ["admin", "marketer", "masked", "manager"] as const) {
  test(`${account}: pages, API and navigation follow the one table`, async ({ as, watch }) => {
    watch.allow(/403/);
    const page = await as(account);
    for (const [path, allowed] of Object.entries(PAGES)) {
      const response = await page.goto(path);
      const open = allowed.includes(account);
      expect(response?.status(), `${account} ${path}`).toBe(open ? 200 : 403);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      const refusal = page.getByRole("heading", { name: "You have no access to this page" });
      await (open ? expect(refusal).toBeHidden() : expect(refusal).toBeVisible());
    }
    for (const [path, allowed] of Object.entries(APIS)) {
      const response = await page.request.get(path);
      expect(response.status(), `${account} ${path}`).toBe(allowed.includes(account) ? 200 : 403);
      expect(response.headers()["cache-control"]).toBe("no-store");
    }
    await page.goto("/");
    const links = await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link")
      .evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? ""));
    expect(links).toContain("/");
    for (const link of links) {
      expect((await page.request.get(link, { maxRedirects: 0 })).status(), `${account} navigation ${link}`).toBe(200);
    }
    expect(links.includes("/profiles")).toBe(account !== "manager");
  });
}

test("without a session every page leads to sign-in and every API answers 401", async ({ request }) => {
  for (const path of Object.keys(PAGES)) {
    const response = await request.get(path, { maxRedirects: 0 });
    expect(response.status(), path).toBe(307);
    expect(response.headers()["location"], path).toMatch(/\/sign-in/);
  }
  for (const path of Object.keys(APIS)) expect((await request.get(path)).status(), path).toBe(401);
});

test("what does not exist is not found, with the status that says so", async ({ admin }) => {
  for (const path of MISSING) {
    const response = await admin.request.get(path);
    expect(response.status(), path).toBe(404);
  }
});
