"use client";

import { formatCount } from "@/components/charts";
import { cn } from "@/components/ui/cn";
import type { RuleNode } from "@/domain/segments/model";
import { useBuilder } from "./builder-context";

export const COUNT_COLUMNS = "grid grid-cols-[4.25rem_4.25rem] gap-2 text-right tabular-nums";

/** Own count and what is left after it, exact; dimmed while a fresh answer is under way. */
export function Counts({ node, label }: { node: RuleNode; label: string }) {
  const { estimate, stale } = useBuilder();
  const found = estimate?.nodes[node.id];
  return (
    <span
      data-counts={node.id}
      data-stale={stale || undefined}
      className={cn(
        "flex shrink-0 items-baseline gap-3 text-sm transition-opacity @xl:grid @xl:grid-cols-[4.25rem_4.25rem] @xl:gap-2 @xl:text-right",
        stale && "opacity-55",
      )}
    >
      <span className="tabular-nums" aria-label={found ? `${formatCount(found.alone)} people: ${label}` : "not counted"}>
        {found ? formatCount(found.alone) : "–"}
        <span aria-hidden className="ml-1 text-xs text-muted-foreground @xl:hidden">
          alone
        </span>
      </span>
      <span
        className="font-medium tabular-nums"
        {...(found?.after === undefined ? { "aria-hidden": true } : { "aria-label": `${formatCount(found.after)} left after it` })}
      >
        {found?.after === undefined ? "" : formatCount(found.after)}
        {found?.after !== undefined && (
          <span aria-hidden className="ml-1 text-xs font-normal text-muted-foreground @xl:hidden">
            left
          </span>
        )}
      </span>
    </span>
  );
}
