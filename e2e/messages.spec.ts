import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { SMTPServer } from "smtp-server";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

const run = Math.random().toString(36).slice(2, 8);

test("the log of messages narrows by state and keeps it in the address; accounts are read-only for marketers", async ({ marketer }) => {
  await marketer.goto("/settings/channels");
  await expect(marketer.getByRole("heading", { name: "Channels", exact: true })).toBeVisible();
  await expect(marketer.getByRole("button", { name: "Add account" })).toHaveCount(0);
  await expectAccessible(marketer);
  await marketer.goto("/messages");
  await expect(marketer.getByRole("heading", { name: "Messages", exact: true })).toBeVisible();
  await marketer.getByLabel("State").selectOption("review");
  await expect(marketer).toHaveURL(/state=review/);
  await expectAccessible(marketer);
  await marketer.setViewportSize({ width: 360, height: 780 });
  await expectNoSidewaysScroll(marketer, 360);
});

test("an account is added, tested and removed; what is wrong is said beside its field", async ({ admin }) => {
  await admin.goto("/settings/channels");
  await admin.getByRole("button", { name: "Add account" }).first().click();
  const sheet = admin.getByRole("dialog", { name: "Add account" });
  await sheet.getByLabel("Provider").selectOption("twilio");
  await sheet.getByLabel("API address").fill("http://127.0.0.1:1/");
  await sheet.getByLabel("Name", { exact: true }).fill(`Texts ${run}`);
  await sheet.getByRole("button", { name: "Add account" }).click();
  await expect(sheet.getByText("Enter: Account SID.")).toBeVisible();
  await expect(sheet.getByText(/could not be reached/)).toBeVisible();
  await expectAccessible(admin);
  await sheet.getByLabel("API address").fill("https://no-such-name.example.com");
  await sheet.getByLabel("Account SID").fill("AC0");
  await sheet.getByLabel("Auth token").fill("not-a-token");
  await sheet.getByLabel("From", { exact: true }).fill("+4930123456");
  await sheet.getByRole("button", { name: "Add account" }).click();
  const row = admin.getByRole("row", { name: new RegExp(`Texts ${run}`) });
  await expect(row).toContainText("Twilio");
  await row.getByRole("button", { name: `Actions for Texts ${run}` }).click();
  await admin.getByRole("menuitem", { name: "Send a test" }).click();
  const dialog = admin.getByRole("dialog", { name: `Test Texts ${run}` });
  await dialog.getByRole("button", { name: "Send test" }).click();
  await expect(dialog.getByText("Enter a number such as +4915112345678.")).toBeVisible();
  await dialog.getByLabel("Send to this number").fill("+4915112345678");
  await dialog.getByRole("button", { name: "Send test" }).click();
  await expect(dialog.getByText(/The test was not taken/)).toBeVisible();
  await expectAccessible(admin);
  await admin.keyboard.press("Escape");
  await row.getByRole("button", { name: `Actions for Texts ${run}` }).click();
  await admin.getByRole("menuitem", { name: "Remove account and its keys" }).click();
  await expect(row).toHaveCount(0);
});

test("what reaches messages from outside gives nothing away", async ({ request, baseURL }) => {
  const pixel = await request.get(`${baseURL}/t/o/1-1.AAAAAAAAAAAAAAAA`);
  expect([pixel.status(), pixel.headers()["content-type"]]).toEqual([200, "image/gif"]);
  expect((await request.get(`${baseURL}/t/c/1-1-0.AAAAAAAAAAAAAAAA`, { maxRedirects: 0 })).status()).toBe(404);
  expect((await request.post(`${baseURL}/api/channels/chn_none/callback`, { data: {} })).status()).toBe(404);
  expect((await request.get(`${baseURL}/v1/inbox?writeKey=x&anonymousId=00000000-0000-4000-8000-000000000000`)).status()).toBe(401);
  const script = await request.get(`${baseURL}/tributary.js`);
  expect([script.status(), (await script.text()).length < 8_000]).toEqual([200, true]);
});

/** Calls a server action as the page's member does, on a screen that uses it; the id of what it made. */
async function make(page: Page, path: string, name: string, input: object): Promise<string> {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../.next/server/server-reference-manifest.json"), "utf8")) as {
    node: Record<string, { exportedName?: string }>;
  };
  const [action = ""] = Object.entries(manifest.node).find(([, one]) => one.exportedName === name) ?? [];
  const origin = new URL(process.env.E2E_BASE_URL ?? "").origin;
  const answer = await page.request.post(path, {
    headers: { "next-action": action, "content-type": "text/plain;charset=UTF-8", accept: "text/x-component", origin },
    data: JSON.stringify([input]),
  });
  const text = await answer.text();
  const [, id] = /"ok":true,"data":\{"id":"([^"]+)"/.exec(text) ?? [];
  if (id === undefined) throw new Error(`${name}: ${answer.status()} ${text.slice(0, 2_000)}`);
  return id;
}

/** A mail server on the port that the product may reach; what it took, by the address in "To". */
async function mailServer(): Promise<{ mails: { to: string; text: string }[]; close(): Promise<void> }> {
  const mails: { to: string; text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address).join(), text: Buffer.concat(parts).toString() });
        done();
      });
    },
  });
  await new Promise<void>((ready) => server.listen(Number(process.env.E2E_MAIL_PORT), "127.0.0.1", ready));
  return { mails, close: () => new Promise((done) => server.close(done)) };
}

test("a journey's mail arrives exactly once; who withdrew while it waited gets none", async ({ admin, cli }) => {
  const { mails, close } = await mailServer();
  const { writeKey } = cli<{ writeKey: string }>("source", "create", "--name", `Mail ${run}`);
  const [stays, leaves] = [`stays-${run}@example.com`, `leaves-${run}@example.com`];
  const event = `Joined ${run}`;
  const track = async (userId: string, name: string, context: object = {}): Promise<void> => {
    expect((await admin.request.post("/v1/track", { data: { writeKey, userId, event: name, context } })).status()).toBe(200);
  };

  // The account, through its screen: a server on the operator's own network.
  await admin.goto("/settings/channels");
  await admin.getByRole("button", { name: "Add account" }).first().click();
  const sheet = admin.getByRole("dialog", { name: "Add account" });
  await sheet.getByLabel("Provider").selectOption("smtp");
  await sheet.getByLabel("Name", { exact: true }).fill(`Post ${run}`);
  await sheet.getByLabel("Server").fill("127.0.0.1");
  await sheet.getByLabel("Port").fill(process.env.E2E_MAIL_PORT ?? "");
  await sheet.getByLabel("Encryption").selectOption("none");
  await sheet.getByLabel("From address").fill("shop@example.com");
  await sheet.getByRole("button", { name: "Add account" }).click();
  const account = admin.getByRole("row", { name: new RegExp(`Post ${run}`) });
  await expect(account).toContainText("SMTP");

  const source =
    "<mjml><mj-body><mj-section><mj-column><mj-text>Out: {{ links.unsubscribe }}</mj-text></mj-column></mj-section></mj-body></mjml>";
  const variants = { en: { subject: `Hello ${run}`, body: { kind: "mjml", source } } };
  const templateId = await make(admin, "/templates", "createTemplateAction", {
    name: `Hello ${run}`,
    content: { channel: "email", defaultLanguage: "en", variants },
  });
  const id = await make(admin, "/journeys", "createJourneyAction", {
    name: `Hello ${run}`,
    description: null,
    definition: {
      version: 1,
      entry: { kind: "event", event, where: [], key: null },
      start: "mail",
      nodes: [{ kind: "message", id: "mail", channel: "email", templateId, next: null }],
      settings: { purposeId: "email_marketing", review: true },
    },
  });
  await admin.goto(`/journeys/${id}`);
  await admin.getByRole("button", { name: "Publish …" }).click();
  await admin.getByRole("button", { name: "Publish journey" }).click();
  await expect(admin.getByText("Version 1 is live.")).toBeVisible();

  for (const email of [stays, leaves]) {
    const context = { consent: { categoryPreferences: { email_marketing: true } } };
    const said = await admin.request.post("/v1/identify", { data: { writeKey, userId: email, traits: { email, name: email }, context } });
    expect(said.status()).toBe(200);
    await track(email, event);
  }
  const rows = admin.getByRole("table", { name: "Messages" }).getByRole("row");
  const row = (email: string) => rows.filter({ hasText: email });
  const shown = async (look: () => Promise<void>): Promise<void> =>
    expect(async () => {
      await admin.goto(`/messages?journey=${id}`);
      await look();
    }).toPass({ timeout: 30_000 });
  await shown(() => expect(rows).toHaveCount(3, { timeout: 2_000 }));
  expect(mails).toEqual([]);

  // One of the two withdraws; whoever approves all the same approves the other's mail alone.
  await track(leaves, "Preferences Changed", { consent: { categoryPreferences: { email_marketing: false } } });
  await shown(() => expect(row(leaves)).toContainText("No consent", { timeout: 2_000 }));
  await admin.goto(`/messages?journey=${id}&state=review`);
  await admin.getByRole("button", { name: `Approve all of Hello ${run}` }).click();
  await shown(() => expect(row(stays)).toContainText("Sent", { timeout: 2_000 }));
  // The same event again lets nobody in a second time, and says so.
  const person = (await row(stays).getByRole("link").getAttribute("href"))?.split("/").at(-1) ?? "";
  await track(stays, event);
  const refused = async (): Promise<number[]> => {
    const answer = await admin.request.get(`/api/journeys/people/${person}`);
    const { data } = (await answer.json()) as { data: { refusals: { journeyId: string; times: number }[] } };
    return data.refusals.filter(({ journeyId }) => journeyId === id).map(({ times }) => times);
  };
  await expect.poll(refused, { timeout: 30_000 }).toEqual([1]);
  await shown(() => expect(rows).toHaveCount(3, { timeout: 2_000 }));
  expect(mails.map(({ to }) => to)).toEqual([stays]);
  expect(mails[0]?.text).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m);

  await admin.goto("/settings/channels");
  await account.getByRole("button", { name: `Actions for Post ${run}` }).click();
  await admin.getByRole("menuitem", { name: "Remove account and its keys" }).click();
  await expect(account).toHaveCount(0);
  await close();
});
