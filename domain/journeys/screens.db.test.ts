import { describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { deleteCap, listCaps, saveCap } from "./caps";
import { journeyChoices } from "./choices";
import { feedJourneys } from "./feed-journeys";
import { EMPTY_JOURNEY } from "./model";
import { personJourneys } from "./person-journeys";
import { previewPublish, publishedVersion } from "./publish-preview";
import { createJourney, publishJourney, saveDraft } from "./verbs";
import { wakeRuns } from "./wake-runs";

const db = testDatabase();
const marketer = () => db.ctx(member("marketer"));
const delay = (id: string, next: string | null) => ({ kind: "delay", id, label: `Wait ${id}`, duration: { n: 1, unit: "day" }, next });
const drawing = (nodes: object[], start = "a") => ({
  ...EMPTY_JOURNEY,
  entry: { kind: "event", event: "Go", where: [], key: ["order"] },
  start,
  nodes,
});

describe("what the journey screens read", () => {
  it("shows before publishing what is unfinished, and who could move over", async () => {
    const ctx = marketer();
    await feedJourneys(db.ctx());
    const { id } = await createJourney(ctx, { name: "Preview" });
    expect((await previewPublish(ctx, id)).problems.length).toBeGreaterThan(0);
    await saveDraft(ctx, { id, basedOn: 1, definition: drawing([delay("a", "b"), delay("b", null)]) });
    expect(await previewPublish(ctx, id)).toEqual({ revision: 2, problems: [], inside: [] });
    await publishJourney(ctx, { id, basedOn: 2 });
    await feed(db.sql, [{ userId: "ann", event: "Go", timestamp: new Date().toISOString(), properties: { order: "o-1" } }]);
    await processAll(db);
    await feedJourneys(db.ctx());
    await wakeRuns(db.ctx());
    const standing = { version: 1, node: "a", label: "Wait a", people: 1 };
    expect((await previewPublish(ctx, id)).inside).toEqual([{ ...standing, movable: true }]);
    // The step is still drawn, but nobody gets there: nobody can stand on it in the new version either.
    await saveDraft(ctx, { id, basedOn: 2, definition: drawing([delay("a", null), delay("c", null)], "c") });
    expect((await previewPublish(ctx, id)).inside).toEqual([{ ...standing, movable: false }]);
    expect((await publishedVersion(ctx, id, 1)).definition.nodes.map((node) => node.id)).toEqual(["a", "b"]);
    await expect(publishedVersion(ctx, id, 9)).rejects.toMatchObject({ code: "NOT_FOUND" });

    const [run] =
      (await db.sql<{ profileId: number }[]>`select profile_id as "profileId" from journey_runs where journey_id = ${id}`) ?? [];
    const person = run?.profileId ?? 0;
    expect((await personJourneys(ctx, person)).runs).toMatchObject([
      { journeyName: "Preview", step: "Wait a", status: "active", entryKey: "o-1" },
    ]);
    const masked = db.ctx(member("marketer", false));
    expect((await personJourneys(masked, person)).runs[0]?.entryKey).toBe("…");
    await expect(personJourneys(db.ctx(member("manager")), person)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await journeyChoices(ctx)).journeys).toContainEqual({ id, name: "Preview", status: "live" });
  });

  it("keeps frequency caps, each change on record", async () => {
    const ctx = marketer();
    await expect(saveCap(ctx, { id: null, name: "", channels: [], count: 0, hours: 24 })).rejects.toMatchObject({ code: "VALIDATION" });
    const { id } = await saveCap(ctx, { id: null, name: "Three a week", channels: [], count: 3, hours: 168 });
    await saveCap(ctx, { id, name: "Two a week", channels: ["email", "email"], count: 2, hours: 168 });
    expect(await listCaps(ctx)).toEqual([{ id, name: "Two a week", channels: ["email"], count: 2, hours: 168 }]);
    await deleteCap(ctx, { id });
    await expect(deleteCap(ctx, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(saveCap(db.ctx(member("manager")), { id: null, name: "x", channels: [], count: 1, hours: 1 })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    const actions = await db.sql<{ action: string }[]>`select action from audit_log where object_type = 'frequency_cap' order by 1`;
    expect(actions.map(({ action }) => action)).toEqual(["frequency_cap.changed", "frequency_cap.created", "frequency_cap.deleted"]);
  });
});
