import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { createContext } from "@/domain/kernel/context";
import { sendMessages } from "@/domain/messages";
import { createSource } from "@/domain/sources";
import { testDatabase } from "@/server/test/database";
import { createMessagesApi } from "./handler";

const db = testDatabase();
const DEVICE = "2f0c8b1e-9d0a-4f7e-8a53-1f6f4b7f0001";
let base = "";
let writeKey = "";
let close: () => void = () => {};
let paths: { pixel: string; link: string } = { pixel: "", link: "" };

beforeAll(async () => {
  const ctx = createContext({ kind: "job", id: "test" }, db);
  ({ writeKey } = await createSource(ctx, { name: "Shop", type: "website" }));
  const consent = { categoryPreferences: { email_marketing: true } };
  await feed(db.sql, [
    { type: "identify", userId: "ann", anonymousId: DEVICE, traits: { email: "ann@example.com" }, context: { consent } },
  ]);
  await processAll(db);
  const email = {
    channel: "email",
    defaultLanguage: "en",
    variants: {
      en: {
        subject: "Hi",
        body: { kind: "blocks", blocks: [{ kind: "button", id: "b", text: "Go", url: "https://shop.example.com/?a=1&b=ü" }] },
      },
    },
  };
  const inApp = { channel: "in_app", defaultLanguage: "en", variants: { en: { title: "Hi", body: "There" } } };
  await db.sql`insert into templates (id, name, channel, content) values ('tpl_e', 'E', 'email', ${JSON.stringify(email)}::text::jsonb), ('tpl_i', 'I', 'in_app', ${JSON.stringify(inApp)}::text::jsonb)`;
  await db.sql`insert into messages (profile_id, idem_key, channel, template_id, purpose_id, transactional, state, due_at)
    select i.profile_id, decode(md5(c), 'hex'), c, t, 'email_marketing', c = 'in_app', 'queued', now() - interval '1 minute'
    from identifiers i, (values ('email', 'tpl_e'), ('in_app', 'tpl_i')) v(c, t) where i.type = 'user_id' and i.value = 'ann'`;
  expect(await sendMessages(ctx)).toEqual({ taken: 2, sent: 2 });
  await db.sql`update messages set sent_at = now() - interval '10 seconds'`;
  const { writeTracked } = await import("@/domain/messages/tracking");
  const [mail] = await db.sql<
    { profileId: number; messageId: number }[]
  >`select profile_id as "profileId", id as "messageId" from messages where channel = 'email'`;
  if (!mail) throw new Error("no mail");
  paths = { pixel: `/t/o/${writeTracked({ ...mail, link: null })}`, link: `/t/c/${writeTracked({ ...mail, link: 0 })}` };
  const api = createMessagesApi({ database: db, origin: () => base });
  const server = createServer((req, res) => {
    const path = (req.url ?? "/").split("?", 1)[0] ?? "/";
    if (api.matches(path)) api.handle(req, res);
    else res.writeHead(418).end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
});
afterAll(() => close());

const chrome = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36" };

test("the pixel is a picture for everybody; a link leads where the mail did, and nowhere else", async () => {
  for (const path of [paths.pixel, "/t/o/abc.def", "/t/o/1-1.AAAAAAAAAAAAAAAA"]) {
    const got = await fetch(base + path, { headers: chrome });
    expect([got.status, got.headers.get("content-type")]).toEqual([200, "image/gif"]);
  }
  const click = await fetch(base + paths.link, { headers: chrome, redirect: "manual" });
  expect([click.status, click.headers.get("location")]).toEqual([302, "https://shop.example.com/?a=1&b=%C3%BC"]);
  for (const path of [
    `${paths.link}x`,
    "/t/c/1-1-0.AAAAAAAAAAAAAAAA",
    `${paths.link}?url=https://evil.example.com`.replace("/t/c/", "/t/c/x"),
  ])
    expect((await fetch(base + path, { redirect: "manual" })).status).toBe(404);
  const seen = await db.sql<{ kind: string; machine: boolean }[]>`select kind, machine from message_signals order by received_at`;
  expect(seen.map(({ kind, machine }) => [kind, machine])).toEqual([
    ["opened", false],
    ["clicked", false],
  ]);
});

test("the inbox answers browsers of every site without cookies, and says no in words", async () => {
  const origin = { origin: "https://shop.example.com" };
  const flight = await fetch(`${base}/v1/inbox`, {
    method: "OPTIONS",
    headers: { ...origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
  });
  expect([
    flight.status,
    flight.headers.get("access-control-allow-origin"),
    flight.headers.get("access-control-allow-credentials"),
  ]).toEqual([204, origin.origin, null]);
  const read = await fetch(`${base}/v1/inbox?writeKey=${writeKey}&anonymousId=${DEVICE}`, { headers: origin });
  expect(read.headers.get("access-control-allow-origin")).toBe(origin.origin);
  expect(read.headers.get("cache-control")).toBe("no-store");
  const { items, unread } = (await read.json()) as { items: { id: number; title: string }[]; unread: number };
  expect([items.map(({ title }) => title), unread]).toEqual([["Hi"], 1]);
  const post = (path: string, body: string) =>
    fetch(`${base}/v1/inbox${path}`, { method: "POST", headers: { ...origin, "content-type": "application/json" }, body });
  const who = { writeKey, anonymousId: DEVICE };
  expect((await post("", JSON.stringify({ ...who, id: items[0]?.id, action: "read" }))).status).toBe(200);
  expect(((await (await fetch(`${base}/v1/inbox?writeKey=${writeKey}&anonymousId=${DEVICE}`)).json()) as { unread: number }).unread).toBe(
    0,
  );
  expect((await fetch(`${base}/v1/inbox?writeKey=no&anonymousId=${DEVICE}`)).status).toBe(401);
  expect((await post("", "{")).status).toBe(400);
  expect((await post("", "x".repeat(20_000))).status).toBe(400);
  expect((await fetch(`${base}/v1/inbox`, { method: "DELETE" })).status).toBe(405);
  const subscription = { endpoint: "https://127.0.0.1/push", keys: { p256dh: "B".repeat(87), auth: "A".repeat(22) } };
  expect((await post("/subscriptions", JSON.stringify({ ...who, subscription }))).status).toBe(400);
  const real = { ...subscription, endpoint: "https://push.example.com/1" };
  expect((await post("/subscriptions", JSON.stringify({ ...who, subscription: real }))).status).toBe(200);
  expect(await db.sql`select endpoint from push_subscriptions`).toEqual([{ endpoint: real.endpoint }]);
});

test("reports of unknown accounts, and by GET, are refused", async () => {
  expect((await fetch(`${base}/api/channels/chn_none/callback`, { method: "POST", body: "{}" })).status).toBe(404);
  expect((await fetch(`${base}/api/channels/chn_none/callback`)).status).toBe(405);
});
