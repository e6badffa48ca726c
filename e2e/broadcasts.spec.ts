import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const event = `Letter Wanted ${run}`;
const template = `Letter ${run}`;
const segment = `Readers ${run}`;

test.describe.configure({ mode: "serial" });

test("three people, two of them with an address, in a segment", async ({ admin, baseURL }) => {
  const { writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Letters ${run}`);
  const batch = ["ada", "bob", "cyd"].flatMap((name, i) => [
    {
      type: "identify",
      userId: `${name}-${run}`,
      traits: { name: `${name} ${run}`, firstName: name, ...(i < 2 ? { email: `${name}-${run}@example.test` } : {}) },
    },
    { type: "track", userId: `${name}-${run}`, event },
  ]);
  const answer = await admin.request.post(`${baseURL}/v1/batch`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: { batch: batch.map((message, i) => ({ ...message, messageId: `letter-${run}-${i}` })) },
  });
  expect(answer.ok()).toBe(true);
  await expect.poll(async () => (await admin.request.get(`/api/profiles/search?q=ada-${run}`)).text()).toContain(`ada ${run}`);
  await admin.goto("/segments/new");
  await admin.getByRole("button", { name: "Start from blank" }).click();
  await admin.getByRole("button", { name: "Add a condition", exact: true }).click();
  await admin.getByRole("menuitem", { name: /^Did something/ }).click();
  await admin.getByRole("combobox", { name: "Event", exact: true }).fill(event);
  await admin.keyboard.press("Enter");
  await expect(admin.locator("[data-total]")).toHaveText("3");
  await admin.keyboard.press("Control+s");
  await admin.getByRole("dialog").getByLabel("Name").fill(segment);
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("heading", { name: segment })).toBeVisible();
});

test("a template is made from a starter and previewed, with the keyboard alone", async ({ admin }) => {
  await admin.goto("/templates");
  await admin.getByRole("button", { name: /^Welcome/ }).focus();
  await expectAccessible(admin, { exclude: ["iframe"] });
  await admin.keyboard.press("Enter");
  await admin.getByRole("dialog").getByLabel("Name").fill(template);
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("heading", { name: template })).toBeVisible();
  await admin.getByRole("button", { name: /^As / }).focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByLabel("Search a person")).toBeFocused();
  await admin.keyboard.type(`ada-${run}`);
  await expect(admin.getByRole("button", { name: new RegExp(`^ada ${run}`) })).toBeVisible();
  await admin.keyboard.press("Tab");
  await admin.keyboard.press("Enter");
  const mail = admin.getByRole("article", { name: `Preview as ada ${run}` });
  await expect(mail).toContainText("Welcome, ada");
  await admin.getByLabel("Subject").focus();
  await admin.keyboard.press("Control+a");
  await admin.keyboard.type("Dear {{ profile.first_name }}");
  await expect(mail).toContainText("Dear ada");
  await admin.keyboard.press("Control+s");
  await expect(admin.getByText("Revision 2")).toBeVisible();
  await admin.getByRole("button", { name: "Add language" }).focus();
  await admin.keyboard.press("Enter");
  await admin.keyboard.type("de");
  await admin.keyboard.press("Enter");
  await expect(admin.getByLabel("Language")).toHaveValue("de");
  await admin.getByLabel("Subject").fill("Hallo {{ profile.first_name }}");
  await expect(mail).toContainText("Hallo ada");
  await admin.keyboard.press("Control+s");
  await expect(admin.getByText("Revision 3")).toBeVisible();
  for (const name of ["Narrow, as on a phone", "Dark, as in mailboxes that invert colours"]) {
    await admin.getByRole("button", { name }).focus();
    await admin.keyboard.press("Space");
    await expect(admin.getByRole("button", { name })).toHaveAttribute("aria-pressed", "true");
  }
  await expectAccessible(admin, { exclude: ["iframe"] });
  await expectNoSidewaysScroll(admin, 360);
});

test("a broadcast says whom it reaches, is sent once to each, and tells what became of it", async ({ admin }) => {
  await admin.goto("/broadcasts");
  await admin.getByRole("button", { name: "New broadcast" }).focus();
  await admin.keyboard.press("Enter");
  await admin.getByRole("dialog").getByLabel("Name").fill(`News ${run}`);
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("heading", { name: `News ${run}` })).toBeVisible();
  const launch = admin.getByRole("button", { name: /^Launch to/ });
  await expect(launch).toBeDisabled();
  await expect(admin.getByText("Choose who gets it")).toBeVisible();
  await admin.getByRole("group", { name: "In any of these segments" }).getByRole("checkbox", { name: segment }).focus();
  await admin.keyboard.press("Space");
  await admin.getByLabel("Purpose").selectOption({ label: "Service and support" });
  await admin.getByLabel("Template", { exact: true }).selectOption({ label: template });
  await expect(admin.getByText("1 person has no address")).toBeVisible();
  await expect(admin.getByText("Not saved yet")).toBeVisible();
  await expect(launch).toBeDisabled();
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
  await admin.getByRole("button", { name: "Save draft" }).focus();
  await admin.keyboard.press("Enter");
  await expect(launch).toHaveText("Launch to 2 people");
  await expect(launch).toBeEnabled();
  await launch.focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("alertdialog")).toContainText("begin to leave at once");
  await admin.getByRole("button", { name: "Launch broadcast" }).focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByText("Done", { exact: true })).toBeVisible({ timeout: 45_000 });
  const number = (label: string) => admin.locator("dl > div").filter({ has: admin.getByText(label, { exact: true }) });
  await expect(number("In the audience")).toContainText("3people");
  await expect(number("Sent")).toContainText("266.7 % of audience");
  await expect(admin.getByRole("row", { name: /^No address/ })).toContainText("1");
  await expectAccessible(admin);
  await expectNoSidewaysScroll(admin, 360);
  await admin.setViewportSize({ width: 1280, height: 800 });
  await admin.goto("/messages");
  for (const name of ["ada", "bob"])
    await expect(
      admin
        .getByRole("row")
        .filter({ hasText: `Dear ${name}` })
        .filter({ hasText: `News ${run}` }),
    ).toHaveCount(1);
  await admin.goto("/broadcasts");
  await expect(admin.getByRole("row").filter({ hasText: `News ${run}` })).toContainText("Done");
  await expectAccessible(admin);
});

test("a marketer without personal data previews masked values", async ({ masked }) => {
  await masked.goto("/templates");
  await masked.getByRole("link", { name: template }).click();
  await expect(masked.getByRole("article", { name: /^Preview as / })).toBeVisible();
  await expect(masked.getByText(`${run}@example.test`)).toHaveCount(0);
});
