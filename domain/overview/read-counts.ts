import type { DayAmount } from "@/domain/kernel/money";
import { CALL_EVENTS, ORDER_EVENT, REFUND_EVENTS } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import type { Database } from "@/db/client";
import type { DayCount } from "./growth";

/** Everything that only processing changes. */
export interface Counts {
  known: number;
  anonymous: number;
  /** Orders less refunds by currency and day (UTC). */
  revenue: DayAmount[];
  orders: number;
  identifiers: { type: string; n: number }[];
  days: DayCount[];
  /** Per day, source and event name: what the rankings are summed from. */
  cells: { day: number; sourceId: string; name: string; n: number }[];
  countedAt: Date;
}

interface Kept {
  version: string;
  counts: Counts;
  /** How long the count took, ms. */
  cost: number;
}
const kept = new WeakMap<Database, { last?: Kept; running?: Promise<Kept> }>();

/** A count that costs more than this is not waited for: the last one is shown with its time, and renewed behind. */
const WAIT_MS = 400;
const FRESH_MS = 5_000;

/**
 * Exact counts with the moment they are exact for. Cost: one pass over `profiles`, the indexes of `identifiers` and the orders
 * (measured with a million people and two million identifiers: about a second of one core together), so a count is kept while nothing was processed since (one row tells),
 * and for at least twenty times its own cost otherwise: the overview takes at most 5 % of one core however often it
 * is read.
 */
export async function readCounts(ctx: Ctx): Promise<Counts> {
  const [state] = await ctx.sql<{ version: string }[]>`
    select coalesce(max(processed || '/' || epoch || '/' || next_profile_id), '') as version from processing_cursors where name = 'main'`;
  const version = state?.version ?? "";
  const slot = kept.get(ctx.root) ?? {};
  kept.set(ctx.root, slot);
  const { last } = slot;
  const now = ctx.clock.now();
  if (last?.version === version) return { ...last.counts, countedAt: now };
  if (last && now.getTime() - last.counts.countedAt.getTime() < Math.max(FRESH_MS, 20 * last.cost)) return last.counts;
  slot.running ??= count(ctx, version).finally(() => {
    slot.running = undefined;
  });
  const running = slot.running.then((next) => {
    slot.last = next;
    return next.counts;
  });
  if (last && last.cost > WAIT_MS) {
    // Renewed behind the answer; a failure shows at the next read, which waits.
    running.catch(() => {
      slot.last = undefined;
    });
    return last.counts;
  }
  return running;
}

async function count(ctx: Ctx, version: string): Promise<Kept> {
  const started = performance.now();
  const countedAt = ctx.clock.now();
  const [people, identifiers, revenue, cells] = await Promise.all([
    ctx.sql<{ day: number; known: number; anonymous: number; orders: number }[]>`
      select (floor(extract(epoch from first_seen_at) / 86400) * 86400000)::int8 as day,
        count(*) filter (where known) as known, count(*) filter (where not known) as anonymous,
        sum(order_count)::int8 as orders
      from profiles where merged_into is null group by 1 order by 1`,
    ctx.sql<{ type: string; n: number }[]>`select type, count(*) as n from identifiers group by type order by n desc, type`,
    // By the index (event type, time): orders and refunds only. Their currency stands in the event itself.
    ctx.sql<DayAmount[]>`
      select upper(substring(e.properties ->> 'currency' from '^[A-Za-z]{3}$')) as currency,
        to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*) filter (where t.name = ${ORDER_EVENT}) as orders,
        coalesce(sum(case when t.name = ${ORDER_EVENT} then e.value else -abs(e.value) end), 0)::text as net
      from event_types t join events e on e.event_type = t.id and e.profile_id > 0
      where t.name = any(${[ORDER_EVENT, ...REFUND_EVENTS]}::text[]) group by 1, 2`,
    // One row per day, source and event name: small however many events there are.
    ctx.sql<Counts["cells"]>`
      select (extract(epoch from c.day) * 1000)::int8 as day, c.source_id as "sourceId", t.name, c.n
      from daily_event_counts c join event_types t on t.id = c.event_type
      where t.name <> all(${Object.values(CALL_EVENTS)}) order by c.day`,
  ]);
  const days = new Map<number, DayCount>();
  const dayOf = (day: number): DayCount => {
    const found = days.get(day) ?? { day, known: 0, anonymous: 0, events: 0 };
    days.set(day, found);
    return found;
  };
  let known = 0;
  let anonymous = 0;
  let orders = 0;
  for (const row of people) {
    const day = dayOf(row.day);
    day.known += row.known;
    day.anonymous += row.anonymous;
    known += row.known;
    anonymous += row.anonymous;
    orders += row.orders;
  }
  for (const cell of cells) dayOf(Math.floor(cell.day / 86_400_000) * 86_400_000).events += cell.n;
  return {
    version,
    cost: performance.now() - started,
    counts: {
      known,
      anonymous,
      revenue: revenue.map((row) => ({ ...row })),
      orders,
      identifiers: identifiers.map(({ type, n }) => ({ type, n })),
      days: [...days.values()].sort((a, b) => a.day - b.day),
      cells: [...cells],
      countedAt,
    },
  };
}
