import { Minus, PencilLine, Plus } from "lucide-react";
import { cn } from "@/components/ui/cn";
import type { Difference } from "./diff";

const LOOK = {
  added: { icon: Plus, word: "Added", tint: "text-success-text" },
  removed: { icon: Minus, word: "Removed", tint: "text-destructive-text" },
  changed: { icon: PencilLine, word: "Changed", tint: "text-muted-foreground" },
} as const;

/** Differences in words, one line each. */
export function DifferenceList({ differences, none }: { differences: readonly Difference[]; none: string }) {
  if (differences.length === 0) return <p className="text-sm text-muted-foreground">{none}</p>;
  return (
    <ul className="grid gap-1 text-sm">
      {differences.map(({ kind, node, text }) => {
        const { icon: Icon, word, tint } = LOOK[kind];
        return (
          <li key={`${kind}:${node ?? ""}:${text}`} className="flex items-start gap-2">
            <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", tint)} />
            <span className="min-w-0 break-words">
              <span className="sr-only">{word}: </span>
              {text}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
