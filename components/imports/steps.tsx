import { Check } from "lucide-react";
import { cn } from "@/components/ui/cn";

const STEPS = [
  { id: "upload", label: "Upload" },
  { id: "mapping", label: "Map columns" },
  { id: "review", label: "Check" },
  { id: "result", label: "Import" },
] as const;

/** Where an import stands. */
export function Steps({ current, done }: { current: (typeof STEPS)[number]["id"]; done: boolean }) {
  const at = STEPS.findIndex((step) => step.id === current);
  return (
    <ol aria-label="Steps" className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
      {STEPS.map((step, i) => {
        const passed = i < at || done;
        return (
          <li key={step.id} aria-current={i === at && !done ? "step" : undefined} className="flex items-center gap-2">
            {i > 0 ? <span aria-hidden className="h-px w-4 bg-border-strong sm:w-8" /> : null}
            <span
              aria-hidden
              className={cn(
                "grid size-5 place-content-center rounded-full border text-xs tabular-nums",
                passed
                  ? "border-primary bg-primary text-primary-foreground"
                  : i === at
                    ? "border-primary text-primary-text"
                    : "border-border-strong text-muted-foreground",
              )}
            >
              {passed ? <Check className="size-3" /> : i + 1}
            </span>
            <span className={i === at ? "font-medium" : "text-muted-foreground max-sm:sr-only"}>
              {step.label}
              {passed ? <span className="sr-only">, done</span> : null}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
