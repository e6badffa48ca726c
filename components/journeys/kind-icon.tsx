import { cn } from "@/components/ui/cn";
import type { JourneyNode } from "@/domain/journeys/model";
import { GROUP_TINT, lookOf } from "./kinds";

export function KindIcon({ node }: { node: JourneyNode }) {
  const look = lookOf(node);
  return (
    <span className={cn("grid size-7 shrink-0 place-content-center rounded-md", GROUP_TINT[look.group])}>
      <look.icon aria-hidden className="size-4" />
    </span>
  );
}
