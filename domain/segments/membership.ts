import type { AnySql } from "@/db/client";
import type { TransitionCause } from "./contracts";

/**
 * Locks all changes of membership and gives the place up to which changes of people are worked off. One writer at a
 * time: transitions get their numbers in the order of commits.
 * @returns undefined when another holds it and `wait` is false
 */
export async function lockMembership(tx: AnySql, wait: boolean): Promise<number | undefined> {
  const ask = () =>
    wait
      ? tx<{ id: number }[]>`select change_id as id from segment_cursors where name = 'main' for update`
      : tx<{ id: number }[]>`select change_id as id from segment_cursors where name = 'main' for update skip locked`;
  const [row] = await ask();
  if (row) return row.id;
  const made = await tx`insert into segment_cursors (name) values ('main') on conflict do nothing returning name`;
  if (made.length === 0 && !wait) return undefined;
  return (await ask())[0]?.id;
}

export interface Flip {
  segmentId: string;
  version: number;
  profileId: number;
  entered: boolean;
  cause: TransitionCause;
  /** Inbox id of the message behind it; null where no message is. */
  eventId: number | null;
}

export interface Due {
  segmentId: string;
  profileId: number;
  /** Milliseconds; null: never by time alone. */
  at: number | null;
}

/** Writes entries and exits with sizes, and when people have to be looked at again. Under the lock of membership. */
export async function writeFlips(tx: AnySql, flips: readonly Flip[], dues: readonly Due[], now: number): Promise<void> {
  const instant = new Date(now).toISOString();
  if (flips.length > 0) {
    await tx`
      with f as materialized (
        select * from json_to_recordset(${JSON.stringify(flips)}::text::json)
          as r("segmentId" text, version int, "profileId" int, entered bool, cause text, "eventId" int8)),
      gone as (delete from segment_members m using f where not f.entered and m.segment_id = f."segmentId" and m.profile_id = f."profileId"),
      come as (insert into segment_members (segment_id, profile_id, entered_at)
        select "segmentId", "profileId", ${instant}::timestamptz from f where entered on conflict do nothing),
      sizes as (update segments s set size = s.size + d.n, size_at = ${instant}::timestamptz
        from (select "segmentId", sum(case when entered then 1 else -1 end)::int as n from f group by 1) d where s.id = d."segmentId"
        returning s.id, s.size),
      hours as (insert into segment_sizes as h (segment_id, hour, size, entered, "left")
        select s.id, date_trunc('hour', ${instant}::timestamptz), s.size, count(*) filter (where f.entered), count(*) filter (where not f.entered)
        from sizes s join f on f."segmentId" = s.id group by s.id, s.size
        on conflict (segment_id, hour) do update set size = excluded.size, entered = h.entered + excluded.entered, "left" = h."left" + excluded."left")
      insert into segment_transitions (profile_id, segment_id, version, entered, at, cause, event_id)
      select "profileId", "segmentId", version, entered, ${instant}::timestamptz, cause, "eventId" from f`;
  }
  const dated = dues.map((due) => ({ ...due, at: due.at === null ? null : iso(due.at) }));
  const never = dated.filter(({ at }) => at === null);
  if (never.length > 0)
    await tx`
      delete from segment_due d
      using unnest(${never.map(({ segmentId }) => segmentId)}::text[], ${`{${never.map(({ profileId }) => profileId).join(",")}}`}::text::int[]) r(segment, profile)
      where d.segment_id = r.segment and d.profile_id = r.profile`;
  const next = dated.filter(({ at }) => at !== null);
  if (next.length > 0)
    await tx`
      insert into segment_due (segment_id, profile_id, due_at)
      select segment, profile, at from unnest(${next.map(({ segmentId }) => segmentId)}::text[],
        ${`{${next.map(({ profileId }) => profileId).join(",")}}`}::text::int[], ${`{${next.map(({ at }) => at).join(",")}}`}::text::timestamptz[])
        r(segment, profile, at)
      on conflict (segment_id, profile_id) do update set due_at = excluded.due_at, cause = 'time'`;
}

/** Instants beyond the calendar of PostgreSQL's text form are as good as never. */
export const iso = (ms: number): string | null => (hasDate(ms) ? new Date(ms).toISOString() : null);

const LAST_DATE = Date.UTC(9999, 0, 1);
/** Whether `iso` gives a text. */
export const hasDate = (ms: number): boolean => ms < LAST_DATE;
