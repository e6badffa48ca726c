import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const event = `Seg Bought ${run}`;
const base = `Buyers ${run}`;

test.describe.configure({ mode: "serial" });
// Long ways through the builder with accessibility checks of two themes.
test.slow();

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
  // The page before has the same tabs.
  await expect(admin.getByRole("heading", { name: base, exact: true })).toBeVisible();
  await admin.getByRole("tab", { name: "Settings" }).click();
  await admin.getByRole("button", { name: "Delete segment" }).click();
  await admin.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true }).click();
  await expect(admin.getByRole("alertdialog").getByRole("alert")).toContainText(`Uses ${base}`);
});

test("leaving with unsaved changes asks, for the browser's back button too", async ({ admin }) => {
  await admin.goto("/segments");
  await admin.getByRole("link", { name: base, exact: true }).click();
  await admin.getByRole("link", { name: "Edit rule" }).click();
  await expect(admin.locator("[data-total]")).toHaveText("1");
  await admin.getByLabel("Match of the outermost group").selectOption("any");
  await expect(admin.locator("[data-total]")).toHaveText("3");
  await admin.goBack();
  await expect(admin.getByRole("alertdialog")).toContainText("Leave without saving?");
  await admin.getByRole("button", { name: "Stay" }).click();
  await expect(admin.getByLabel("Match of the outermost group")).toHaveValue("any");
  await admin.goBack();
  await admin.getByRole("button", { name: "Leave" }).click();
  await expect(admin.getByRole("link", { name: "Edit rule" })).toBeVisible();
});

test("a list is uploaded, says whom it found, and becomes a row of a rule", async ({ admin, masked }) => {
  await admin.goto("/segments/lists");
  await admin.getByRole("button", { name: "New list" }).first().click();
  await admin.getByRole("dialog").getByLabel("Name").fill(`List ${run}`);
  await admin.getByRole("button", { name: "Make list" }).click();
  await expect(admin.getByRole("heading", { name: `List ${run}` })).toBeVisible();
  await admin.getByLabel("CSV file").setInputFiles({
    name: "people.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`name;user_id\nAda;ada-${run}\nBob;bob-${run}\nEve;eve-${run}\n`),
  });
  await admin.getByRole("button", { name: "Upload identifiers" }).click();
  await expect(admin.getByRole("status").filter({ hasText: "2 of 3 rows name somebody" })).toBeVisible();
  await expect(admin.getByRole("link", { name: `ada ${run}` })).toBeVisible();
  await admin.getByRole("tab", { name: "Uploads" }).click();
  await admin.getByText("that named nobody, masked").click();
  await expect(admin.getByText(`eve-${run}`)).toHaveCount(0);
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
  await masked.goto(admin.url());
  await expect(masked.getByRole("row").nth(1)).toBeVisible();
  await expect(masked.getByText(`ada ${run}`)).toHaveCount(0);
  await admin.goto("/segments/new");
  await admin.getByRole("button", { name: "Start from blank" }).click();
  await admin.getByRole("button", { name: "Add a condition", exact: true }).click();
  await admin.getByRole("menuitem", { name: /^List/ }).click();
  await admin.getByLabel("List", { exact: true }).selectOption({ label: `List ${run}` });
  await expect(admin.locator("[data-total]")).toHaveText("2");
  await admin.getByRole("button", { name: "Save", exact: true }).click();
  await admin.getByRole("dialog").getByLabel("Name").fill(`On the list ${run}`);
  await admin.getByRole("dialog").getByRole("button", { name: "Save segment" }).click();
  await expect(admin.getByRole("heading", { name: `On the list ${run}` })).toBeVisible();
  await expect(admin.getByText("Live", { exact: true })).toBeVisible();
});

test("segments are compared, pair by pair and by combination", async ({ admin }) => {
  await admin.goto("/segments");
  await admin.getByRole("link", { name: "Overlap" }).click();
  for (const name of [base, `On the list ${run}`]) {
    await admin.getByRole("button", { name: /^(?:Choose segments|Segments)$/ }).click();
    await admin.getByRole("searchbox", { name: "Search segments by name" }).fill(name);
    await admin.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check();
    await admin.keyboard.press("Escape");
  }
  await expect(admin.getByText(`The largest overlap: ${base} and On the list ${run} share 1 people.`)).toBeVisible();
  await admin.getByRole("button", { name: "Table" }).last().click();
  await expect(admin.getByRole("row", { name: new RegExp(`${base} and On the list ${run} 2 1`) })).toBeVisible();
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
});
