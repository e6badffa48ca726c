import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

let serial = 0;
const unique = (name: string): string => `${name} ${Date.now().toString(36)}${serial++}`;

interface Made {
  id: string;
  writeKey: string;
}

/** Makes a source by mouse and reads its key, which is shown this once. */
async function createByMouse(page: Page, name: string, type = "Server"): Promise<Made> {
  await page.goto("/sources/new");
  await page.getByRole("radio", { name: new RegExp(`^${type}`) }).check();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create source" }).click();
  const writeKey = (await page.getByTestId("write-key").innerText()).trim();
  expect(writeKey).toMatch(/^trb_w_[0-9A-Za-z]{24}_[0-9A-Za-z]{6}$/);
  const href = await page.getByRole("link", { name: "Open the source" }).getAttribute("href");
  return { id: href?.split("/").at(-1) ?? "", writeKey };
}

async function send(
  request: APIRequestContext,
  writeKey: string,
  batch: unknown[],
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await request.post("/v1/batch", { data: { batch }, headers: { "x-write-key": writeKey } });
  return { status: answer.status(), body: (await answer.json()) as Record<string, unknown> };
}

const track = (event: string, more: Record<string, unknown> = {}) => ({ type: "track", userId: "u-4711", event, ...more });

test("a source made by mouse turns green with its first event, without a reload", async ({ admin, request }) => {
  const { id, writeKey } = await createByMouse(admin, unique("Shop"), "Website");
  await expect(admin.getByText("Waiting for the first event")).toBeVisible();
  await expectAccessible(admin);
  expect((await send(request, writeKey, [track("Signed Up")])).body).toMatchObject({ accepted: 1 });
  await expect(admin.getByText("First event received: track “Signed Up”.")).toBeVisible();
  // The key is shown once: not on the source's pages, not after going back.
  await admin.goto(`/sources/${id}/settings`);
  await expect(admin.getByText("Write keys")).toBeVisible();
  expect(await admin.content()).not.toContain(writeKey);
});

test("a source made by keyboard alone; the same name again is refused beside the field", async ({ admin }) => {
  const name = unique("Keyboard");
  await admin.goto("/sources/new");
  await admin.getByRole("radio", { name: /^Website/ }).focus();
  await admin.keyboard.press("ArrowRight");
  await admin.keyboard.press("ArrowRight");
  await expect(admin.getByRole("radio", { name: /^Server/ })).toBeChecked();
  await admin.keyboard.press("Tab");
  await expect(admin.getByRole("textbox", { name: "Name" })).toBeFocused();
  await admin.keyboard.type(name);
  await admin.keyboard.press("Enter");
  await expect(admin.getByTestId("write-key")).toBeVisible();

  await admin.goto("/sources/new");
  await admin.getByRole("textbox", { name: "Name" }).fill(name);
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("alert").filter({ hasText: `A source named "${name}" exists already` })).toBeVisible();
  await expect(admin.getByRole("textbox", { name: "Name" })).toHaveAttribute("aria-invalid", "true");
});

test("the website snippet, pasted into a page of another origin, delivers", async ({ admin, browser, baseURL }) => {
  const { id } = await createByMouse(admin, unique("Snippet"), "Website");
  const snippet = await admin.getByRole("region", { name: "Code: Website snippet" }).innerText();
  expect(snippet).toContain(baseURL ?? "?");
  const server: Server = createServer((_req, res) => {
    res.setHeader("content-type", "text/html");
    res.end(
      `<!doctype html><html><head><title>Shop</title>${snippet}</head><body><script>analytics.track("Snippet Works")</script></body></html>`,
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const context = await browser.newContext();
  try {
    const shop = await context.newPage();
    await shop.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await admin.goto(`/sources/${id}/debugger`);
    await expect(admin.getByRole("button", { name: /Snippet Works/ })).toBeVisible();
    await expect(admin.getByRole("button", { name: /page/ }).first()).toBeVisible();
  } finally {
    await context.close();
    server.close();
  }
});

test("the debugger shows accepted and rejected as they arrive; search, filters, pause, payload", async ({ admin, request }) => {
  const { id, writeKey } = await createByMouse(admin, unique("Debugged"));
  await admin.goto(`/sources/${id}/debugger`);
  await expect(admin.getByText("Live", { exact: true }).first()).toBeVisible();
  await send(request, writeKey, [
    track("Product Viewed", { properties: { sku: "SKU-77" } }),
    track("Order Completed", { properties: { revenue: 12 } }),
    { type: "track", event: "Nobody" },
  ]);
  const list = admin.getByRole("region", { name: "Messages, newest first" });
  await expect(list.getByRole("listitem")).toHaveCount(3);
  await expect(list.getByRole("button", { name: /Rejected.*userId or anonymousId/ })).toBeVisible();
  await expectAccessible(admin);

  await admin.getByLabel("Status").selectOption("rejected");
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await admin.getByLabel("Status").selectOption("");
  await admin.getByLabel("Search in messages").fill("sku-77");
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await list.getByRole("button", { name: /Product Viewed/ }).click();
  await expect(list.getByRole("region", { name: "Message as stored" })).toContainText('"sku": "SKU-77"');
  await admin.getByLabel("Search in messages").fill("");

  await admin.getByRole("button", { name: "Pause" }).click();
  await send(request, writeKey, [track("While paused")]);
  await expect(admin.getByText("Paused · 1 new")).toBeVisible();
  await expect(list.getByRole("button", { name: /While paused/ })).toHaveCount(0);
  await admin.getByRole("button", { name: "Resume" }).click();
  await expect(list.getByRole("button", { name: /While paused/ })).toBeVisible();
});

test("a thousand messages are a few rows in the document", async ({ admin, request }) => {
  const { id, writeKey } = await createByMouse(admin, unique("Busy"));
  await admin.goto(`/sources/${id}/debugger`);
  await expect(admin.getByText("Live", { exact: true }).first()).toBeVisible();
  for (let part = 0; part < 10; part++)
    await send(
      request,
      writeKey,
      Array.from({ length: 100 }, (_, n) => track(`Event ${part}-${n}`)),
    );
  const list = admin.getByRole("region", { name: "Messages, newest first" });
  await expect(list.getByRole("button", { name: /Event 9-99/ })).toBeVisible();
  expect(await list.getByRole("listitem").count()).toBeLessThan(80);
});

test("the debugger resumes after a lost connection without losing or repeating a message", async ({ admin, request, watch }) => {
  watch.allow(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK/);
  const { id, writeKey } = await createByMouse(admin, unique("Resumed"));
  await admin.goto(`/sources/${id}/debugger`);
  await send(request, writeKey, [track("Before")]);
  const list = admin.getByRole("region", { name: "Messages, newest first" });
  await expect(list.getByRole("button", { name: /Before/ })).toBeVisible();
  // What the browser sends when it comes back: the id of the last event it saw.
  const first = await admin.evaluate(
    (path) =>
      new Promise<string>((done) => {
        const source = new EventSource(path);
        source.addEventListener("messages", (event) => {
          source.close();
          done((event as MessageEvent).lastEventId);
        });
      }),
    `/api/sources/${id}/stream`,
  );
  await send(request, writeKey, [track("Missed 1"), track("Missed 2")]);
  const missed = await admin.evaluate(
    ([path, since]) =>
      new Promise<string[]>((done) => {
        const source = new EventSource(`${path}?since=${since}`);
        source.addEventListener("messages", (event) => {
          source.close();
          done((JSON.parse((event as MessageEvent<string>).data) as { items: { name: string }[] }).items.map((item) => item.name));
        });
      }),
    [`/api/sources/${id}/stream`, first] as const,
  );
  expect(missed).toEqual(["Missed 1", "Missed 2"]);
});

test("without the permission to see personal data the debugger and samples are masked", async ({ admin, masked, request }) => {
  const { id, writeKey } = await createByMouse(admin, unique("Masked"));
  await send(request, writeKey, [
    { type: "identify", userId: "customer-4711", traits: { email: "jane@example.com", plan: "gold" } },
    { type: "track", event: "", userId: "customer-4711", properties: { email: "jane@example.com" } },
  ]);
  await masked.goto(`/sources/${id}/debugger`);
  await masked.getByRole("button", { name: /identify/ }).click();
  await expect(masked.getByRole("region", { name: "Message as stored" })).toContainText("gold");
  expect(await masked.content()).not.toContain("jane@example.com");
  expect(await masked.content()).not.toContain("customer-4711");
  await masked.goto(`/sources/${id}/rejected`);
  await masked.getByRole("button", { name: "No event name" }).click();
  await expect(masked.getByText("Personal data are masked for you.")).toBeVisible();
  expect(await masked.content()).not.toContain("jane@example.com");
  // A marketer looks; mending is for admins.
  await expect(masked.getByRole("button", { name: /replay/i })).toHaveCount(0);
});

test("a rejected message is mended by a rule, replayed, and counted once; another is discarded with a reason", async ({
  admin,
  request,
}) => {
  const { id, writeKey } = await createByMouse(admin, unique("Rejecting"));
  await send(request, writeKey, [
    { type: "track", event: "Ticket Opened", messageId: "r-1", properties: { customer: "c-1" } },
    { type: "track", event: "Ticket Closed", messageId: "r-2", properties: { customer: "c-2" } },
    { type: "poke", userId: "u-1", messageId: "r-3" },
    track("Fine", { messageId: "r-4" }),
  ]);
  await admin.goto(`/sources/${id}/rejected`);
  await expect(admin.getByRole("row")).toHaveCount(4);
  await expectAccessible(admin);
  await admin.getByRole("button", { name: "Nobody named" }).first().click();
  await expect(admin.getByRole("dialog")).toContainText("c-");
  await expectAccessible(admin);
  await admin.getByRole("checkbox", { name: /Apply to all open messages/ }).check();
  await admin.getByLabel("Field that field 1 is taken from").fill("properties.customer");
  await admin.getByRole("button", { name: "Mend and replay" }).click();
  await expect(admin.getByText("2 replayed")).toBeVisible();
  await expect(admin.getByRole("button", { name: "Nobody named" })).toHaveCount(0);

  await admin.getByRole("button", { name: "Unknown type" }).click();
  await admin.getByLabel("Or discard, because").fill("Test of an agency");
  await admin.getByRole("button", { name: "Discard", exact: true }).click();
  await expect(admin.getByText("Nothing waits for a decision")).toBeVisible();

  await admin.goto(`/sources/${id}`);
  const balance = admin.getByTestId("balance");
  await expect(balance).toContainText("Accepted3");
  await expect(balance).toContainText("Rejected1");
  await expect(balance).toContainText("Received4");
});

test("both keys are valid after a rotation; the old one ends when revoked", async ({ admin, request }) => {
  const { id, writeKey } = await createByMouse(admin, unique("Rotated"));
  await send(request, writeKey, [track("With the old key")]);
  await admin.goto(`/sources/${id}/settings`);
  await admin.getByRole("button", { name: "Rotate key" }).click();
  await expect(admin.getByRole("dialog")).toBeVisible();
  await expectAccessible(admin);
  await admin.getByRole("dialog").getByRole("button", { name: "Rotate key" }).click();
  const fresh = (await admin.getByTestId("write-key").innerText()).trim();
  expect(fresh).not.toBe(writeKey);
  await admin.getByRole("button", { name: "Done" }).click();
  for (const key of [writeKey, fresh]) expect((await send(request, key, [track("Rotated")])).body).toMatchObject({ accepted: 1 });
  await expect(admin.getByText("Ends soon")).toBeVisible();
  await expect(admin.getByText(/last used/).first()).toBeVisible();

  await admin.getByRole("button", { name: "Revoke" }).click();
  await admin.getByRole("button", { name: "Revoke key" }).click();
  await expect(admin.getByText("Revoked", { exact: true })).toBeVisible();
  // Collection keeps a key for at most 30 seconds.
  await expect
    .poll(async () => (await send(request, writeKey, [track("Too late")])).status, { timeout: 45_000, intervals: [1_000] })
    .toBe(401);
  expect((await send(request, fresh, [track("New key")])).body).toMatchObject({ accepted: 1 });
});

test("settings: a wrong value is named beside its field, a right one is kept; a used source is disabled, an unused one deleted", async ({
  admin,
  request,
}) => {
  const name = unique("Settings");
  const { id, writeKey } = await createByMouse(admin, name);
  await admin.goto(`/sources/${id}/settings`);
  await admin.getByLabel("Largest message, KiB").fill("8");
  await admin.getByLabel("Allowed origins").fill("https://shop.example");
  await admin.getByRole("button", { name: "Save settings" }).click();
  await expect(admin.getByText("At least 32 KiB")).toBeVisible();
  await expectAccessible(admin);
  await admin.getByLabel("Largest message, KiB").fill("64");
  await admin.getByRole("button", { name: "Save settings" }).click();
  await expect(admin.getByText("Settings saved")).toBeVisible();
  await admin.reload();
  await expect(admin.getByLabel("Largest message, KiB")).toHaveValue("64");
  await expect(admin.getByLabel("Allowed origins")).toHaveValue("https://shop.example");

  await send(request, writeKey, [track("Used")]);
  await admin.reload();
  await expect(admin.getByRole("button", { name: "Delete" })).toBeDisabled();
  await admin.getByRole("button", { name: "Disable" }).click();
  await admin.getByRole("button", { name: "Disable source" }).click();
  await expect(admin.getByRole("button", { name: "Enable" })).toBeVisible();

  const unused = await createByMouse(admin, unique("Unused"));
  await admin.goto(`/sources/${unused.id}/settings`);
  await admin.getByRole("button", { name: "Delete" }).click();
  await admin.getByRole("button", { name: "Delete source" }).click();
  await expect(admin).toHaveURL(/\/sources$/);
});

test("roles: a marketer looks and changes nothing, a manager sees no source", async ({ admin, marketer, manager, watch }) => {
  watch.allow(/40[134]/);
  const name = unique("Roles");
  const { id } = await createByMouse(admin, name);
  await marketer.goto("/sources");
  await expect(marketer.getByRole("link", { name })).toBeVisible();
  await expect(marketer.getByRole("link", { name: "New source" })).toHaveCount(0);
  await marketer.goto(`/sources/${id}/settings`);
  await expect(marketer.getByLabel("Name")).toBeDisabled();
  await expect(marketer.getByRole("button", { name: "Rotate key" })).toHaveCount(0);
  for (const path of ["", "/stream", "/recent", "/rejected", "/volume"]) {
    expect((await manager.request.get(`/api/sources/${id}${path}`)).status(), path).toBe(403);
  }
  await manager.goto("/sources");
  await expect(manager.getByText(name)).toHaveCount(0);
});

test("an ended session ends the live view within seconds", async ({ browser, baseURL, admin, watch }) => {
  watch.allow(/401|403/);
  const { id } = await createByMouse(admin, unique("Ended"));
  const context = await browser.newContext(baseURL ? { baseURL } : {});
  const { signIn } = await import("./fixtures");
  await signIn(context.request, "marketer");
  const page = await context.newPage();
  await page.goto(`/sources/${id}/debugger`);
  await expect(page.getByText("Live", { exact: true }).first()).toBeVisible();
  const csrf = (await (await context.request.get("/api/auth/csrf")).json()) as { csrfToken: string };
  await context.request.post("/api/auth/signout", {
    form: { csrfToken: csrf.csrfToken, json: "true" },
    headers: { origin: baseURL ?? "" },
  });
  await expect(page.getByText(/Your session has ended/)).toBeVisible();
  await context.close();
});

test("the list, the pages of a source and the form fit a phone and have no barrier", async ({ admin, request }) => {
  // Twelve runs of axe.
  test.slow();
  const { id, writeKey } = await createByMouse(admin, unique("Phone"));
  await send(request, writeKey, [track("A"), { type: "poke" }]);
  for (const path of [
    "/sources",
    "/sources/new",
    `/sources/${id}`,
    `/sources/${id}/debugger`,
    `/sources/${id}/rejected`,
    `/sources/${id}/settings`,
  ]) {
    await admin.setViewportSize({ width: 1280, height: 800 });
    await admin.goto(path);
    await expect(admin.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(admin);
    await expectNoSidewaysScroll(admin, 360);
  }
});
