import { describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { feedJourneys } from "./feed-journeys";
import { EMPTY_JOURNEY } from "./model";
import { getJourney, journeyNumbers, journeyPeople, listJourneys, runTrace } from "./reads";
import {
  archiveJourney,
  createJourney,
  duplicateJourney,
  pauseJourney,
  publishJourney,
  renameJourney,
  resumeJourney,
  saveDraft,
} from "./verbs";
import { startRun } from "./start-run";
import { wakeRuns } from "./wake-runs";

const db = testDatabase();
const marketer = () => db.ctx(member("marketer"));
const delay = (id: string, next: string | null) => ({ kind: "delay", id, duration: { n: 1, unit: "day" }, next });
const drawing = (nodes: object[]) => ({ ...EMPTY_JOURNEY, entry: { kind: "event", event: "Go", where: [], key: null }, start: "a", nodes });

async function go(user: string): Promise<void> {
  await feed(db.sql, [{ userId: user, event: "Go", timestamp: new Date().toISOString() }]);
  await processAll(db);
  for (let i = 0; i < 5; i++) {
    await feedJourneys(db.ctx());
    await wakeRuns(db.ctx());
  }
}

describe("journeys", () => {
  it("are drawn, published, changed and ended", async () => {
    const ctx = marketer();
    await feedJourneys(db.ctx());
    const { id } = await createJourney(ctx, { name: "Welcome" });
    await expect(publishJourney(ctx, { id, basedOn: 1 })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
      data: { problems: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining("event") })]) },
    });
    expect(await saveDraft(ctx, { id, basedOn: 1, definition: drawing([delay("a", "b"), delay("b", null)]) })).toEqual({ revision: 2 });
    // The same again is no new revision; an old one is told what the newer looks like.
    expect(await saveDraft(ctx, { id, basedOn: 2, definition: drawing([delay("a", "b"), delay("b", null)]) })).toEqual({ revision: 2 });
    await expect(saveDraft(ctx, { id, basedOn: 1, definition: EMPTY_JOURNEY })).rejects.toMatchObject({
      code: "CONFLICT",
      data: { revision: 2 },
    });
    expect(await publishJourney(ctx, { id, basedOn: 2 })).toEqual({ version: 1, moved: 0, ended: 0 });
    await go("ann");
    await go("bob");
    expect(await journeyNumbers(ctx, { id })).toEqual([{ node: "a", entered: 2, people: 2, left: 0, branches: {}, here: 2, outcomes: {} }]);

    // A new version without a: nobody can move; with a: both do.
    await saveDraft(ctx, { id, basedOn: 2, definition: { ...drawing([delay("c", null)]), start: "c" } });
    expect(await publishJourney(ctx, { id, basedOn: 3, inside: "move" })).toEqual({ version: 2, moved: 0, ended: 0 });
    await saveDraft(ctx, { id, basedOn: 3, definition: drawing([delay("a", "d"), delay("d", null)]) });
    expect(await publishJourney(ctx, { id, basedOn: 4, inside: "move" })).toMatchObject({ version: 3, moved: 2 });
    const [person] = await journeyPeople(ctx, { id, node: "a" });
    expect(person).toMatchObject({ version: 3, status: "active", node: "a" });
    const trace = await runTrace(ctx, person?.id ?? 0);
    expect(trace.moves).toMatchObject([{ node: "a", visit: 1, branch: null }]);
    expect(trace.definition.nodes.map((node) => node.id)).toEqual(["a", "d"]);

    await pauseJourney(ctx, { id });
    await go("cid");
    expect((await listJourneys(ctx))[0]).toMatchObject({ name: "Welcome", status: "draining", active: 2, entered: 2 });
    await resumeJourney(ctx, { id });
    await renameJourney(ctx, { id, name: "Hello", description: null });
    const copy = await duplicateJourney(ctx, { id, name: "Copy" });
    expect(await getJourney(ctx, copy.id)).toMatchObject({ name: "Copy", status: "draft", version: 0, published: null });

    expect(await archiveJourney(ctx, { id })).toEqual({ ended: 2 });
    await expect(getJourney(ctx, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const runs = await db.sql`select status, reason, state ->> 'status' as inside from journey_runs where journey_id = ${id}`;
    expect(runs).toEqual([1, 2].map(() => ({ status: "exited", reason: "journey archived", inside: "exited" })));
    const audited = await db.sql<{ action: string }[]>`select action from audit_log where object_id = ${id} order by seq`;
    expect(audited.map(({ action }) => action)).toEqual([
      "journey.created",
      "journey.draft_saved",
      "journey.published",
      "journey.draft_saved",
      "journey.published",
      "journey.draft_saved",
      "journey.published",
      "journey.paused",
      "journey.resumed",
      "journey.renamed",
      "journey.archived",
    ]);
  });

  it("take a person by hand once per call, and refuse what names parts that are gone", async () => {
    const ctx = marketer();
    const { id } = await createJourney(ctx, { name: "By hand", definition: { ...drawing([delay("a", null)]), entry: { kind: "manual" } } });
    const [someone] = await db.sql<{ id: number }[]>`select id from profiles where merged_into is null limit 1`;
    const person = someone?.id ?? 0;
    await expect(startRun(ctx, { id, profileId: person, ref: "r" })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await publishJourney(ctx, { id, basedOn: 1 });
    await startRun(ctx, { id, profileId: person, ref: "r" });
    await startRun(ctx, { id, profileId: person, ref: "r" });
    await feedJourneys(db.ctx());
    expect(await journeyPeople(ctx, { id })).toHaveLength(1);
    const broken = await createJourney(ctx, {
      name: "Broken",
      definition: { ...drawing([{ kind: "message", id: "a", channel: "email", templateId: "tpl_gone", transactional: true, next: null }]) },
    });
    await expect(publishJourney(ctx, { id: broken.id, basedOn: 1 })).rejects.toMatchObject({
      data: { problems: [{ node: "a", message: "The template is not there any more. Choose another." }] },
    });
    await expect(createJourney(db.ctx(member("manager")), { name: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(listJourneys(db.ctx(member("manager")))).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("refuse a single start that lies in the past everywhere, and take one that is ahead", async () => {
    const ctx = marketer();
    const publish = async (at: string): Promise<unknown> => {
      const entry = { kind: "schedule", segmentId: null, at, recurring: null, local: true };
      const { id } = await createJourney(ctx, { name: at, definition: { ...drawing([delay("a", null)]), entry } });
      return publishJourney(ctx, { id, basedOn: 1 });
    };
    await expect(publish(new Date(Date.now() - 30 * 3_600_000).toISOString())).rejects.toMatchObject({
      data: { problems: [{ node: null, message: expect.stringContaining("in the past") }] },
    });
    expect(await publish(new Date(Date.now() + 30 * 3_600_000).toISOString())).toMatchObject({ version: 1 });
  });
});
