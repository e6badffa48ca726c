import type { Traits } from "./model";
import { maskIdentifier, maskName } from "./mask";
import type { PersonSummary } from "./schemas";

/** Columns of `profiles` that a summary is made of; select them as `p`. */
export interface PersonRecord {
  id: number;
  known: boolean;
  name: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  city: string | null;
  first_seen_at: Date;
  last_seen_at: Date;
  created_at: Date;
  event_count: number;
  order_count: number;
  revenue: string;
  traits?: Traits;
}

export function summaryOf(row: PersonRecord, unmasked: boolean): PersonSummary {
  const show = (type: string, value: string | null): string | null =>
    value === null || unmasked ? value : type === "name" ? maskName(value) : maskIdentifier(type, value);
  return {
    id: row.id,
    known: row.known,
    name: show("name", row.name),
    email: show("email", row.email),
    phone: show("phone", row.phone),
    country: row.country,
    city: row.city,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    addedAt: row.created_at.toISOString(),
    eventCount: row.event_count,
    orderCount: row.order_count,
    revenue: row.revenue,
  };
}
