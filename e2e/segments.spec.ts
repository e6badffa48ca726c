import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const event = `Seg Bought ${run}`;
const base = `Buyers ${run}`;

test.describe.configure({ mode: "serial" });

test("people to count", async ({ admin, baseURL }) => {
  const { writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Segments ${run}`);
  const batch = ["ada", "bob", "cyd"].flatMap((name, i) => [
    { type: "identify", userId: `${name}-${run}`, traits: { name: `${name} ${run}`, [`tier_${run}`]: i === 0 ? "gold" : "basic" } },
    { type: "track", userId: `${name}-${run}`, event },
  ]);
  const answer = await admin.request.post(`${baseURL}/v1/batch`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: { batch: batch.map((message, i) => ({ ...message, messageId: `seg-${run}-${i}` })) },
  });
  expect(answer.ok()).toBe(true);
  await expect.poll(async () => (await admin.request.get(`/api/profiles/search?q=ada-${run}`)).text()).toContain(`ada ${run}`);
});

test("a two-group segment is built with the keyboard alone, with exact counts, and saved", async ({ admin }) => {
  const total = admin.locator("[data-total]");
  const key = (...keys: string[]) =>
    keys.reduce<Promise<void>>((before, one) => before.then(() => admin.keyboard.press(one)), Promise.resolve());
  const add = async (button: string, item: string) => {
    await admin.getByRole("button", { name: button, exact: true }).last().focus();
    await key("Enter");
    await admin.getByRole("menuitem", { name: new RegExp(`^${item}`) }).focus();
    await key("Enter");
  };
  await admin.goto("/segments/new");
  await admin.getByRole("button", { name: "Start from blank" }).focus();
  await key("Enter");
  await add("Add a condition", "Did something");
  await expect(admin.getByRole("combobox", { name: "Event", exact: true })).toBeFocused();
  await admin.keyboard.type(event);
  await key("Enter");
  await expect(total).toHaveText("3");
  await admin.getByRole("button", { name: "Add a group", exact: true }).focus();
  await key("Enter");
  await add("Add a condition to this group", "Trait");
  await expect(admin.getByRole("combobox", { name: "Trait", exact: true })).toBeFocused();
  await admin.keyboard.type(`tier_${run}`);
  await key("Enter");
  await admin.getByRole("combobox", { name: `Trait tier_${run}: value` }).focus();
  await admin.keyboard.type("gold");
  await expect(total).toHaveText("1");
  await expect(admin.locator("[data-sentence]")).toContainText("gold");
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
  await admin.getByRole("tab", { name: "Sample" }).focus();
  await key("Enter");
  await admin.getByRole("button", { name: `Why in: ada ${run}` }).focus();
  await key("Enter");
  await expect(admin.getByRole("dialog")).toContainText("decides");
  await key("Escape");
  await key("Control+s");
  await admin.getByRole("dialog").getByLabel("Name").fill(base);
  await key("Enter");
  await expect(admin.getByRole("heading", { name: base })).toBeVisible();
  await admin.getByRole("tab", { name: "Members" }).click();
  await expect(admin.getByRole("link", { name: `ada ${run}` })).toBeVisible();
  await expectAccessible(admin);
  await admin.goto("/segments");
  await expect(admin.getByRole("row").filter({ hasText: base })).toContainText("Live");
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
});

test("a segment that another one uses is not deleted", async ({ admin }) => {
  await admin.goto("/segments/new");
  await admin.getByRole("button", { name: "Start from blank" }).click();
  await admin.getByRole("button", { name: "Add a condition", exact: true }).click();
  await admin.getByRole("menuitem", { name: /^Another segment/ }).click();
  await admin.getByLabel("Segment", { exact: true }).selectOption({ label: base });
  await expect(admin.locator("[data-total]")).toHaveText("1");
  await admin.getByRole("button", { name: "Save", exact: true }).click();
  await admin.getByRole("dialog").getByLabel("Name").fill(`Uses ${base}`);
  await admin.getByRole("dialog").getByRole("button", { name: "Save segment" }).click();
  await expect(admin.getByRole("heading", { name: `Uses ${base}` })).toBeVisible();
  await admin.getByRole("link", { name: base, exact: true }).click();
  await admin.getByRole("tab", { name: "Settings" }).click();
  await admin.getByRole("button", { name: "Delete segment" }).click();
  await admin.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true }).click();
  await expect(admin.getByRole("alertdialog").getByRole("alert")).toContainText(`Uses ${base}`);
});
