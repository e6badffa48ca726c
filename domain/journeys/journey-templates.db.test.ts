import { beforeAll, expect, it } from "vitest";
import { feed } from "@/domain/identity/test/feed";
import { processAll } from "@/domain/identity";
import { member, testDatabase } from "@/server/test/database";
import { createFromTemplate } from "./create-from-template";
import { feedJourneys } from "./feed-journeys";
import { findProblems } from "./graph";
import { JOURNEY_TEMPLATES } from "./journey-templates";
import { getJourney } from "./reads";
import { candidates, rehearsePeople } from "./rehearse-history";
import { rehearsable } from "./rehearsal";
import { emptyResult } from "./rehearsal-model";
import { publishJourney } from "./verbs";

const db = testDatabase();
const DAY = 86_400_000;
const now = Date.UTC(2026, 5, 1);

beforeAll(async () => {
  const at = (days: number): string => new Date(now - days * DAY).toISOString();
  await feed(
    db.sql,
    Array.from({ length: 20 }, (_, i) => i).flatMap((i) => {
      const userId = `t${i}`;
      return [
        {
          type: "identify" as const,
          userId,
          traits: { birthday: `1990-05-${String(1 + i).padStart(2, "0")}` },
          timestamp: at(100),
          receivedAt: at(100),
        },
        { userId, event: "Signed Up", timestamp: at(80), receivedAt: at(80) },
        { userId, event: "Order Completed", timestamp: at(79), receivedAt: at(79) },
        { userId, event: "Product Added", timestamp: at(60), receivedAt: at(60) },
        ...(i % 2 === 0 ? [{ userId, event: "Order Completed", timestamp: at(60 - 0.1), receivedAt: at(60) }] : []),
        { userId, event: "Subscription Cancelled", timestamp: at(10), receivedAt: at(10) },
      ];
    }),
  );
  await processAll(db);
  await feedJourneys(db.ctx());
});

it.each(JOURNEY_TEMPLATES.map(({ key }) => key))("%s makes a draft that can be published and rehearsed as it is", async (key) => {
  const template = JOURNEY_TEMPLATES.find((one) => one.key === key);
  const { id } = await createFromTemplate(db.ctx(member("marketer")), { template: key });
  const journey = await getJourney(db.ctx(member("marketer")), id);
  expect(journey).toMatchObject({ name: template?.name, status: "draft" });
  expect(findProblems(journey.draft)).toEqual([]);
  const span = { from: now - 90 * DAY, to: now };
  const ids = await candidates(db.ctx(), id, journey.draft, span);
  const result = emptyResult();
  await rehearsePeople(db.ctx(), { journeyId: id, definition: rehearsable(journey.draft), ids: [...ids], span, zone: "UTC", result });
  expect(result.peopleIn).toBe(20);
  // Everybody comes to a decision about a message: sent, or stopped with a reason.
  expect(Object.values(result.outcomes).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0);
  expect(await publishJourney(db.ctx(member("marketer")), { id, basedOn: 1 })).toMatchObject({ version: 1 });
});

it("asks for the permission, and for a template that is there", async () => {
  await expect(createFromTemplate(db.ctx(member("manager")), { template: "welcome" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(createFromTemplate(db.ctx(member("marketer")), { template: "nonsense" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
