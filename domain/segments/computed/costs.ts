import type { AnySql } from "@/db/client";

/** What live traits cost since this process last said so. Lost with the process: a figure for people, not an account. */
interface Cost {
  looked: number;
  changed: number;
  ms: number;
}

const EVERY_MS = 5_000;
const costs = new Map<string, Cost>();
let flushed = 0;

export function noteCost(traitId: string, cost: Cost): void {
  const sum = costs.get(traitId) ?? { looked: 0, changed: 0, ms: 0 };
  costs.set(traitId, { looked: sum.looked + cost.looked, changed: sum.changed + cost.changed, ms: sum.ms + cost.ms });
}

/** Adds the costs to the traits, every few seconds at most: their rows would otherwise change with every step. */
export async function flushCosts(sql: AnySql, now: number): Promise<void> {
  if (costs.size === 0 || Math.abs(Date.now() - flushed) < EVERY_MS) return;
  flushed = Date.now();
  const rows = [...costs].map(([id, { looked, changed, ms }]) => ({ id, looked, changed, us: Math.round(ms * 1000) }));
  costs.clear();
  await sql`
    update computed_traits t set looked = t.looked + r.looked, changed = t.changed + r.changed, spent_us = t.spent_us + r.us,
      changed_at = case when r.changed > 0 then ${new Date(now)} else t.changed_at end
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(id text, looked int8, changed int8, us int8) where t.id = r.id`;
}
