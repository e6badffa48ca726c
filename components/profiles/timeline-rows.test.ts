import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimelineEvent } from "@/domain/profiles/schemas";
import { SESSION_GAP_MS, timelineRows } from "./timeline-rows";

let id = 0;
const event = (at: string | number, over: Partial<TimelineEvent> = {}): TimelineEvent => ({
  id: ++id,
  profileId: 1,
  event: "Page Viewed",
  occurredAt: new Date(at).toISOString(),
  receivedAt: new Date(at).toISOString(),
  sourceId: "src_a",
  messageId: `m${id}`,
  sessionId: null,
  value: null,
  currency: null,
  summary: "",
  ...over,
});
const shape = (rows: ReturnType<typeof timelineRows>) => rows.map((row) => (row.kind === "session" ? `session ${row.count}` : row.kind));

test("without session ids a pause of more than 30 minutes, another source or another day ends a visit", () => {
  const noon = Date.parse("2026-05-02T12:00:00Z");
  const events = [
    event(noon),
    event(noon - SESSION_GAP_MS),
    event(noon - 2 * SESSION_GAP_MS - 1),
    event(noon - 2 * SESSION_GAP_MS - 2, { sourceId: "src_b" }),
    event("2026-05-01T23:59:59Z"),
  ];
  expect(shape(timelineRows(events, "session"))).toEqual(["day", "session 2", "event", "event", "event", "event", "day", "event"]);
  expect(shape(timelineRows(events, "day"))).toEqual(["day", "event", "event", "event", "event", "day", "event"]);
});

test("session ids decide where there are any", () => {
  const at = Date.parse("2026-05-02T12:00:00Z");
  const events = [
    event(at, { sessionId: "a" }),
    event(at - 10 * SESSION_GAP_MS, { sessionId: "a" }),
    event(at - 10 * SESSION_GAP_MS - 1, { sessionId: "b" }),
    event(at - 10 * SESSION_GAP_MS - 2),
  ];
  const rows = timelineRows(events, "session");
  expect(shape(rows)).toEqual(["day", "session 2", "event", "event", "event", "event"]);
  expect(rows[1]).toMatchObject({ sessionId: "a", from: events[1]?.occurredAt, to: events[0]?.occurredAt });
});

test("every event stands there once and in order, keys are unique", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          gap: fc.integer({ min: 0, max: 100 * 60_000 }),
          session: fc.constantFrom(null, "a", "b"),
          source: fc.constantFrom("x", "y"),
        }),
        {
          maxLength: 40,
        },
      ),
      fc.constantFrom("session" as const, "day" as const),
      (steps, group) => {
        let at = Date.parse("2026-05-02T12:00:00Z");
        const events = steps.map((step) => event((at -= step.gap), { sessionId: step.session, sourceId: step.source }));
        const rows = timelineRows(events, group);
        expect(rows.flatMap((row) => (row.kind === "event" ? row.event.id : []))).toEqual(events.map((one) => one.id));
        expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
      },
    ),
  );
});
