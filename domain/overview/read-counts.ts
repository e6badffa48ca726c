import { CALL_EVENTS } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import type { Database } from "@/db/client";
import type { DayCount } from "./growth";

/** Everything that only processing changes. */
export interface Counts {
  known: number;
  anonymous: number;
  /** Decimal text. */
  revenue: string;
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
 * Exact counts with the moment they are exact for. Cost: one pass over `profiles` and the indexes of `identifiers`
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
  const [people, identifiers, cells] = await Promise.all([
    ctx.sql<{ day: number; known: number; anonymous: number; revenue: string; orders: number }[]>`
      select (floor(extract(epoch from first_seen_at) / 86400) * 86400000)::int8 as day,
        count(*) filter (where known) as known, count(*) filter (where not known) as anonymous,
        sum(revenue) as revenue, sum(order_count)::int8 as orders
      from profiles where merged_into is null group by 1 order by 1`,
    ctx.sql<{ type: string; n: number }[]>`select type, count(*) as n from identifiers group by type order by n desc, type`,
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
  let revenue = 0n;
  for (const row of people) {
    const day = dayOf(row.day);
    day.known += row.known;
    day.anonymous += row.anonymous;
    known += row.known;
    anonymous += row.anonymous;
    orders += row.orders;
    revenue += toUnits(row.revenue);
  }
  for (const cell of cells) dayOf(Math.floor(cell.day / 86_400_000) * 86_400_000).events += cell.n;
  return {
    version,
    cost: performance.now() - started,
    counts: {
      known,
      anonymous,
      revenue: fromUnits(revenue),
      orders,
      identifiers: identifiers.map(({ type, n }) => ({ type, n })),
      days: [...days.values()].sort((a, b) => a.day - b.day),
      cells: [...cells],
      countedAt,
    },
  };
}

// Money in ten-thousandths, as the column keeps it: sums of doubles would drift.
function toUnits(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const units = BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, "0").slice(0, 4));
  return text.startsWith("-") ? -units : units;
}
function fromUnits(units: bigint): string {
  const positive = units < 0n ? -units : units;
  return `${units < 0n ? "-" : ""}${positive / 10_000n}.${(positive % 10_000n).toString().padStart(4, "0")}`;
}
