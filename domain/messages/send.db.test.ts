import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { saveAccount } from "@/domain/channels";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { newId } from "@/domain/kernel/ids";
import { Outgoing } from "@/domain/kernel/outgoing";
import { testDatabase } from "@/server/test/database";
import { followLink, markInbox, noteOpen, readInbox, sendMessages, stopWithdrawn, takeCallback } from ".";
import { writeTracked } from "./tracking";

const db = testDatabase();
const NOW = "2026-06-01T12:00:00Z";
const clock = fixedClock(NOW);
let ctx: Ctx;
const open = new Outgoing({ allow: "127.0.0.1" });
const send = (most?: number) => sendMessages(ctx, { client: open, random: () => 0.5, ...(most === undefined ? {} : { most }) });

// Accounts on this machine are saved as an operator would allow them.
vi.hoisted(() => {
  process.env["OUTGOING_ALLOW"] = "127.0.0.1";
});

const closing: (() => void)[] = [];
afterAll(() => closing.forEach((close) => close()));

async function smtp(answer: (n: number) => Error | null | "drop" = () => null): Promise<{ port: number; mails: string[] }> {
  const mails: string[] = [];
  const server: SMTPServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onData: (stream, session, done) => {
      let text = "";
      stream.on("data", (part: Buffer) => (text += part.toString("utf8")));
      stream.on("end", () => {
        mails.push(text);
        const said = answer(mails.length);
        if (said !== "drop") return done(said);
        for (const one of (server as unknown as { connections: Set<{ session: { id: string }; _socket: { destroy(): void } }> })
          .connections)
          if (one.session.id === session.id) one._socket.destroy();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  closing.push(() => server.close(() => {}));
  return { port: (server.server.address() as AddressInfo).port, mails };
}

async function http(answer: (n: number, key: string) => number | "reset" | "hang"): Promise<{ url: string; keys: string[] }> {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const key = String(request.headers["webhook-id"]);
      keys.push(key);
      const said = answer(keys.length, key);
      if (said === "reset") request.socket.destroy();
      else if (said !== "hang") response.writeHead(said, said === 429 ? { "retry-after": "90" } : {}).end("{}");
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, keys };
}

const template = async (channel: string, variant: object): Promise<string> => {
  const id = newId("tpl");
  const content = { channel, defaultLanguage: "en", variants: { en: variant } };
  await db.sql`insert into templates (id, name, channel, content) values (${id}, ${id}, ${channel}, ${JSON.stringify(content)}::text::jsonb)`;
  return id;
};
let people = 0;
/** A person with an address, who said yes to e-mail. */
async function person(more: { consent?: boolean } = {}): Promise<{ id: number; email: string; user: string; device: string }> {
  const user = `u${++people}`;
  const email = `${user}@example.com`;
  const device = `6b7c0f2e-0000-4000-8000-${String(people).padStart(12, "0")}`;
  const consent = { categoryPreferences: { email_marketing: more.consent ?? true } };
  await feed(db.sql, [
    {
      type: "identify",
      userId: user,
      anonymousId: device,
      traits: { email, firstName: `Ann${people}` },
      context: { consent },
      timestamp: "2026-05-01T00:00:00Z",
    },
  ]);
  await processAll(db);
  const [row] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where type = 'email' and value = ${email}`;
  return { id: row?.id ?? 0, email, user, device };
}
let keys = 0;
async function message(
  profileId: number,
  channel: string,
  templateId: string,
  more: { transactional?: boolean; due?: string; state?: string } = {},
): Promise<number> {
  const [row] = await db.sql<{ id: number }[]>`
    insert into messages (profile_id, idem_key, channel, template_id, purpose_id, transactional, state, due_at)
    values (${profileId}, decode(${String(++keys).padStart(8, "0").padEnd(64, "0")}, 'hex'), ${channel}, ${templateId}, 'email_marketing', ${more.transactional ?? false},
      ${more.state ?? "queued"}, ${more.due ?? NOW}) returning id`;
  return row?.id ?? 0;
}
const read = async (id: number) =>
  (
    await db.sql<
      {
        state: string;
        outcome: string | null;
        because: string | null;
        due: Date;
        attempts: number;
        content: Record<string, unknown> | null;
        account: string | null;
        token: number;
      }[]
    >`
    select state, outcome, because, due_at as due, attempts, content, account_id as account, lease_token as token from messages where id = ${id}`
  )[0];
const facts = async (id: number): Promise<string[]> =>
  (
    await db.sql<
      { event: string }[]
    >`select body::json ->> 'event' as event from inbox where body like ${`%"msg_${id}"%`} and source_id = 'src_tributary' order by id`
  ).map(({ event }) => event);
const events = async (): Promise<void> => void (await processAll(db));

const EMAIL = {
  subject: "Hello {{ profile.firstName }}",
  body: {
    kind: "mjml",
    source:
      '<mjml><mj-body><mj-section><mj-column><mj-button href="https://shop.example.com/x">Go</mj-button><mj-text><a href="{{ links.unsubscribe }}">out</a></mj-text></mj-column></mj-section></mj-body></mjml>',
  },
};
let mail = "";

beforeAll(async () => {
  ctx = createContext({ kind: "job", id: "test" }, db, clock);
  mail = await template("email", EMAIL);
});
beforeEach(async () => {
  clock.set(NOW);
  await db.sql`delete from messages`;
  await db.sql`delete from message_attempts`;
  await db.sql`delete from channel_accounts`;
  await db.sql`delete from frequency_caps`;
});

test("with nothing configured the sink sends, and keeps what the message said", async () => {
  const { id, email } = await person();
  const one = await message(id, "email", mail);
  const later = await message(id, "email", mail, { due: "2026-06-01T12:00:01Z" });
  expect(await send()).toEqual({ taken: 1, sent: 1 });
  expect(await read(one)).toMatchObject({
    state: "sent",
    outcome: "sent",
    account: null,
    content: { subject: `Hello Ann${people}`, links: ["https://shop.example.com/x"] },
  });
  expect((await db.sql`select address from messages where id = ${one}`)[0]).toEqual({ address: email });
  expect(await facts(one)).toEqual(["Email Sent"]);
  expect(await read(later)).toMatchObject({ state: "queued" });
});

test("whoever withdrew is not written to, whatever was planned", async () => {
  const { id, user } = await person();
  const one = await message(id, "email", mail);
  const waiting = await message(id, "email", mail, { due: "2026-07-01T00:00:00Z" });
  const no = await message((await person({ consent: false })).id, "email", mail);
  await stopWithdrawn(ctx);
  await feed(db.sql, [{ userId: user, event: "Unsubscribed", timestamp: "2026-06-01T11:59:00Z", properties: {} }]);
  await processAll(db);
  expect((await stopWithdrawn(ctx)).stopped).toBe(2);
  expect(await stopWithdrawn(ctx)).toEqual({ stopped: 0 });
  expect(await send()).toMatchObject({ sent: 0 });
  for (const message of [one, waiting]) expect(await read(message)).toMatchObject({ state: "not_sent", outcome: "unsubscribed" });
  expect(await read(no)).toMatchObject({ state: "not_sent", outcome: "not_consented" });
  const gone = await person();
  await db.sql`insert into consent_suppressions (type, value, channel, reason, at) values ('email', ${gone.email}, 'email', 'bounced', now())`;
  const suppressed = await message(gone.id, "email", mail);
  await send();
  expect(await read(suppressed)).toMatchObject({ state: "not_sent", outcome: "suppressed" });
});

test("a cap that was set after planning holds at the send, and the older of two goes first", async () => {
  const { id } = await person();
  const ids = [
    await message(id, "email", mail),
    await message(id, "email", mail),
    await message(id, "email", mail, { transactional: true }),
  ];
  await db.sql`insert into frequency_caps (id, name, channels, count, hours) values ('cap_1', 'One a day', '{email}', 1, 24)`;
  await send();
  const states = [];
  for (const one of ids) states.push((await read(one))?.outcome);
  expect(states).toEqual(["sent", "capped", "sent"]);
});

describe("SMTP", () => {
  const connect = (port: number, more: object = {}) =>
    saveAccount(ctx, {
      provider: "smtp",
      name: "Mail",
      settings: { host: "127.0.0.1", port: String(port), security: "none", from: "news@example.com" },
      ...more,
    });

  test("each message arrives exactly once, with a link out that works and its own links wrapped", async () => {
    const server = await smtp();
    await connect(server.port);
    const all = [];
    for (let i = 0; i < 12; i++) all.push(await message((await person()).id, "email", mail));
    await Promise.all([send(), send(), send()]);
    await send();
    expect(server.mails).toHaveLength(12);
    expect(new Set(server.mails.map((text) => /^To: (.*)$/m.exec(text)?.[1])).size).toBe(12);
    expect(server.mails[0]).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m);
    for (const one of all) expect(await read(one)).toMatchObject({ state: "sent", attempts: 1 });
  });

  test("a temporary no is tried again later, a final one is not and suppresses the address", async () => {
    const server = await smtp((n) => (n === 1 ? Object.assign(new Error("4.3.0 later"), { responseCode: 451 }) : null));
    await connect(server.port);
    const one = await message((await person()).id, "email", mail);
    await send();
    expect(await read(one)).toMatchObject({ state: "queued", attempts: 1, due: new Date("2026-06-01T12:00:05Z") });
    await send();
    expect(server.mails).toHaveLength(1);
    clock.advance(5_000);
    await send();
    expect(await read(one)).toMatchObject({ state: "sent", attempts: 2 });
    expect(server.mails).toHaveLength(2);
  });

  test("a break after the handing over is unknown: marketing is not sent twice, a transactional one once more", async () => {
    const server = await smtp(() => "drop");
    await connect(server.port);
    const { id } = await person();
    const marketing = await message(id, "email", mail);
    const service = await message(id, "email", mail, { transactional: true });
    await send();
    clock.advance(10_000);
    await send();
    clock.advance(10_000);
    await send();
    expect([(await read(marketing))?.outcome, (await read(marketing))?.attempts]).toEqual(["unknown", 1]);
    expect([(await read(service))?.outcome, (await read(service))?.attempts]).toEqual(["unknown", 2]);
    expect(server.mails).toHaveLength(3);
  });

  test("a worker that died before the handing over loses nothing, one that died after it sends nothing twice", async () => {
    const server = await smtp();
    await connect(server.port);
    const { id } = await person();
    const early = await message(id, "email", mail);
    const late = await message(id, "email", mail);
    const [account] = await db.sql<{ id: string }[]>`select id from channel_accounts`;
    await db.sql`update messages set state = 'sending', attempts = 1, lease_token = 1, lease_until = now() - interval '1 second', account_id = ${account?.id ?? ""}`;
    await db.sql`insert into message_attempts (profile_id, message_id, attempt, account_id, started_at, handed_at) values
      (${id}, ${early}, 1, ${account?.id ?? ""}, ${NOW}, null), (${id}, ${late}, 1, ${account?.id ?? ""}, ${NOW}, ${NOW})`;
    await send();
    expect(await read(early)).toMatchObject({ state: "sent", attempts: 2 });
    expect(await read(late)).toMatchObject({ state: "not_sent", outcome: "unknown" });
    expect(server.mails).toHaveLength(1);
    expect((await db.sql`select result from message_attempts where message_id = ${late} and attempt = 1`)[0]).toEqual({
      result: "unknown",
    });
  });

  test("the rate holds over several workers", async () => {
    const server = await smtp();
    await connect(server.port, { perMinute: 120 });
    for (let i = 0; i < 6; i++) await message((await person()).id, "email", mail);
    await Promise.all([send(), send()]);
    expect(server.mails).toHaveLength(2);
    clock.advance(500);
    await send();
    expect(server.mails).toHaveLength(3);
  });

  test("an account that fails rests, lets one through to try, and goes on", async () => {
    const server = await smtp();
    await connect(1);
    for (let i = 0; i < 8; i++) await message((await person()).id, "email", mail);
    await send(6);
    expect(
      (await db.sql<{ failures: number; open: boolean }[]>`select failures, open_until > ${NOW} as open from channel_accounts`)[0],
    ).toMatchObject({ failures: 6, open: true });
    expect(await send()).toMatchObject({ taken: 0 });
    await db.sql`update channel_accounts set settings = settings || ${JSON.stringify({ port: String(server.port) })}::text::jsonb`;
    clock.advance(61_000);
    expect(await send()).toEqual({ taken: 1, sent: 1 });
    expect(await send()).toMatchObject({ sent: 7 });
    expect(server.mails).toHaveLength(8);
  });
});

describe("webhook", () => {
  const hook = () => template("webhook", { body: '{"user": "{{ profile.email }}"}' });
  const connect = (url: string) => saveAccount(ctx, { provider: "webhook", name: "Hook", settings: { url } });

  test("whatever the receiver does, one that keeps keys takes each message once, and nothing is lost", async () => {
    const taken = new Set<string>();
    const doubled: string[] = [];
    const server = await http((n, key) => {
      // Took it, and the answer is lost: only the key tells.
      const lost = n % 5 === 0;
      if (n % 5 === 1) return 500;
      if (n % 7 === 3) return "reset";
      if (taken.has(key)) doubled.push(key);
      taken.add(key);
      return lost ? "reset" : 200;
    });
    await connect(server.url);
    const body = await hook();
    const all = [];
    for (let i = 0; i < 10; i++) all.push(await message((await person()).id, "webhook", body));
    for (let round = 0; round < 60; round++) {
      await Promise.all([send(4), send(4)]);
      clock.advance(400_000);
    }
    for (const one of all) expect(await read(one)).toMatchObject({ state: "sent" });
    expect(taken.size).toBe(10);
    expect(new Set(server.keys).size).toBe(10);
    // Each repetition carried the key of the first: the receiver could tell.
    expect(doubled.every((key) => taken.has(key))).toBe(true);
  });

  test("429 is waited for as long as it says, and the whole account with it; 410 ends the account", async () => {
    const server = await http((n) => (n === 1 ? 429 : n === 2 ? 200 : 410));
    await connect(server.url);
    const body = await hook();
    const one = await message((await person()).id, "webhook", body);
    await send();
    expect(await read(one)).toMatchObject({ state: "queued", due: new Date("2026-06-01T12:01:30Z") });
    clock.advance(89_000);
    const two = await message((await person()).id, "webhook", body, { due: "2026-06-01T12:01:31Z" });
    expect(await send()).toMatchObject({ taken: 0 });
    clock.advance(2_000);
    await send(1);
    expect(await read(one)).toMatchObject({ state: "sent" });
    await send();
    expect(await read(two)).toMatchObject({ state: "queued" });
    expect((await db.sql`select status from channel_accounts`)[0]).toEqual({ status: "paused" });
    clock.advance(600_000);
    expect(await send()).toMatchObject({ taken: 0 });
    expect(server.keys).toHaveLength(3);
  });

  test("a worker that wakes after its lease changes nothing", async () => {
    let release: () => void = () => {};
    const waiting = new Promise<void>((done) => (release = done));
    let begun: () => void = () => {};
    const started = new Promise<void>((done) => (begun = done));
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        begun();
        void waiting.then(() => response.writeHead(200).end("{}"));
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    closing.push(() => server.close());
    await connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/in`);
    const one = await message((await person()).id, "webhook", await hook());
    const slow = send();
    await started;
    // Another worker took it over and is at it.
    await db.sql`update messages set lease_token = lease_token + 1, attempts = 2 where id = ${one}`;
    release();
    expect(await slow).toEqual({ taken: 1, sent: 0 });
    expect(await read(one)).toMatchObject({ state: "sending", attempts: 2, outcome: null });
  });
});

describe("what becomes known afterwards", () => {
  test("opens and clicks are told from machines', counted once a minute, and lead only where the mail did", async () => {
    const { id } = await person();
    const one = await message(id, "email", mail);
    await send();
    clock.advance(60_000);
    const chrome = { userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", method: "GET" };
    const pixel = writeTracked({ profileId: id, messageId: one, link: null });
    const link = writeTracked({ profileId: id, messageId: one, link: 0 });
    await noteOpen(ctx, pixel, { userAgent: "Mozilla/5.0", method: "GET" });
    await noteOpen(ctx, pixel, chrome);
    await noteOpen(ctx, pixel, chrome);
    expect(await followLink(ctx, link, chrome)).toBe("https://shop.example.com/x");
    expect(await followLink(ctx, writeTracked({ profileId: id, messageId: one, link: 5 }), chrome)).toBeNull();
    expect(await followLink(ctx, link.replace(/.$/, "A"), chrome)).toBeNull();
    expect(await followLink(ctx, pixel, chrome)).toBeNull();
    expect(await facts(one)).toEqual(["Email Sent", "Email Machine Opened", "Email Opened", "Email Link Clicked"]);
    await events();
    expect(
      (
        await db.sql`select count(*)::int as n from events e join event_types t on t.id = e.event_type where t.name = 'Email Link Clicked' and e.profile_id = ${id}`
      )[0],
    ).toEqual({ n: 1 });
  });

  test("a hard bounce suppresses the address in the same transaction, once; strangers report nothing", async () => {
    const { id: account } = await saveAccount(ctx, {
      provider: "postmark",
      name: "P",
      settings: { from: "news@example.com", endpoint: "http://127.0.0.1:9" },
      secrets: { serverToken: "t", webhookPassword: "pw" },
    });
    const { id, email } = await person();
    const one = await message(id, "email", mail);
    await db.sql`update messages set state = 'sent', outcome = 'sent', sent_at = ${NOW}, address = ${email}, account_id = ${account}, provider_id = 'pm-9' where id = ${one}`;
    const body = Buffer.from(
      JSON.stringify({ RecordType: "Bounce", Type: "HardBounce", ID: 4, MessageID: "pm-9", BouncedAt: "2026-06-01T11:00:00Z" }),
    );
    const url = `https://cdp.example.com/api/channels/${account}/callback`;
    const headers = { authorization: `Basic ${Buffer.from("tributary:pw").toString("base64")}` };
    await expect(takeCallback(ctx, account, { body, headers: {}, url }, open)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await takeCallback(ctx, account, { body, headers, url }, open)).toEqual({ taken: 1, unknown: 0 });
    expect(await takeCallback(ctx, account, { body, headers, url }, open)).toEqual({ taken: 0, unknown: 0 });
    const other = Buffer.from(
      JSON.stringify({ RecordType: "Bounce", Type: "HardBounce", ID: 5, MessageID: "pm-x", BouncedAt: "2026-06-01T11:00:00Z" }),
    );
    expect(await takeCallback(ctx, account, { body: other, headers, url }, open)).toEqual({ taken: 0, unknown: 1 });
    expect(await db.sql`select type, value, channel, reason from consent_suppressions where value = ${email}`).toEqual([
      { type: "email", value: email, channel: "email", reason: "bounced" },
    ]);
    expect(await facts(one)).toEqual(["Email Bounced"]);
    const next = await message(id, "email", mail);
    await send();
    expect(await read(next)).toMatchObject({ state: "not_sent", outcome: "suppressed" });
  });
});

test("the in-app inbox: a message is read, clicked and put away by its person's browser alone", async () => {
  const body = await template("in_app", { title: "Hi", body: "There", link: "https://shop.example.com/" });
  const { id, device } = await person();
  const one = await message(id, "in_app", body, { transactional: true });
  await send();
  const [source] = await db.sql<{ id: string }[]>`select id from sources where id = 'src_test'`;
  expect(await read(one)).toMatchObject({ state: "sent" });
  const { createSource } = await import("@/domain/sources");
  const { writeKey } = await createSource(ctx, { name: `Site ${source?.id ?? ""}`, type: "website" });
  const who = { writeKey, anonymousId: device };
  const view = await readInbox(ctx, who);
  expect(view).toMatchObject({ unread: 1, items: [{ title: "Hi", body: "There", url: "https://shop.example.com/", read: false }] });
  const item = view.items[0]?.id ?? 0;
  const stranger = await person();
  await markInbox(ctx, { writeKey, anonymousId: stranger.device, id: item, action: "archive" });
  expect((await readInbox(ctx, who)).unread).toBe(1);
  expect((await readInbox(ctx, { writeKey, anonymousId: stranger.device })).items).toEqual([]);
  await expect(readInbox(ctx, { writeKey: "wk_x", anonymousId: device })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  await expect(readInbox(ctx, { writeKey, anonymousId: "short" })).rejects.toMatchObject({ code: "VALIDATION" });
  await markInbox(ctx, { ...who, id: item, action: "click" });
  await markInbox(ctx, { ...who, id: item, action: "click" });
  expect(await facts(one)).toEqual(["In-App Message Sent", "In-App Message Clicked"]);
  expect((await readInbox(ctx, who)).unread).toBe(0);
  await markInbox(ctx, { ...who, id: item, action: "archive" });
  expect((await readInbox(ctx, who)).items).toEqual([]);
});
