import { Badge } from "@/components/ui/badge";
import type { SegmentProgress, SegmentStatus } from "@/domain/segments/contracts";

export const STATUS_LABELS: Record<SegmentStatus, string> = {
  draft: "Draft",
  preparing: "Preparing",
  live: "Live",
  failed: "Failed",
  disabled: "Disabled",
};
const VARIANTS = { draft: "outline", preparing: "info", live: "success", failed: "destructive", disabled: "default" } as const;

export function StatusBadge({ status, progress }: { status: SegmentStatus; progress: SegmentProgress | null }) {
  const percent = progress && progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : null;
  return (
    <Badge variant={VARIANTS[status]} dot>
      {STATUS_LABELS[status]}
      {status === "preparing" && percent !== null ? ` ${percent} %` : ""}
    </Badge>
  );
}
