import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);
const name = `Left carts ${run}`;

test("a journey from a template is rehearsed: over history, and for one person with what each message would say", async ({ marketer }) => {
  await marketer.goto("/journeys?create=true");
  const dialog = marketer.getByRole("dialog", { name: "New journey" });
  await dialog.getByRole("radio", { name: "Abandoned cart" }).click();
  await expect(dialog.getByLabel("Name")).toHaveValue("Abandoned cart");
  await expect(dialog.getByRole("region", { name: "Steps of Abandoned cart" })).toContainText("Last reminder");
  await expectAccessible(marketer, { include: '[role="dialog"]' });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create journey" }).click();
  await expect(marketer.getByRole("heading", { name, level: 1 })).toBeVisible();

  await marketer.goto(`${new URL(marketer.url()).pathname}/rehearse`);
  await marketer.getByRole("button", { name: "Rehearse over 30 days" }).click();
  const steps = marketer.getByRole("region", { name: "Step by step" });
  await expect(steps.getByRole("row", { name: /^Last reminder/ })).toBeVisible();
  await expect(marketer.getByRole("button", { name: "Rehearse over 30 days" })).toBeVisible();
  await expectAccessible(marketer);

  await marketer.getByRole("tab", { name: "One person" }).click();
  await marketer.getByLabel("Traits").fill("first_name = Rosalind");
  await marketer.getByRole("button", { name: "Walk through" }).click();
  const walk = marketer.getByRole("region", { name: "The walk" });
  await expect(walk.getByText("Would be sent")).toHaveCount(2);
  await expect(walk).toContainText("Subject: You left something behind");
  await expectAccessible(marketer);
  await expectNoSidewaysScroll(marketer, 360);
  await marketer.setViewportSize({ width: 1280, height: 800 });
  await walk.getByRole("button", { name: `Read message ${name}: Reminder` }).click();
  // Nothing may run in the frame, so what it was given is looked at.
  await expect(walk.getByTitle(`Message ${name}: Reminder`)).toHaveAttribute("srcdoc", /Hello Rosalind/);

  // An order that is supposed takes them out before anything is sent.
  await marketer.getByRole("button", { name: "Suppose an event" }).click();
  await expect(marketer.getByLabel("Event 1", { exact: true })).toHaveValue("Order Completed");
  await marketer.getByRole("button", { name: "Walk through" }).click();
  await expect(walk.getByText("Left by an exit rule")).toBeVisible();
  await expect(walk.getByText("Would be sent")).toHaveCount(0);

  await marketer.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name }).click();
  await expect(marketer.getByRole("heading", { name, level: 1 })).toBeVisible();
});
