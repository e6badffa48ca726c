import { Badge } from "@/components/ui/badge";
import type { JourneyStatus } from "@/domain/journeys/model";
import { STATUS_WORDS } from "./words";

const LOOK = { draft: "default", live: "success", paused: "warning", draining: "warning", archived: "outline" } as const;

export function StatusBadge({ status }: { status: JourneyStatus }) {
  return (
    <Badge variant={LOOK[status]} dot>
      {STATUS_WORDS[status]}
    </Badge>
  );
}
