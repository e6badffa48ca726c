import { type APIRequestContext, type Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

/** Of this run only: the same server may be used again. */
const run = Date.now().toString(36);
const jane = {
  userId: `u-${run}`,
  email: `jane.${run}@example.com`,
  phone: `+491512${String(Date.now()).slice(-7)}`,
  anonymousId: `anon-${run}`,
  device: `dev-${run}`,
  order: `ORD-${run}`,
};
const other = { anonymousId: `tablet-${run}` };
const busy = { userId: `busy-${run}` };
let people: { jane: number; merged: number; busy: number };

async function send(request: APIRequestContext, writeKey: string, batch: unknown[]): Promise<void> {
  const answer = await request.post("/v1/batch", { data: { writeKey, batch }, headers: { "content-type": "application/json" } });
  expect(answer.status(), await answer.text()).toBe(200);
}

test.beforeAll(async ({ browser }) => {
  const { runCli } = await import("./fixtures");
  const request = (await browser.newContext({ baseURL: process.env.E2E_BASE_URL ?? "" })).request;
  const { writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Profiles ${run}`, "--type", "website");
  const day = 86_400_000;
  const at = (back: number): string => new Date(Date.now() - back).toISOString();
  await send(request, writeKey, [
    { type: "page", messageId: `${run}-1`, anonymousId: jane.anonymousId, name: "Home", timestamp: at(3 * day) },
    {
      type: "identify",
      messageId: `${run}-2`,
      userId: jane.userId,
      anonymousId: jane.anonymousId,
      timestamp: at(3 * day - 60_000),
      traits: {
        email: jane.email,
        phone: jane.phone,
        name: `Jane Doe ${run}`,
        plan: "free",
        note: `write to ${jane.email}`,
        address: { street: `1 Secret Street ${run}`, city: "Lyon", country: "FR" },
      },
      context: { device: { id: jane.device, type: "ios", name: "iPhone" } },
    },
    { type: "identify", messageId: `${run}-3`, userId: jane.userId, timestamp: at(day), traits: { plan: "pro" } },
    {
      type: "track",
      messageId: `${run}-4`,
      userId: jane.userId,
      event: "Order Completed",
      timestamp: at(day),
      properties: { order_id: jane.order, total: 120.5, currency: "EUR", products: [{ name: "Desk lamp", quantity: 2, price: 60.25 }] },
    },
    { type: "page", messageId: `${run}-5`, anonymousId: other.anonymousId, name: "Pricing", timestamp: at(2 * day) },
    // A third person, so that the table has rows to walk when this file runs alone.
    { type: "page", messageId: `${run}-7`, anonymousId: `passer-by-${run}`, name: "Home", timestamp: at(2 * day) },
  ]);
  // A second visitor who turns out to be Jane: the later message names both.
  await send(request, writeKey, [
    {
      type: "track",
      messageId: `${run}-6`,
      userId: jane.userId,
      anonymousId: other.anonymousId,
      event: "Signed In",
      timestamp: at(day / 2),
    },
  ]);
  for (let part = 0; part < 5; part++) {
    await send(
      request,
      writeKey,
      Array.from({ length: 1000 }, (_, n) => ({
        type: "track",
        messageId: `${run}-b-${part}-${n}`,
        userId: busy.userId,
        event: n % 10 === 0 ? "Product Added" : "Product Viewed",
        timestamp: at((part * 1000 + n) * 20 * 60_000),
        properties: { name: `Product ${n}` },
      })),
    );
  }
  const get = (ref: string) => runCli<{ id: number; eventCount: number; fragments: number[] }>("profile", "get", ref);
  await expect
    .poll(
      () => {
        try {
          return get(`user_id:${busy.userId}`).eventCount;
        } catch {
          return 0;
        }
      },
      { timeout: 60_000 },
    )
    .toBe(5000);
  const found = get(`user_id:${jane.userId}`);
  const merged = found.fragments.find((id) => id !== found.id);
  people = { jane: found.id, merged: merged ?? 0, busy: get(`user_id:${busy.userId}`).id };
  expect(merged, "the two visitors were merged").toBeDefined();
});

const searchFor = async (page: Page, text: string): Promise<void> => {
  const box = page.getByRole("combobox", { name: "Find a person" });
  await box.fill(text);
  await box.press("Enter");
};

test("every kind of identifier, and the order number, leads straight to the person", async ({ marketer }) => {
  for (const text of [jane.email.toUpperCase(), jane.phone, jane.userId, jane.anonymousId, jane.device, jane.order]) {
    await marketer.goto("/profiles");
    await searchFor(marketer, text);
    await expect(marketer, text).toHaveURL(new RegExp(`/profiles/${people.jane}$`));
    await expect(marketer.getByRole("heading", { level: 1 })).toHaveText(`Jane Doe ${run}`);
  }
});

test("part of a name lists people as one types; Enter without an exact hit narrows the table", async ({ marketer }) => {
  await marketer.goto("/profiles");
  const box = marketer.getByRole("combobox", { name: "Find a person" });
  await box.fill(`doe ${run}`);
  await expect(marketer.getByRole("option", { name: new RegExp(`Jane Doe ${run}`) })).toBeVisible();
  await box.press("Enter");
  await expect(marketer).toHaveURL(/\?.*q=doe/);
  await expect(marketer.getByText("1 person match")).toBeVisible();
  await expect(marketer.getByRole("link", { name: `Jane Doe ${run}` })).toBeVisible();
});

test("links by identifier and merged ids redirect, the tab kept; unknown ones explain themselves", async ({ marketer }) => {
  await marketer.goto(`/profiles/by/email/${encodeURIComponent(jane.email)}`);
  await expect(marketer).toHaveURL(new RegExp(`/profiles/${people.jane}$`));
  await marketer.goto(`/profiles/${people.merged}?tab=traits`);
  await expect(marketer).toHaveURL(new RegExp(`/profiles/${people.jane}\\?tab=traits$`));
  await expect(marketer.getByRole("tab", { name: /Traits/ })).toHaveAttribute("aria-selected", "true");
  await marketer.goto("/profiles/2000000000");
  await expect(marketer.getByText("There is no person with this id")).toBeVisible();
  await marketer.goto("/profiles/by/email/nobody%40example.test");
  await expect(marketer.getByText("Nobody has this identifier", { exact: true }).last()).toBeVisible();
});

test("the page tells who it is: traits with their history, orders with totals", async ({ marketer }) => {
  await marketer.goto(`/profiles/${people.jane}`);
  await expect(marketer.getByText("€120.50").first()).toBeVisible();
  await expect(marketer.getByText("2 fragments merged")).toBeVisible();
  await marketer.getByRole("tab", { name: /Traits/ }).click();
  await marketer.getByRole("button", { name: "plan", exact: true }).click();
  await expect(marketer.getByText("Changes by identify calls, newest first:")).toBeVisible();
  await expect(marketer.getByRole("listitem").filter({ hasText: "free" })).toBeVisible();
  await marketer.getByRole("tab", { name: /Orders/ }).click();
  await expect(marketer.getByRole("row").filter({ hasText: jane.order })).toContainText("2 × Desk lamp");
});

test("5,000 events stay under 100 rows in the document, to the very first", async ({ marketer }) => {
  await marketer.goto(`/profiles/${people.busy}?tab=activity`);
  const rows = marketer.locator("[data-timeline-row]");
  await expect(rows.first()).toBeVisible();
  const region = marketer.getByRole("region", { name: "Events", exact: true });
  await expect(async () => {
    await region.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    expect(await rows.count()).toBeLessThan(100);
    await expect(marketer.getByText("5,000 events loaded")).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 45_000 });
  await region.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect(rows.last()).toBeVisible();
  expect(await rows.count()).toBeLessThan(100);

  await marketer.getByLabel("Event", { exact: true }).selectOption("Product Added");
  await expect(marketer).toHaveURL(/type=Product(\+|%20)Added/);
  await expect(rows.filter({ hasText: "Product Viewed" })).toHaveCount(0);
  await rows.filter({ hasText: "Product Added" }).first().getByRole("button").click();
  await expect(marketer.getByRole("region", { name: "Raw event" })).toContainText('"properties"');
});

test("without the permission everything personal is masked, and whole identifiers still find people", async ({ masked }) => {
  await masked.goto("/profiles");
  await searchFor(masked, jane.email);
  await expect(masked).toHaveURL(new RegExp(`/profiles/${people.jane}$`));
  await expect(masked.getByText("Identifiers and personal traits are masked")).toBeVisible();
  const open = masked.locator("main");
  for (const tab of ["Overview", "Activity", "Traits", "Identities"]) {
    await masked.getByRole("tab", { name: new RegExp(tab) }).click();
    await expect(masked.getByRole("tabpanel")).toBeVisible();
    await expect(masked.locator("[aria-busy=true]")).toHaveCount(0);
    for (const secret of [jane.email, jane.phone, jane.userId, jane.anonymousId, "Jane Doe", "Secret Street"])
      await expect(open, `${tab} ${secret}`).not.toContainText(secret);
  }
});

test("managers do not see single people", async ({ manager }) => {
  for (const path of ["/profiles", `/profiles/${people.jane}`]) {
    await manager.goto(path);
    await expect(manager.getByText(/access/i).first()).toBeVisible();
    await expect(manager.locator("main")).not.toContainText(run);
  }
  await expect(manager.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "People" })).toHaveCount(0);
  const answer = await manager.request.get(`/api/profiles/${people.jane}/timeline`);
  expect(answer.status()).toBe(403);
});

test("filters, columns and a saved view; the export holds what the table shows", async ({ marketer }) => {
  await marketer.goto(`/profiles?q=doe+${run}`);
  await marketer.getByRole("button", { name: /^Columns/ }).click();
  await marketer.getByLabel("Find a column").fill("plan");
  await marketer.getByRole("checkbox", { name: "plan", exact: true }).check();
  await marketer.keyboard.press("Escape");
  await expect(marketer.getByRole("columnheader", { name: "plan" })).toBeVisible();
  await marketer.getByRole("button", { name: "Views" }).click();
  await expect(marketer.getByRole("menuitem", { name: "Save as a new view…" })).toBeVisible();
  await expectAccessible(marketer);
  await marketer.getByRole("menuitem", { name: "Save as a new view…" }).click();
  await marketer.getByRole("textbox", { name: "Name" }).fill(`Does ${run}`);
  await marketer.getByRole("button", { name: "Save view" }).click();
  await expect(marketer.getByRole("button", { name: `Does ${run}` })).toBeVisible();
  await marketer.goto("/profiles");
  await marketer.getByRole("button", { name: "Views" }).click();
  await marketer.getByRole("menuitem", { name: `Does ${run}` }).click();
  await expect(marketer.getByRole("columnheader", { name: "plan" })).toBeVisible();
  await expect(marketer.getByText("1 person match")).toBeVisible();

  await marketer.getByRole("button", { name: "Export" }).click();
  await expect(marketer.getByRole("dialog", { name: "Export people as CSV" })).toBeVisible();
  await expectAccessible(marketer);
  const [download] = await Promise.all([marketer.waitForEvent("download"), marketer.getByRole("link", { name: "Download CSV" }).click()]);
  const { readFile } = await import("node:fs/promises");
  const csv = await readFile(await download.path(), "utf8");
  const lines = csv.trimEnd().split("\r\n");
  expect(lines[0]).toBe("Name,Kind,E-mail,Country,Last seen,Orders,Value so far,plan");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`${jane.email},`);
  expect(lines[1]).toMatch(/,1,120\.5,pro$/);
});

test("the table by keyboard alone: walk the rows, open one", async ({ marketer }) => {
  await marketer.goto("/profiles?sort=added");
  const rows = marketer.locator("tbody tr[data-index]");
  await expect(rows.first()).toBeVisible();
  await rows.first().focus();
  await marketer.keyboard.press("ArrowDown");
  await marketer.keyboard.press("ArrowDown");
  await expect(marketer.locator("tbody tr[data-index='2']")).toBeFocused();
  await marketer.keyboard.press("End");
  await expect(marketer.locator("tbody tr:focus")).toBeVisible();
  await marketer.keyboard.press("Home");
  await expect(marketer.locator("tbody tr[data-index='0']")).toBeFocused();
  await marketer.keyboard.press("Enter");
  await expect(marketer).toHaveURL(/\/profiles\/\d+$/);
});

test("WCAG 2.2 AA in both themes, and no sideways scroll on a phone", async ({ marketer }) => {
  // Fourteen looks of axe at large pages.
  test.slow();
  await marketer.goto("/profiles");
  await expect(marketer.locator("tbody tr[data-index]").first()).toBeVisible();
  await expectAccessible(marketer);
  await expectNoSidewaysScroll(marketer, 360);
  await marketer.setViewportSize({ width: 1280, height: 800 });
  for (const tab of ["overview", "activity", "traits", "identities", "orders"]) {
    await marketer.goto(`/profiles/${people.jane}?tab=${tab}`);
    await expect(marketer.getByRole("tabpanel")).toBeVisible();
    await expect(marketer.locator("[aria-busy=true]")).toHaveCount(0);
    await expectAccessible(marketer);
    await expectNoSidewaysScroll(marketer, 360);
    await marketer.setViewportSize({ width: 1280, height: 800 });
  }
});

// Last: it changes who Jane is.
test("a merge is undone from the graph's page, and both people are there again", async ({ marketer }) => {
  await marketer.goto(`/profiles/${people.jane}?tab=identities`);
  await expect(marketer.locator(".react-flow__node").first()).toBeVisible();
  await marketer.getByRole("button", { name: "Un-merge" }).click();
  const dialog = marketer.getByRole("alertdialog");
  await expect(dialog).toContainText("Nothing is lost");
  await expect(dialog).toContainText(other.anonymousId);
  // The message that joined them is the only one that names both: it stays with the user id.
  await expect(dialog.getByRole("list", { name: "Events and where they go" })).toContainText(/Signed In.*stays here/);
  await expectAccessible(marketer);
  await dialog.getByLabel("Reason").fill("Two people at one tablet");
  await dialog.getByRole("button", { name: "Un-merge" }).click();
  await expect(marketer.getByText("Un-merged", { exact: true })).toBeVisible();
  await expect(marketer.getByText("Two people at one tablet")).toBeVisible();
  await expect(marketer.getByText("fragments merged")).toHaveCount(0);
  await marketer.goto(`/profiles/by/anonymous_id/${other.anonymousId}`);
  await expect(marketer).toHaveURL(new RegExp(`/profiles/${people.merged}$`));
  await expect(marketer.getByText("Anonymous", { exact: true })).toBeVisible();
});

test("two people are merged by hand after a look at both, and identifiers are split off", async ({ marketer }) => {
  await marketer.goto(`/profiles/by/anonymous_id/passer-by-${run}`);
  await marketer.getByRole("tab", { name: /Identities/ }).click();
  await marketer.getByRole("button", { name: "Merge with another person" }).click();
  const merge = marketer.getByRole("dialog");
  await merge.getByLabel("The other person").fill(busy.userId);
  await merge.getByRole("button", { name: new RegExp(`profile ${people.busy} `) }).click();
  await expect(merge.getByRole("region", { name: "As one person" })).toContainText("5,001 events");
  await expect(merge).toContainText("No trait has different values");
  await expectAccessible(marketer);
  await merge.getByRole("radio", { name: /will lead to the other/ }).click();
  const confirm = merge.getByRole("button", { name: `Merge into profile ${people.busy}` });
  await expect(confirm).toBeDisabled();
  await merge.getByLabel("Reason").fill("Told us so at the counter");
  await confirm.click();
  await expect(marketer).toHaveURL(new RegExp(`/profiles/${people.busy}\\?tab=identities$`));
  await expect(marketer.getByText("2 fragments merged")).toBeVisible();
  await expect(marketer.getByRole("list").filter({ hasText: "joined" })).toContainText(/by hand/i);

  await marketer.getByRole("button", { name: "Split off identifiers" }).click();
  const split = marketer.getByRole("dialog");
  await expectAccessible(marketer);
  await split.getByRole("checkbox", { name: new RegExp(busy.userId) }).click();
  await split.getByRole("checkbox", { name: new RegExp(`passer-by-${run}`) }).click();
  await expect(split.getByRole("status")).toHaveText("At least one identifier has to stay.");
  await split.getByRole("checkbox", { name: new RegExp(busy.userId) }).click();
  await split.getByLabel("Reason").fill("Another visitor after all");
  await split.getByRole("button", { name: "Split off" }).click();
  await expect(split).toHaveCount(0);
  await expect(marketer.getByRole("button", { name: "Split off identifiers" })).toBeDisabled();
  await marketer.goto(`/profiles/by/anonymous_id/passer-by-${run}`);
  await expect(marketer).toHaveURL(/\/profiles\/\d+$/);
  expect(marketer.url()).not.toContain(`/profiles/${people.busy}`);
});
