import { beforeAll, expect, test } from "vitest";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { OutgoingError, textRecords } from "@/domain/kernel/outgoing";
import { testDatabase } from "@/server/test/database";
import { archiveAccount, checkSender, listAccounts, openAccount, pauseAccount, saveAccount } from ".";

const db = testDatabase();
let ctx: Ctx;
beforeAll(() => {
  ctx = createContext({ kind: "job", id: "test" }, db);
});

const mail = (provider: string, settings: object = {}, secrets: object = {}) => ({
  provider,
  name: "News",
  settings: { from: "news@mail.example.com", ...settings },
  secrets,
});

test("the records of a sender are judged", async () => {
  const { id } = await saveAccount(ctx, mail("sendgrid", {}, { apiKey: "SG.secret" }));
  const answers: Record<string, string[]> = {
    "mail.example.com": ["google-site-verification=x", "v=spf1 include:sendgrid.net ~all"],
    "s2._domainkey.mail.example.com": ["k=rsa; t=s; p=MIGf"],
    "_dmarc.example.com": ["v=DMARC1; p=reject"],
  };
  const of = async (changed: Record<string, string[]> = {}) =>
    (await checkSender(ctx, { id }, async (name) => ({ ...answers, ...changed })[name] ?? [])).checks.map(({ kind, name, verdict }) => [
      kind,
      name,
      verdict,
    ]);
  expect(await of()).toEqual([
    ["spf", "mail.example.com", "good"],
    ["dkim", "s2._domainkey.mail.example.com", "good"],
    ["dmarc", "_dmarc.example.com", "good"],
  ]);
  const verdicts = async (changed: Record<string, string[]>) => (await of(changed)).map(([, , verdict]) => verdict);
  expect(await verdicts({ "mail.example.com": [] })).toEqual(["missing", "good", "good"]);
  expect(await verdicts({ "mail.example.com": ["v=spf1 -all", "v=spf1 ~all"] })).toEqual(["warning", "good", "good"]);
  expect(await verdicts({ "mail.example.com": ["v=spf1 include:sendgrid.net +all"] })).toEqual(["warning", "good", "good"]);
  expect(await verdicts({ "s2._domainkey.mail.example.com": ["v=DKIM1; p="] })).toEqual(["good", "warning", "good"]);
  expect(await verdicts({ "s2._domainkey.mail.example.com": [], "_dmarc.mail.example.com": ["v=DMARC1; p=none"] })).toEqual([
    "good",
    "missing",
    "warning",
  ]);
  const silent = await checkSender(ctx, { id }, () => Promise.reject(new OutgoingError("unreachable", "ETIMEOUT")));
  expect(silent.checks.every(({ verdict }) => verdict === "unknown")).toBe(true);
});

test("names that are not public are never looked up", async () => {
  for (const name of ["localhost", "db.internal", "127.0.0.1", "a b.example.com", "x.local"])
    await expect(textRecords(name)).rejects.toBeInstanceOf(OutgoingError);
});

test("keys are sealed in the database, never shown, kept when not typed again, and gone with the account", async () => {
  const { id } = await saveAccount(ctx, mail("postmark", {}, { serverToken: "very-secret" }));
  const [row] = await db.sql<{ all: string }[]>`select row_to_json(a)::text as all from channel_accounts a where id = ${id}`;
  expect(row?.all).not.toContain("very-secret");
  expect(JSON.stringify(await listAccounts(ctx))).not.toContain("very-secret");
  await saveAccount(ctx, { ...mail("postmark", { stream: "outbound" }), id });
  expect(await openAccount(db.sql, id)).toMatchObject({ settings: { stream: "outbound" }, secrets: { serverToken: "very-secret" } });
  expect(JSON.stringify(await db.sql`select * from audit_log`)).not.toContain("very-secret");
  await archiveAccount(ctx, { id });
  expect(await openAccount(db.sql, id)).toBeNull();
  expect((await db.sql`select sealed from channel_accounts where id = ${id}`)[0]).toEqual({ sealed: null });
});

test("accounts that cannot work are refused by field; the first is the default, and its heir takes over", async () => {
  await db.sql`delete from channel_accounts`;
  await expect(saveAccount(ctx, mail("smtp", { host: "", port: "x" }))).rejects.toMatchObject({
    code: "VALIDATION",
    fields: { host: expect.any(String), port: expect.any(String) },
  });
  await expect(saveAccount(ctx, { provider: "webhook", name: "x", settings: { url: "http://127.0.0.1/" } })).rejects.toMatchObject({
    fields: { url: expect.any(String) },
  });
  await expect(
    saveAccount(ctx, { provider: "firebase", name: "x", settings: {}, secrets: { serviceAccount: "{}" } }),
  ).rejects.toMatchObject({ fields: { serviceAccount: expect.any(String) } });
  await expect(saveAccount(ctx, { provider: "inbox", name: "x", settings: {} })).rejects.toMatchObject({ code: "VALIDATION" });
  const first = await saveAccount(ctx, { ...mail("resend", {}, { apiKey: "k" }), isDefault: false });
  const second = await saveAccount(ctx, { ...mail("resend", {}, { apiKey: "k" }), isDefault: false });
  expect((await listAccounts(ctx)).map(({ id, isDefault }) => [id, isDefault])).toEqual([
    [first.id, true],
    [second.id, false],
  ]);
  await pauseAccount(ctx, { id: first.id });
  await archiveAccount(ctx, { id: first.id });
  expect((await listAccounts(ctx)).map(({ id, isDefault }) => [id, isDefault])).toEqual([[second.id, true]]);
  const viewer = createContext({ kind: "apiKey", id: "k", name: "k", scopes: [] }, db);
  for (const call of [() => listAccounts(viewer), () => saveAccount(viewer, {}), () => checkSender(viewer, { id: second.id })])
    await expect(call()).rejects.toMatchObject({ code: "FORBIDDEN" });
});
