import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScroll, runCli, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const event = `Joined ${run}`;
const drawn = `Drawn by mouse ${run}`;
const typed = `Drawn by keys ${run}`;

test.describe.configure({ mode: "serial" });
// Long ways through the editor with accessibility checks of two themes.
test.slow();

async function create(page: Page, name: string): Promise<void> {
  await page.goto("/journeys?create=true");
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Create journey" }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

/** Publishes what is drawn, once it is saved. */
async function publish(page: Page): Promise<void> {
  await expect(page.getByText("Draft saved")).toBeVisible();
  await page.getByRole("button", { name: "Publish …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish journey" }).click();
  await expect(page.getByText(/Version \d+ is live/)).toBeVisible();
}

test("a journey is drawn by mouse, refused while it is unfinished, and published", async ({ marketer }) => {
  await create(marketer, drawn);
  await marketer.getByRole("button", { name: "Add a step after the entry" }).click();
  await marketer.getByRole("option", { name: /^Set a trait/ }).click();
  await expect(marketer.getByRole("region", { name: "Set a trait" })).toBeVisible();
  await marketer.getByRole("button", { name: "Add a step after Set a trait" }).click();
  await marketer.getByRole("option", { name: /^Wait For a fixed time/ }).click();
  await expect(marketer.getByText("Draft saved")).toBeVisible();

  await marketer.getByRole("button", { name: "Publish …" }).click();
  const refused = marketer.getByRole("dialog", { name: "Not ready to publish" });
  await expect(refused).toContainText("Choose the event that people enter by.");
  await refused.getByRole("button", { name: /Name the trait/ }).click();
  await marketer.getByLabel("Trait", { exact: true }).fill(`stage_${run}`);
  await marketer.getByLabel("Value").fill("new");
  await marketer.locator('[data-step="entry"]').click();
  const entry = marketer.getByRole("combobox", { name: "Entry event" });
  await entry.fill(event);
  await entry.press("Enter");
  await expect(marketer.getByText("Complete", { exact: true })).toBeVisible();
  await expectAccessible(marketer);
  await publish(marketer);
});

test("events by HTTP let people in, and the numbers, the people and the trace show it", async ({ marketer, masked, baseURL }) => {
  const { writeKey } = runCli<{ writeKey: string }>("source", "create", "--name", `Journeys ${run}`);
  const answer = await marketer.request.post(`${baseURL}/v1/batch`, {
    headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` },
    data: {
      batch: ["ann", "bob"].flatMap((name) => [
        { type: "identify", userId: `${name}-${run}`, traits: { name: `${name} ${run}` }, messageId: `i-${name}-${run}` },
        { type: "track", userId: `${name}-${run}`, event, messageId: `t-${name}-${run}` },
      ]),
    },
  });
  expect(answer.ok()).toBe(true);
  await marketer.goto("/journeys");
  await marketer.getByRole("link", { name: drawn }).click();
  await marketer.getByRole("button", { name: "Live numbers" }).click();
  const wait = marketer.locator("[data-step]").filter({ hasText: "1 day" });
  await expect(wait).toContainText("2 here");
  await wait.click();
  await marketer.getByRole("button", { name: "People here now" }).click();
  const people = marketer.getByRole("dialog");
  await expect(people.getByRole("link", { name: `ann ${run}` })).toBeVisible();
  await people.getByRole("link", { name: `bob ${run}` }).click();
  await expect(marketer.getByRole("list", { name: "Steps taken" })).toContainText("Stands here now");
  await expectAccessible(marketer);
  await marketer.getByRole("link", { name: "Person", exact: true }).click();
  await marketer.getByRole("tab", { name: "Journeys" }).click();
  await expect(marketer.getByRole("link", { name: `Step by step: ${drawn}` })).toBeVisible();

  // Who may not see personal data sees that somebody is there, not who.
  await masked.goto("/journeys");
  await masked.getByRole("link", { name: drawn }).click();
  await masked.getByRole("button", { name: "People", exact: true }).click();
  await expect(masked.getByRole("dialog").getByRole("link", { name: /^Person \d+$/ })).toHaveCount(2);
  await expect(masked.getByRole("dialog")).not.toContainText(`ann ${run}`);
});

test("another is drawn with the keyboard alone, undone, and read as an outline on a phone", async ({ admin }) => {
  await create(admin, typed);
  const keys = admin.keyboard;
  const add = async (words: string) => {
    await keys.press("+");
    await expect(admin.getByRole("dialog", { name: "Add a step" })).toBeVisible();
    await keys.type(words);
    await keys.press("Enter");
  };
  await admin.locator('[data-step="entry"]').focus();
  await add("random");
  const split = admin.locator("[data-step]").filter({ hasText: "Random split" });
  await expect(split).toBeFocused();
  await add("fixed time");
  await expect(admin.locator("[data-step]").filter({ hasText: "1 day" })).toBeFocused();
  await keys.press("ArrowUp");
  await expect(split).toBeFocused();
  await keys.press("Enter");
  await expect(admin.getByLabel("Name", { exact: true })).toBeFocused();
  await keys.type("Half and half");
  await expect(admin.locator("[data-step]").filter({ hasText: "Half and half" })).toBeVisible();
  await admin.locator("[data-step]").filter({ hasText: "1 day" }).focus();
  await keys.press("Delete");
  await expect(admin.locator("[data-step]").filter({ hasText: "1 day" })).toHaveCount(0);
  await keys.press("Control+z");
  await expect(admin.locator("[data-step]").filter({ hasText: "1 day" })).toHaveCount(1);
  await expect(admin.getByText("Draft saved")).toBeVisible();

  await admin.setViewportSize({ width: 360, height: 740 });
  // What was open beside the canvas is a sheet over the outline now.
  await keys.press("Escape");
  await expect(admin.getByRole("list", { name: "Steps of the journey" })).toContainText("Half and half");
  await expectNoSidewaysScroll(admin, 360);
  await expectAccessible(admin);
});

test("two people drawing at once compare, and one of the two goes on", async ({ admin, marketer }) => {
  await admin.goto("/journeys");
  await admin.getByRole("link", { name: typed }).click();
  await expect(admin.locator('[data-step="entry"]')).toBeVisible();
  await marketer.goto(admin.url());
  for (const [page, name] of [
    [admin, "Thirds"],
    [marketer, "Quarters"],
  ] as const) {
    await page.locator("[data-step]").filter({ hasText: "Half and half" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    if (page === admin) await expect(page.locator("[data-step]").filter({ hasText: "Thirds" })).toBeVisible();
    if (page === admin) await expect(page.getByText("Draft saved")).toBeVisible();
  }
  const conflict = marketer.getByRole("alertdialog");
  await expect(conflict).toContainText("saved this journey while you were editing");
  await expect(conflict.getByRole("region", { name: "Your changes" })).toContainText("Quarters");
  await expect(conflict.getByRole("region", { name: "Their changes" })).toContainText("Thirds");
  await conflict.getByRole("button", { name: "Take theirs" }).click();
  await expect(marketer.locator("[data-step]").filter({ hasText: "Thirds" })).toBeVisible();
});

test("a frequency cap is set and taken away", async ({ marketer }) => {
  await marketer.goto("/journeys/caps");
  await marketer.getByRole("button", { name: "New cap" }).click();
  const dialog = marketer.getByRole("dialog");
  await dialog.getByLabel("Name").fill(`Cap ${run}`);
  await dialog.getByLabel("Messages").fill("900");
  await dialog.getByRole("button", { name: "Save cap" }).click();
  await expect(marketer.getByRole("listitem").filter({ hasText: `Cap ${run}` })).toContainText(
    "At most 900 messages to a person in any 7 days",
  );
  await expectAccessible(marketer);
  await marketer.getByRole("button", { name: `Change Cap ${run}` }).click();
  await dialog.getByRole("button", { name: "Delete cap" }).click();
  await expect(marketer.getByText(`Cap ${run}`)).toHaveCount(0);
});
