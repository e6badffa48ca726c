import { expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { draftCoverage } from "./coverage";

const db = testDatabase();

it("reach counts who agreed, took part on the channel and holds an address", async () => {
  const said = (email_marketing: boolean) => ({ consent: { categoryPreferences: { email_marketing } } });
  await feed(db.sql, [
    { type: "identify", userId: "yes-mail", traits: { email: "yes@x.com" }, context: said(true) },
    { type: "identify", userId: "yes-none", context: said(true) },
    { type: "identify", userId: "no-mail", traits: { email: "no@x.com" }, context: said(false) },
    { type: "identify", userId: "left-mail", traits: { email: "left@x.com" }, context: said(true) },
    { userId: "left-mail", event: "Unsubscribed" },
  ]);
  await processAll(db);
  const rule = { version: 1, root: { kind: "group", id: "g", match: "all", children: [{ kind: "known", id: "k" }] } };
  const { total, reach } = await draftCoverage(db.ctx(member("marketer")), { rule });
  expect(total).toBe(4);
  expect(reach.find(({ purposeId }) => purposeId === "email_marketing")).toMatchObject({ channel: "email", allowed: 2, reachable: 1 });
  expect(reach.find(({ purposeId }) => purposeId === "sms_marketing")).toMatchObject({ channel: "sms", allowed: 0, reachable: 0 });
  expect(reach.some(({ purposeId }) => purposeId === "service")).toBe(false);
});
