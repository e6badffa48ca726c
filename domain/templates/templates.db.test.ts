import { beforeAll, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { createContext } from "@/domain/kernel/context";
import type { Actor, Ctx } from "@/domain/kernel/context";
import { newId } from "@/domain/kernel/ids";
import { testDatabase } from "@/server/test/database";
import { loadScopes, wantsOf } from "./load-scopes";
import { loadTemplate } from "./load-template";
import { contentSchema } from "./model";
import type { Content } from "./model";
import { checkTemplate, previewTemplate } from "./preview";
import { getTemplate, listTemplates, templateVariables } from "./reads";
import { renderTemplate } from "./render";
import { archiveTemplate, createTemplate, duplicateTemplate, renameTemplate, restoreTemplate, saveTemplate } from "./verbs";

const db = testDatabase();
const member = (seesPersonalData: boolean): Actor => ({
  kind: "user",
  id: "usr_t",
  name: "T",
  email: "t@acme.example",
  role: "marketer",
  seesPersonalData,
  sessionId: "s",
});
let ctx: Ctx;
const email = (...blocks: object[]): Content =>
  contentSchema.parse({
    channel: "email",
    variants: {
      en: {
        subject: "Hi {{ profile.first_name }}",
        body: { kind: "blocks", blocks: blocks.map((block, i) => ({ id: `b${i}`, ...block })) },
      },
    },
  });
const text = (said: string): object => ({ kind: "text", text: said });
const people: Record<string, number> = {};

beforeAll(async () => {
  ctx = createContext(member(true), db);
  await feed(db.sql, [
    { type: "identify", userId: "ann", traits: { email: "ann@acme.example", firstName: "Ann", plan: "gold", language: "de-AT" } },
    { type: "identify", userId: "bob", traits: { email: "bob@acme.example" } },
    { userId: "ann", event: "Product Viewed", properties: { product_id: "p1", name: "Cup", price: 4, currency: "EUR" } },
    { userId: "ann", event: "Product Viewed", properties: { product_id: "p1", name: "Cup", price: 4, currency: "EUR" } },
    { userId: "ann", event: "Product Viewed", properties: { product_id: "p2", name: "Pot", price: 9, currency: "EUR" } },
    {
      userId: "bob",
      event: "Order Completed",
      properties: { order_id: "o1", currency: "EUR", total: 8, products: [{ product_id: "p1", name: "Cup", price: 4, quantity: 2 }] },
    },
    {
      userId: "bob",
      event: "Order Completed",
      properties: {
        order_id: "o2",
        currency: "EUR",
        total: 13,
        products: [
          { product_id: "p1", name: "Mug", price: 4 },
          { product_id: "p2", name: "Pot", price: 9 },
        ],
      },
    },
  ]);
  await processAll(db);
  for (const { value, id } of await db.sql<
    { value: string; id: number }[]
  >`select value, profile_id as id from identifiers where type = 'user_id'`)
    people[value] = id;
});

it("templates are made, saved by one of two editors, restored, copied and put away", async () => {
  const { id } = await createTemplate(ctx, { name: "First", content: email(text("one")) });
  expect(await saveTemplate(ctx, { id, basedOn: 1, content: email(text("two")) })).toEqual({ revision: 2 });
  await expect(saveTemplate(ctx, { id, basedOn: 1, content: email(text("three")) })).rejects.toMatchObject({
    code: "CONFLICT",
    data: { revision: 2 },
  });
  expect(await saveTemplate(ctx, { id, basedOn: 2, content: email(text("two")) })).toEqual({ revision: 2 });
  expect(await restoreTemplate(ctx, { id, revision: 1 })).toEqual({ revision: 3 });
  const detail = await getTemplate(ctx, { id });
  expect(detail.content).toEqual(email(text("one")));
  expect(detail.revisions.map(({ revision }) => revision)).toEqual([3, 2, 1]);
  await renameTemplate(ctx, { id, name: "Renamed" });
  const copy = await duplicateTemplate(ctx, { id, name: "Copy" });
  expect((await listTemplates(ctx)).map(({ name }) => name)).toEqual(expect.arrayContaining(["Renamed", "Copy"]));
  await archiveTemplate(ctx, { id: copy.id });
  await expect(getTemplate(ctx, { id: copy.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const actions = await db.sql<{ action: string }[]>`select action from audit_log where object_id = ${id} order by seq`;
  expect(actions.map(({ action }) => action)).toEqual(["template.created", "template.saved", "template.restored", "template.renamed"]);
  await expect(
    saveTemplate(ctx, { id, basedOn: 3, content: contentSchema.parse({ channel: "sms", variants: { en: { text: "x" } } }) }),
  ).rejects.toMatchObject({ code: "VALIDATION" });
});

it("what is used is not put away, and shared blocks go round in no circle", async () => {
  const a = await createTemplate(ctx, { name: "A", kind: "block", content: email(text("in a")) });
  const b = await createTemplate(ctx, { name: "B", kind: "block", content: email({ kind: "shared", templateId: a.id }) });
  const mail = await createTemplate(ctx, { name: "Mail", content: email({ kind: "shared", templateId: b.id }) });
  await expect(saveTemplate(ctx, { id: a.id, basedOn: 1, content: email({ kind: "shared", templateId: b.id }) })).rejects.toThrow(
    "round for ever",
  );
  await expect(saveTemplate(ctx, { id: a.id, basedOn: 1, content: email({ kind: "shared", templateId: a.id }) })).rejects.toThrow(
    "round for ever",
  );
  await expect(archiveTemplate(ctx, { id: a.id })).rejects.toThrow('the template "B"');
  expect((await getTemplate(ctx, { id: a.id })).sharedBlocks.map(({ name }) => name)).toEqual([]);
  expect((await getTemplate(ctx, { id: mail.id })).sharedBlocks.map(({ name }) => name)).toEqual(["A", "B"]);
  const loaded = await loadTemplate(db.sql, mail.id);
  if (loaded === undefined) throw new Error("the template is there");
  expect((await renderTemplate(loaded.content, { profile: {} }, { language: null, shared: loaded.shared })).text).toContain("in a");
  const journey = newId("jrn");
  await db.sql`insert into journeys (id, name, draft) values (${journey}, 'Uses it', ${JSON.stringify({ nodes: [{ kind: "message", templateId: mail.id }] })}::text::jsonb)`;
  await expect(archiveTemplate(ctx, { id: mail.id })).rejects.toThrow('the journey "Uses it"');
  await expect(
    createTemplate(ctx, { name: "X", kind: "block", content: contentSchema.parse({ channel: "sms", variants: { en: { text: "x" } } }) }),
  ).rejects.toMatchObject({ code: "VALIDATION" });
});

it("people see themselves, their trigger, what they looked at and what sells best", async () => {
  const content = email(
    text("{{ profile.plan | default: 'no plan' }} {{ event.order_id }}"),
    { kind: "products", source: "viewed", count: 3 },
    { kind: "products", source: "bestsellers", count: 1 },
  );
  const [ann] = await previewTemplate(ctx, { content, people: [people["ann"]] });
  expect(ann?.rendered?.subject).toBe("Hi Ann");
  expect(ann?.rendered?.text).toMatch(/gold[\s\S]*Pot[\s\S]*€9\.00[\s\S]*Cup[\s\S]*€4\.00[\s\S]*Mug[\s\S]*€4\.00/u);
  const [bob] = await previewTemplate(ctx, { content, people: [people["bob"]], event: "Order Completed" });
  expect(bob?.rendered?.text).toMatch(/no plan o[12]/u);
  expect(await previewTemplate(ctx, { content, count: 10 })).toHaveLength(2);
  const german = contentSchema.parse({ channel: "sms", variants: { en: { text: "Hello" }, de: { text: "Hallo" } } });
  const [said] = await previewTemplate(ctx, { content: german, people: [people["ann"]] });
  expect([said?.language, said?.rendered?.text]).toEqual(["de", "Hallo"]);
});

it("whoever may not see personal data previews masked people", async () => {
  const content = email(text("{{ profile.email }}"));
  const [seen] = await previewTemplate(createContext(member(false), db), { content, people: [people["ann"]] });
  expect(JSON.stringify(seen)).not.toMatch(/ann@acme|"Ann"/u);
});

it("the share of the audience that lacks a variable is counted", async () => {
  const { problems, missing } = await checkTemplate(ctx, {
    content: email(text("{{ profile.plan }} {{ profile.email }} {{ profile.order_count }}")),
  });
  expect(missing).toEqual([
    { path: "profile.first_name", missing: 1, people: 2, fallback: false },
    { path: "profile.plan", missing: 1, people: 2, fallback: false },
    { path: "profile.email", missing: 0, people: 2, fallback: false },
  ]);
  expect(problems.some(({ message }) => message.startsWith("profile.plan is missing for 50 %"))).toBe(true);
  const broken = await checkTemplate(ctx, { content: email(text("{% if profile.plan %}")) });
  expect(broken.problems[0]).toMatchObject({ level: "error", language: "en" });
  expect((await templateVariables(ctx)).map(({ path }) => path)).toEqual(expect.arrayContaining(["profile.first_name", "profile.plan"]));
});

it("reads only what the template speaks of", async () => {
  expect(wantsOf(email(text("x")), new Map())).toEqual({ segments: false, bestsellers: false, viewed: false });
  const scopes = await loadScopes(db.sql, [people["ann"] ?? 0, 999_999], { segments: true, bestsellers: false, viewed: false }, new Date());
  expect([...scopes.keys()]).toEqual([people["ann"]]);
});
