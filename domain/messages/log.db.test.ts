import { beforeAll, expect, test } from "vitest";
import { createContext } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { testDatabase } from "@/server/test/database";
import { approveMessages, countMessages, discardMessages, listMessages, readMessage } from ".";

const db = testDatabase();
let ctx: Ctx;
let masked: Ctx;

beforeAll(async () => {
  ctx = createContext({ kind: "job", id: "test" }, db);
  masked = createContext(
    { kind: "user", id: "usr_1", name: "M", email: "m@example.com", role: "marketer", seesPersonalData: false, sessionId: "s" },
    db,
  );
  const content = {
    channel: "email",
    defaultLanguage: "en",
    variants: {
      en: {
        subject: "Hi {{ profile.name }}",
        body: { kind: "blocks", blocks: [{ kind: "text", id: "a", text: "Hello {{ profile.name }}" }] },
      },
    },
  };
  await db.sql`insert into profiles (id, known, name, email, first_seen_at, last_seen_at) values (1, true, 'Ann Lee', 'ann@example.com', now(), now())`;
  await db.sql`insert into templates (id, name, channel, content) values ('tpl_1', 'Welcome', 'email', ${JSON.stringify(content)}::text::jsonb)`;
  await db.sql`
    insert into messages (profile_id, idem_key, channel, template_id, state, outcome, because, due_at, address)
    select 1, decode(md5(n::text), 'hex'), 'email', 'tpl_1', case when n <= 60 then 'review' else 'not_sent' end, case when n <= 60 then null else 'capped' end,
      case when n <= 60 then null else 'One a day: at most 1 in 24 hours.' end, now(), 'ann@example.com' from generate_series(1, 70) n`;
});

test("the log pages through everything once, narrows by what became of it, and masks people", async () => {
  const seen: number[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await listMessages(ctx, before === undefined ? {} : { before });
    seen.push(...page.rows.map(({ id }) => id));
    if (page.next === null) break;
    before = page.next;
  }
  expect(seen.length).toBe(70);
  expect(new Set(seen).size).toBe(70);
  expect((await listMessages(ctx, { outcome: "capped" })).rows.map(({ because }) => because)).toEqual(
    Array.from({ length: 10 }, () => "One a day: at most 1 in 24 hours."),
  );
  expect((await listMessages(ctx, { channel: "sms" })).rows).toEqual([]);
  expect((await listMessages(ctx, { profileId: 1, state: "not_sent" })).rows).toHaveLength(10);
  expect((await listMessages(ctx, { profileId: 2 })).rows).toEqual([]);
  expect(await countMessages(ctx)).toMatchObject({ review: 60, notSent: 10, queued: 0 });
  const [row] = (await listMessages(masked, {})).rows;
  expect(row?.name).toBeNull();
  expect(row?.address).not.toContain("ann@");
  const held = await readMessage(ctx, { id: seen.at(-1) });
  expect(held.preview?.subject).toBe("Hi Ann Lee");
  expect(held.preview?.html).toContain("Hello Ann Lee");
  expect(await readMessage(masked, { id: seen.at(-1) })).toMatchObject({
    preview: null,
    noPreview: expect.stringContaining("personal data"),
  });
});

test("held messages are let go or ended, once, and both are on record", async () => {
  const held = (await listMessages(ctx, { state: "review" })).rows.map(({ id }) => id);
  expect(await approveMessages(ctx, { ids: held.slice(0, 2) })).toEqual({ messages: 2 });
  await expect(approveMessages(ctx, { ids: held.slice(0, 2) })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await discardMessages(ctx, { ids: held.slice(1, 4) })).toEqual({ messages: 2 });
  const rows = await db.sql`select state, outcome from messages where id = any(${held.slice(0, 4)}::int8[]) order by id desc`;
  expect(rows.map(({ state, outcome }) => [state, outcome])).toEqual([
    ["queued", null],
    ["queued", null],
    ["not_sent", "rejected"],
    ["not_sent", "rejected"],
  ]);
  expect((await db.sql`select action, detail from audit_log order by seq`).map(({ action, detail }) => [action, detail])).toEqual([
    ["messages.approved", { messages: 2 }],
    ["messages.discarded", { messages: 2 }],
  ]);
  await expect(approveMessages(createContext({ kind: "apiKey", id: "k", name: "k", scopes: [] }, db), { ids: held })).rejects.toMatchObject(
    { code: "FORBIDDEN" },
  );
});
