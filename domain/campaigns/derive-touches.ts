import { SESSION_SECONDS } from "./model";
import type { Origin } from "./model";
import { saysNothing } from "./read-origin";

/** An event of one fragment that has an origin, with its place in time. */
export interface OriginEvent {
  readonly eventId: number;
  /** Milliseconds. */
  readonly at: number;
  readonly origin: Origin;
}

/**
 * Which events of one fragment are touches; `events` in (at, eventId) order. Clicks and views always are. A visit is one
 * unless a page of the very same origin came in the half hour before it; a visit without a sign of where it came from
 * is a direct touch only when no page at all came in that time. Both look back only half an hour, so a late event
 * changes nothing further than half an hour behind it: touches can be derived in pieces.
 */
export function deriveTouches(events: readonly OriginEvent[]): OriginEvent[] {
  const pause = SESSION_SECONDS * 1_000;
  const lastOf = new Map<string, number>();
  let lastPage = Number.NEGATIVE_INFINITY;
  return events.filter((event) => {
    const { origin, at } = event;
    if (origin.kind !== "visit") return true;
    const key = originKey(origin);
    const before = saysNothing(origin) ? lastPage : (lastOf.get(key) ?? Number.NEGATIVE_INFINITY);
    lastOf.set(key, at);
    lastPage = at;
    return at - before >= pause;
  });
}

/** One text for an origin: equal origins, equal texts. */
export function originKey(origin: Origin): string {
  return JSON.stringify([
    origin.kind,
    origin.source,
    origin.medium,
    origin.campaign,
    origin.campaignRef,
    origin.content,
    origin.term,
    origin.clickId,
    origin.referrer,
  ]);
}
