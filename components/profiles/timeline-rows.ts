import type { TimelineEvent } from "@/domain/profiles/schemas";

/** A pause of this length ends a session where events carry no session id. */
export const SESSION_GAP_MS = 30 * 60_000;

export type TimelineRow =
  | { kind: "day"; key: string; at: string }
  | { kind: "session"; key: string; sessionId: string | null; sourceId: string; count: number; from: string; to: string }
  | { kind: "event"; key: string; event: TimelineEvent; inSession: boolean; last: boolean };

const dayOf = (iso: string): string => iso.slice(0, 10);

/** Whether the older event is of the same visit as the newer one. Different sources are different visits. */
function sameSession(newer: TimelineEvent, older: TimelineEvent): boolean {
  if (newer.sourceId !== older.sourceId || dayOf(newer.occurredAt) !== dayOf(older.occurredAt)) return false;
  if (newer.sessionId !== null || older.sessionId !== null) return newer.sessionId === older.sessionId;
  return Date.parse(newer.occurredAt) - Date.parse(older.occurredAt) <= SESSION_GAP_MS;
}

/**
 * Events (newest first) as the rows of the timeline: a heading per day, a heading per visit of two or more events, the
 * events. Pure: pages may be appended and the result stays the same apart from the last visit.
 */
export function timelineRows(events: readonly TimelineEvent[], group: "session" | "day"): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let day = "";
  for (let start = 0; start < events.length;) {
    const first = events[start];
    if (!first) break;
    if (dayOf(first.occurredAt) !== day) {
      day = dayOf(first.occurredAt);
      rows.push({ kind: "day", key: `day-${day}-${first.id}`, at: first.occurredAt });
    }
    let end = start + 1;
    if (group === "session") {
      for (let next = events[end]; next && sameSession(events[end - 1] ?? first, next); next = events[end]) end += 1;
    }
    const run = events.slice(start, end);
    const oldest = run.at(-1) ?? first;
    const grouped = run.length > 1;
    if (grouped) {
      rows.push({
        kind: "session",
        key: `session-${first.id}`,
        sessionId: first.sessionId,
        sourceId: first.sourceId,
        count: run.length,
        from: oldest.occurredAt,
        to: first.occurredAt,
      });
    }
    run.forEach((event, index) =>
      rows.push({ kind: "event", key: `event-${event.id}`, event, inSession: grouped, last: index === run.length - 1 }),
    );
    start = end;
  }
  return rows;
}
