import { Badge } from "@/components/ui/badge";
import type { ComputedTraitSummary } from "@/domain/segments/computed/contracts";
import type { ComputedStatus } from "@/domain/segments/computed/model";

export const TRAIT_STATUS_LABELS: Record<ComputedStatus, string> = {
  preparing: "Computing",
  live: "Live",
  paused: "Paused",
  failed: "Failed",
};
const VARIANTS = { preparing: "info", live: "success", paused: "default", failed: "destructive" } as const;

export function TraitStatus({ status, progress }: Pick<ComputedTraitSummary, "status" | "progress">) {
  const percent = progress && progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : null;
  return (
    <Badge variant={VARIANTS[status]} dot>
      {TRAIT_STATUS_LABELS[status]}
      {percent === null ? "" : ` ${percent} %`}
    </Badge>
  );
}

/** What live work costs, in words. */
export function costText(trait: Pick<ComputedTraitSummary, "usPerPerson">): string {
  if (trait.usPerPerson === null) return "no live work yet";
  return trait.usPerPerson < 1_000
    ? `${Math.max(1, Math.round(trait.usPerPerson))} µs a person`
    : `${(trait.usPerPerson / 1_000).toFixed(1)} ms a person`;
}

/** A duration in words. */
export const millisText = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);
