import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { recordConsent } from "@/domain/preferences";
import { confirmField, learnFields } from "@/domain/governance";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { createJourney, EMPTY_JOURNEY, feedJourneys, previewPublish, publishJourney, saveDraft, wakeRuns } from "@/domain/journeys";
import { apiTraits, exportPeople } from "@/domain/profiles";
import { createSegment, createTrait, exportSegment } from "@/domain/segments";
import { createTemplate } from "@/domain/templates";
import { member, testDatabase } from "@/server/test/database";
import { createLabelPolicy, deleteLabelPolicy, labelsOf, previewLabelPolicy, readLabelPolicies, setFieldLabels } from "./index";
import { inheritedLabels } from "./trace";

const db = testDatabase();
const ctx = () => db.ctx({ ...member("admin"), id: "usr_test_admin" } as never);
const all = (...children: object[]) => ({ version: 1, root: { kind: "group", id: "g", match: "all", children } });
const trait = (key: string) => ({ kind: "trait", id: "t", path: [key], test: { type: "presence", operator: "exists" } });
const rows = async (lines: AsyncGenerator<string, void>): Promise<string> => {
  let text = "";
  for await (const piece of lines) text += piece;
  return text;
};

beforeAll(async () => {
  await db.sql`insert into users (id, email, name, role, status) values ('usr_test_admin', 'a@x.test', 'Ada', 'admin', 'active')`;
  await feed(db.sql, [
    { type: "identify", userId: "p1", traits: { diagnosis: "x", plan: "pro", email: "p1@example.com" } },
    { userId: "p1", event: "Visited", properties: { drug: "aspirin", page: "a" } },
  ]);
  await processAll(db);
  await learnFields(db);
  await confirmField(ctx(), { kind: "trait", scope: "", key: "diagnosis", class: "special_category" });
  await confirmField(ctx(), { kind: "event", scope: "Visited", key: "drug", class: "special_category" });
});

describe("labels travel", () => {
  let patients = "";
  let chain = "";
  let policy = "";

  test("from a field by way of a computed trait and another segment, and by templates, with the way told", async () => {
    patients = (await createSegment(ctx(), { name: "Patients", rule: all(trait("diagnosis")) })).id;
    const visits = await createTrait(ctx(), {
      name: "Drugs",
      definition: { kind: "event", event: "Visited", where: [], window: { kind: "ever" }, measure: { of: "distinct", path: ["drug"] } },
    });
    chain = (
      await createSegment(ctx(), {
        name: "Chain",
        rule: all(
          { kind: "segment", id: "s", segmentId: patients },
          { kind: "computed", id: "c", traitId: visits.id, test: { type: "number", operator: "gte", value: 1 } },
        ),
      })
    ).id;
    expect(await labelsOf(ctx(), { kind: "segment", id: chain })).toEqual([
      { label: "special_category", field: 'property "drug" of "Visited"', path: ['computed trait "Drugs"'] },
      { label: "special_category", field: 'trait "diagnosis"', path: ['segment "Patients"'] },
    ]);
    await expect(readLabelPolicies(db.ctx(member("marketer")))).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("a policy blocks an export and names the field; without it the file leaves", async () => {
    const given = { name: "No health data in files", label: "special_category", target: { kind: "use", id: "segment_export" } };
    expect((await previewLabelPolicy(ctx(), { label: given.label, target: given.target })).map(({ name }) => name)).toEqual([
      "Chain",
      "Patients",
    ]);
    expect(await rows(await exportSegment(ctx(), { id: chain }))).toContain("id,name");
    // Names and addresses are columns of every such file.
    const contact = await previewLabelPolicy(ctx(), { label: "contact", target: given.target });
    expect(contact.map(({ name, path }) => `${name}: ${path[0]}`)).toEqual([
      "Chain: the columns of the file",
      "Patients: the columns of the file",
    ]);
    policy = (await createLabelPolicy(ctx(), given)).id;
    await expect(createLabelPolicy(ctx(), given)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(exportSegment(ctx(), { id: chain })).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringMatching(
        /segment "Chain".*"No health data in files".*property "drug" of "Visited" \(special category\) by way of computed trait "Drugs"/,
      ),
    });
    await deleteLabelPolicy(ctx(), { id: policy });
    expect(await rows(await exportSegment(ctx(), { id: chain }))).toContain("id,name");
    const actions = await db.sql<{ action: string }[]>`select action from audit_log where object_type = 'label_policy' order by seq`;
    expect(actions.map(({ action }) => action)).toEqual(["label_policy.created", "label_policy.deleted"]);
  });

  test("a column of a file and a value of the Profile API", async () => {
    await setFieldLabels(ctx(), { kind: "trait", scope: "", key: "plan", labels: ["No-Export"] });
    await createLabelPolicy(ctx(), { name: "Contract", label: "no-export", target: { kind: "use", id: "export" } });
    await createLabelPolicy(ctx(), { name: "Contract", label: "no-export", target: { kind: "use", id: "profile_api" } });
    await expect(exportPeople(ctx(), { columns: ["id", "trait:plan"] })).rejects.toThrow(/trait "plan" \(no-export\)/);
    expect(await rows(await exportPeople(ctx(), { columns: ["id", "trait:diagnosis"] }))).toContain("diagnosis");
    const ref = { collection: "users" as const, type: "user_id", id: "p1", path: "/x" };
    const { traits } = await apiTraits(db.ctx(), ref, {});
    expect(Object.keys(traits).toSorted()).toEqual(["diagnosis", "drugs", "email"]);
  });

  test("a journey is not published, and one that was published sends nothing from then on", async () => {
    const { id: templateId } = await createTemplate(ctx(), { name: "Letter", channel: "email" });
    const message = {
      kind: "message",
      id: "m",
      label: "",
      channel: "email",
      templateId,
      topicId: null,
      transactional: false,
      next: null,
      notSent: null,
    };
    const drawing = (segment: string | null) => ({
      ...EMPTY_JOURNEY,
      settings: { ...EMPTY_JOURNEY.settings, purposeId: "email_marketing", reentry: { kind: "always" } },
      entry: segment === null ? { kind: "event", event: "Go", where: [], key: null } : { kind: "segment_entered", segmentId: segment },
      start: "m",
      nodes: [message],
    });
    await feedJourneys(db.ctx());
    const { id } = await createJourney(ctx(), { name: "Care" });
    await saveDraft(ctx(), { id, basedOn: 1, definition: drawing(null) });
    await publishJourney(ctx(), { id, basedOn: 2 });
    const { id: policyId } = await createLabelPolicy(ctx(), {
      name: "No health data in marketing",
      label: "special_category",
      target: { kind: "purpose", id: "email_marketing" },
    });
    await saveDraft(ctx(), { id, basedOn: 2, definition: drawing(chain) });
    const preview = await previewPublish(ctx(), id);
    expect(preview.problems).toEqual([{ node: "m", message: expect.stringMatching(/\(special category\) by way of segment "Chain"/) }]);
    await expect(publishJourney(ctx(), { id, basedOn: 3 })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });

    // The published version says nothing of health, until its template does.
    const go = async (n: number): Promise<{ outcome: string | null; because: string | null }[]> => {
      await feed(db.sql, [{ userId: "p1", event: "Go", timestamp: new Date().toISOString(), messageId: `go-${n}` }]);
      await processAll(db);
      await feedJourneys(db.ctx());
      await wakeRuns(db.ctx());
      return db.sql`select outcome, because from messages order by id desc limit 1`;
    };
    const [profile] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where value = 'p1'`;
    await recordConsent(ctx(), { profileId: profile?.id, purpose: "email_marketing", channel: "email", state: "granted", note: "said so" });
    expect(await go(1)).toMatchObject([{ outcome: null }]);
    const [template] = await db.sql<{ content: { [key: string]: unknown } }[]>`select content from templates where id = ${templateId}`;
    await db.sql`update templates set content = ${JSON.stringify({ ...template?.content, note: "Your {{ profile.diagnosis }}" })}::text::jsonb where id = ${templateId}`;
    await deleteLabelPolicy(ctx(), { id: policyId });
    await createLabelPolicy(ctx(), {
      name: "No health data in marketing",
      label: "special_category",
      target: { kind: "purpose", id: "email_marketing" },
    });
    expect(await go(2)).toMatchObject([{ outcome: "not_consented", because: expect.stringMatching(/diagnosis.*template "Letter"/) }]);
    expect(
      (await readLabelPolicies(ctx())).policies
        .find(({ target }) => target.id === "email_marketing")
        ?.stops.map(({ kind, name }) => `${kind} ${name}`),
    ).toEqual(["journey Care", "segment Chain", "segment Patients"]);
  });
});

test("what is inherited equals what a recursion over the same definitions gives", async () => {
  const size = 7;
  const graph = fc.array(
    fc.record({ uses: fc.array(fc.nat(size - 1), { maxLength: 3 }), fields: fc.subarray(["diagnosis", "plan", "none"]) }),
    { minLength: size, maxLength: size },
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(graph, async (nodes) => {
      round += 1;
      const id = (n: number): string => `seg_r${round}_${n}`;
      // Circles too: the screens refuse them, and nothing may hang on one.
      for (const [n, { uses, fields }] of nodes.entries()) {
        const rule = all(...uses.map((to) => ({ kind: "segment", segmentId: id(to) })), ...fields.map(trait));
        await db.sql`insert into segments (id, key, name, kind, status, version) values (${id(n)}, ${id(n)}, ${id(n)}, 'dynamic', 'live', 1)`;
        await db.sql`insert into segment_versions (segment_id, version, rule, sentence) values (${id(n)}, 1, ${JSON.stringify(rule)}::text::jsonb, '')`;
      }
      const fieldsOf = (n: number, seen = new Set<number>()): Set<string> => {
        if (seen.has(n)) return new Set();
        seen.add(n);
        const { uses, fields } = nodes[n] as (typeof nodes)[number];
        return new Set([...fields, ...uses.flatMap((to) => [...fieldsOf(to, seen)])]);
      };
      const reached = fieldsOf(0);
      const expected = [...(reached.has("diagnosis") ? ["special_category"] : []), ...(reached.has("plan") ? ["no-export"] : [])];
      const found = await inheritedLabels(db.sql, { name: null, json: { segmentId: id(0) } });
      expect([...new Set(found.map(({ label }) => label))].toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 25 },
  );
});
