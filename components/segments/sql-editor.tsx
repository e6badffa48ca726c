"use client";

import { Textarea } from "@/components/ui/textarea";
import type { Leaf, LeafOf } from "@/domain/segments/model";

/** What the role of SQL conditions may read; `docs/segments.md` says the same. */
const VIEWS: readonly [string, string][] = [
  ["people", "profile_id, known, country, city, timezone, traits, first_seen_at, last_seen_at, event_count, order_count, revenue"],
  ["events", "profile_id, event, occurred_at, value, properties, context"],
  ["event_totals", "profile_id, event, count, value_sum, first_at, last_at"],
  ["identifiers", "profile_id, type, first_seen_at, last_seen_at"],
  ["accounts", "profile_id, account_id, name, traits"],
  ["devices", "profile_id, type, os, first_seen_at, last_seen_at"],
  ["segment_members", "profile_id, segment, entered_at"],
];

export function SqlEditor({ leaf, put }: { leaf: LeafOf<"sql">; put: (leaf: Leaf, field?: string) => void }) {
  return (
    <span className="grid w-full gap-1">
      <span>are found by this SQL; its first column is profile_id</span>
      <Textarea
        aria-label="SQL"
        value={leaf.sql}
        rows={4}
        spellCheck={false}
        maxLength={10_000}
        className="font-mono text-xs"
        placeholder="select profile_id from events where event = 'Order Completed' group by 1 having sum(value) > 500"
        onChange={(event) => put({ ...leaf, sql: event.target.value }, "sql")}
      />
      <span className="text-xs text-muted-foreground">
        Not live: read again every 15 minutes. It may only read the views below, for 20 seconds at most.
      </span>
      <SqlViews />
    </span>
  );
}

/** The views that SQL may read, folded up. */
export function SqlViews() {
  return (
    <details className="text-xs">
      <summary className="cursor-pointer text-muted-foreground hover:text-foreground">Views and their columns</summary>
      <dl className="mt-1 grid gap-1 border-l-2 pl-3">
        {VIEWS.map(([name, columns]) => (
          <div key={name}>
            <dt className="font-mono font-medium">{name}</dt>
            <dd className="font-mono break-words text-muted-foreground">{columns}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
