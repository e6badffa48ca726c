import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

test("the command palette finds pages and actions by keyboard, and is accessible", async ({ admin }) => {
  await admin.goto("/settings/profile");
  await admin.keyboard.press("Control+k");
  const box = admin.getByRole("combobox");
  await expect(box).toBeFocused();
  await expectAccessible(admin);
  await box.fill("members");
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(/\/settings\/members$/);
  await admin.keyboard.press("Control+k");
  await admin.getByRole("combobox").fill("create an api");
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("dialog", { name: "Create an API key" })).toBeVisible();
  await admin.keyboard.press("Escape");
  await expect(admin.getByRole("dialog")).toBeHidden();
  await admin.keyboard.press("/");
  await expect(admin.getByRole("combobox")).toBeFocused();
  await expect(admin.getByRole("group", { name: "Recent" })).toContainText("Members");
  await admin.getByRole("combobox").fill("nothing is called this");
  await expect(admin.getByText("Nothing found. People are found by any identifier")).toBeVisible();
  await expectAccessible(admin);
  await admin.keyboard.press("Escape");
  await expect(admin.getByRole("combobox")).toBeHidden();
});

test("managers are offered neither pages nor people that they may not see", async ({ manager }) => {
  await manager.goto("/");
  const asked: string[] = [];
  manager.on("request", (request) => request.url().includes("/api/search") && asked.push(request.url()));
  await manager.keyboard.press("Control+k");
  await manager.getByRole("combobox").fill("reports");
  await expect(manager.getByRole("option", { name: "Reports" })).toBeVisible();
  await manager.getByRole("combobox").fill("members");
  await expect(manager.getByRole("option", { name: "Reports" })).toHaveCount(0);
  await expect(manager.getByRole("option", { name: "Members" })).toHaveCount(0);
  expect(asked).toEqual([]);
});

test("? lists the shortcuts, g and a letter go there, but not while typing", async ({ admin }) => {
  await admin.goto("/settings/profile");
  await expect(admin.getByRole("heading", { level: 1 })).toBeVisible();
  await admin.keyboard.press("Shift+?");
  const dialog = admin.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeVisible();
  await expectAccessible(admin);
  await admin.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await admin.getByLabel("Name", { exact: true }).focus();
  await admin.keyboard.type("gm?");
  await expect(dialog).toBeHidden();
  await expect(admin).toHaveURL(/profile$/);
  await admin.getByLabel("Name", { exact: true }).blur();
  await admin.keyboard.press("g");
  await admin.keyboard.press("m");
  await expect(admin).toHaveURL(/\/settings\/members$/);
});

test("the theme follows the device until one is chosen, and stays chosen without a flash", async ({ marketer }) => {
  await marketer.emulateMedia({ colorScheme: "dark" });
  await marketer.goto("/");
  const html = marketer.locator("html");
  await expect(html).toHaveClass(/dark/);
  await marketer.getByRole("button", { name: /^Account of/ }).click();
  await expect(marketer.getByRole("menuitemradio", { name: "Light" })).toBeVisible();
  await expectAccessible(marketer);
  await marketer.getByRole("menuitemradio", { name: "Light" }).click();
  await expect(html).not.toHaveClass(/dark/);
  await marketer.reload({ waitUntil: "commit" });
  await marketer.waitForSelector("body");
  // The script in the page's head has decided before anything is painted.
  await expect(html).toHaveClass(/light/);
});

test("the sidebar folds to icons with names and stays folded", async ({ admin }) => {
  await admin.goto("/settings/profile");
  await admin.getByRole("button", { name: "Collapse sidebar" }).click();
  await expect(admin.getByRole("button", { name: "Expand sidebar" })).toBeVisible();
  await admin.reload();
  await expect(admin.getByRole("button", { name: "Expand sidebar" })).toBeVisible();
  await expect(admin.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Home" })).toBeVisible();
  await expectAccessible(admin);
});

test("on a phone the navigation is a drawer, and nothing scrolls sideways", async ({ admin }) => {
  await admin.setViewportSize({ width: 360, height: 740 });
  await admin.goto("/settings/profile");
  await expectNoSidewaysScroll(admin, 360);
  await admin.getByRole("button", { name: "Open navigation" }).click();
  const drawer = admin.getByRole("dialog", { name: "Navigation" });
  await expect(drawer).toBeVisible();
  await expectAccessible(admin);
  await drawer.getByRole("link", { name: "Home", exact: true }).click();
  await expect(drawer).toBeHidden();
  await expect(admin).toHaveURL(/\/$/);
});

test("Tab reaches the skip link first, and it leads to the content", async ({ admin }) => {
  await admin.goto("/settings/permissions");
  await expect(admin.getByRole("heading", { level: 1 })).toBeVisible();
  await admin.keyboard.press("Tab");
  const skip = admin.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await admin.keyboard.press("Enter");
  await expect(admin.locator("#main")).toBeFocused();
});

test("an unknown address says so inside the shell", async ({ admin, watch }) => {
  watch.allow(/404/);
  await admin.goto("/nothing/here");
  await expect(admin.getByRole("heading", { name: "Nothing at this address" })).toBeVisible();
  await expect(admin.getByRole("navigation", { name: "Main" })).toBeVisible();
  await expectAccessible(admin);
});

test("a page older than the server offers a reload and keeps what was typed", async ({ admin, watch }) => {
  watch.allow(/404|409|Failed to find Server Action|UnrecognizedActionError/);
  await admin.goto("/settings/profile");
  await admin.route("**/settings/profile", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    return route.continue({ headers: { ...route.request().headers(), "next-action": "40".padEnd(42, "f") } });
  });
  await admin.getByLabel("Name", { exact: true }).fill("Typed before the update");
  await admin.getByRole("button", { name: "Save name" }).click();
  await expect(admin.getByText("Tributary was updated.")).toBeVisible();
  await expect(admin.getByRole("button", { name: "Reload" })).toBeVisible();
  await expect(admin.getByLabel("Name", { exact: true })).toHaveValue("Typed before the update");
});

test("losing the connection is said", async ({ admin, watch }) => {
  watch.allow(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await admin.goto("/settings/profile");
  await admin.context().setOffline(true);
  await expect(admin.getByText("You are offline.")).toBeVisible();
  await admin.context().setOffline(false);
  await expect(admin.getByText("You are offline.")).toBeHidden();
});
