import { ChevronRight } from "lucide-react";
import type { PathStepCount } from "@/domain/attribution/schemas";

/** Steps of a path as words, for CSV and summaries: `E-mail ×3 > Paid search`. */
export const pathText = (steps: readonly PathStepCount[]): string =>
  steps.map(({ name, times }) => (times > 1 ? `${name} ×${times}` : name)).join(" > ") || "No touch in the window";

const MOST_STEPS = 8;

/** The same for the eye; the middle of a long path is left out and counted. */
export function PathText({ steps }: { steps: readonly PathStepCount[] }) {
  if (steps.length === 0) return <span className="text-muted-foreground">No touch in the window</span>;
  const shown: (PathStepCount | number)[] =
    steps.length <= MOST_STEPS ? [...steps] : [...steps.slice(0, 3), steps.length - 6, ...steps.slice(-3)];
  return (
    <span className="flex flex-wrap items-center gap-x-1 gap-y-0.5" title={pathText(steps)}>
      {shown.map((step, i) => (
        // Steps of a path have no id and never change order within one rendering.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={i} className="flex items-center gap-1 whitespace-nowrap">
          {i > 0 ? <ChevronRight aria-hidden className="size-3 text-muted-foreground" /> : null}
          {typeof step === "number" ? (
            <span className="text-xs text-muted-foreground">{step} more</span>
          ) : (
            <span>
              {step.name}
              {step.times > 1 ? <span className="text-xs text-muted-foreground"> ×{step.times}</span> : null}
            </span>
          )}
        </span>
      ))}
    </span>
  );
}
