import { beforeAll, describe, expect, test } from "vitest";
import { continueDemoLoad, loadDemoData } from "@/domain/demo";
import { processAll } from "@/domain/identity";
import { member, testDatabase } from "@/server/test/database";
import { listEventNames, suggestValues } from "./catalog";
import { checkSeen } from "./check-seen";
import { compile } from "./compile";
import { draftSegment } from "./draft-segment";
import { listTemplates } from "./list-templates";
import { fillTemplate, TEMPLATES } from "./templates";

const db = testDatabase();

beforeAll(async () => {
  const ctx = db.ctx();
  await loadDemoData(ctx, { people: 600, background: false });
  await continueDemoLoad(ctx);
  await processAll(db);
}, 180_000);

async function size(key: string): Promise<number> {
  const template = TEMPLATES.find((one) => one.key === key);
  if (!template) throw new Error(key);
  const { text, params } = compile(fillTemplate(template), { now: db.ctx().clock.now().getTime(), zone: "Europe/London" });
  const [row] = await db.sql.unsafe<{ n: number }[]>(`select count(*)::int as n from (${text}) found`, params as never[]);
  return row?.n ?? -1;
}

describe("templates on the demo data", () => {
  test("all of them run; those for e-commerce find some people and not everybody", async () => {
    const [all] = await db.sql<{ n: number }[]>`select count(*)::int as n from profiles where merged_into is null`;
    for (const { key, industry } of TEMPLATES) {
      const found = await size(key);
      expect(found, key).toBeGreaterThanOrEqual(0);
      if (industry !== "ecommerce") continue;
      expect(found, key).toBeGreaterThan(0);
      expect(found, key).toBeLessThan(all?.n ?? 0);
    }
  });

  test("what has data here is marked, and what is missing is named", async () => {
    const notes = new Map((await listTemplates(db.ctx())).map((note) => [note.key, note]));
    for (const { key, industry } of TEMPLATES) if (industry === "ecommerce") expect(notes.get(key), key).toMatchObject({ hasData: true });
    expect(notes.get("no_show")).toEqual({ key: "no_show", hasData: false, missing: ["Appointment Missed", "Appointment Booked"] });
    expect(notes.get("trial_ends")).toEqual({ key: "trial_ends", hasData: false, missing: ["trialEndsAt"] });
    expect(notes.get("birthday_soon")).toMatchObject({ hasData: true, missing: [] });
    await expect(listTemplates(db.ctx(member("manager")))).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("the catalog knows the demo's countries and names", async () => {
    const countries = (await suggestValues(db.ctx(), { kind: "country" })).values.map(({ value }) => value);
    expect(countries).toContain("DE");
    expect((await listEventNames(db.ctx())).map(({ name }) => name)).toContain("Order Completed");
    const win = TEMPLATES.find(({ key }) => key === "win_back");
    expect(win && (await checkSeen(db.ctx(), fillTemplate(win)))).toEqual([]);
  });

  test("a sentence becomes a draft over the demo's names, and the draft finds the people that SQL of its own finds", async () => {
    const ctx = db.ctx();
    const out = await draftSegment(ctx, { sentence: "people in Germany who bought twice but never contacted support" });
    expect(out.notUnderstood).toEqual([]);
    expect(await checkSeen(ctx, out.rule)).toEqual([]);
    const { text, params } = compile(out.rule, { now: ctx.clock.now().getTime(), zone: "Europe/London" });
    const found = await db.sql.unsafe<{ id: number }[]>(text, params as never[]);
    const wanted = await db.sql<{ id: number }[]>`
      select p.id from profiles p where p.merged_into is null and p.country = 'DE'
        and 2 <= (select count(*) from events e join event_types t on t.id = e.event_type left join profile_aliases a on a.profile_id = e.profile_id
          where t.name = 'Order Completed' and coalesce(a.canonical_id, e.profile_id) = p.id)
        and not exists (select 1 from events e join event_types t on t.id = e.event_type left join profile_aliases a on a.profile_id = e.profile_id
          where t.name = 'Ticket Created' and coalesce(a.canonical_id, e.profile_id) = p.id)`;
    const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id).toSorted((a, b) => a - b);
    expect(ids(found)).toEqual(ids(wanted));
    expect(found.length).toBeGreaterThan(0);
    await expect(draftSegment(db.ctx(member("manager")), { sentence: "people" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(draftSegment(ctx, { sentence: " " })).rejects.toMatchObject({ code: "VALIDATION" });
  });
});
