import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

interface Overview {
  people: { total: number };
  events: { total: number };
  sources: { total: number };
  processing: { pending: number };
}

test("the home page counts a new person and their events by itself", async ({ admin, request, cli }) => {
  const { writeKey } = cli<{ writeKey: string }>("source", "create", "--name", `Home ${Date.now().toString(36)}`, "--type", "website");
  const read = async (): Promise<Overview> =>
    ((await (await admin.request.get("/api/overview?range=all")).json()) as { data: Overview }).data;
  await expect.poll(async () => (await read()).processing.pending).toBe(0);
  const before = await read();
  await admin.goto("/?range=all");
  const figure = (label: string) =>
    admin
      .locator("dl > div")
      .filter({ has: admin.getByText(label, { exact: true }) })
      .locator("dd")
      .first();
  const person = `home-${Date.now()}`;
  await request.post("/v1/batch", {
    headers: { "x-write-key": writeKey },
    data: {
      batch: [
        { type: "identify", userId: person, traits: { plan: "pro" } },
        { type: "track", userId: person, event: "Order Completed", properties: { revenue: 20 } },
        { type: "page", userId: person, name: "Home" },
      ],
    },
  });
  // Other tests send too: at least this person and these two events.
  await expect.poll(async () => (await read()).people.total, { timeout: 20_000 }).toBeGreaterThanOrEqual(before.people.total + 1);
  const after = await read();
  expect(after.events.total).toBeGreaterThanOrEqual(before.events.total + 2);
  expect(after.sources.total).toBeGreaterThanOrEqual(1);
  // Without a reload.
  await expect
    .poll(async () => Number((await figure("People").innerText()).replaceAll(",", "")), { timeout: 20_000 })
    .toBeGreaterThanOrEqual(before.people.total + 1);
});

test("every chart has a table that says the same, and its numbers as CSV", async ({ admin, request, cli }) => {
  const { writeKey } = cli<{ writeKey: string }>("source", "create", "--name", `Charts ${Date.now().toString(36)}`);
  await request.post("/v1/track", { headers: { "x-write-key": writeKey }, data: { userId: "chart-1", event: "Signed Up" } });
  await expect
    .poll(
      async () =>
        ((await (await admin.request.get("/api/overview?range=30d")).json()) as { data: { events: { inRange: number } } }).data.events
          .inRange,
      {
        timeout: 20_000,
      },
    )
    .toBeGreaterThan(0);
  await admin.goto("/?range=30d");
  const events = admin.getByRole("figure", { name: "Events" });
  await events.getByRole("button", { name: "Table" }).click();
  await expect(events.getByRole("row")).toHaveCount(31);
  const download = admin.waitForEvent("download");
  await events.getByRole("button", { name: /as CSV/ }).click();
  expect((await download).suggestedFilename()).toBe("events-growth.csv");
  await expectAccessible(admin);
});

test("first steps follow the data and stay dismissed", async ({ marketer }) => {
  await marketer.goto("/");
  await expect(marketer.getByText("First steps")).toBeVisible();
  await expect(marketer.getByText("Invite a teammate")).toHaveCount(0);
  await marketer.getByRole("button", { name: "Dismiss the first steps" }).click();
  await expect(marketer.getByText("First steps")).toHaveCount(0);
  await marketer.reload();
  await expect(marketer.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  await expect(marketer.getByText("First steps")).toHaveCount(0);
});

test("a manager sees totals and no way to single people or sources", async ({ manager }) => {
  await manager.goto("/");
  await expect(manager.getByText("Net revenue")).toBeVisible();
  await expect(manager.getByText("First steps")).toHaveCount(0);
  await expect(manager.locator('main a[href^="/profiles"], main a[href^="/sources"]')).toHaveCount(0);
  await expectAccessible(manager);
});

test("the home page fits a phone and has no barrier", async ({ admin }) => {
  await admin.goto("/?range=all");
  await expect(admin.getByRole("figure", { name: "People" })).toBeVisible();
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
});
