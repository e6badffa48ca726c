import { Tag } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { labelName, type Inherited } from "@/domain/labels/model";

/** Labels that the segment inherits, each with the field that has it. */
export function SegmentLabels({ labels }: { labels: readonly Inherited[] }) {
  if (labels.length === 0) return null;
  const shown = [...new Set(labels.map(({ label }) => label))];
  return (
    <div className="mb-4 grid gap-1.5 rounded-lg border bg-card p-3 text-sm" role="note" aria-label="Inherited labels">
      <p className="flex flex-wrap items-center gap-1.5">
        <Tag aria-hidden className="size-3.5 text-muted-foreground" /> Inherits
        {shown.map((label) => (
          <Badge key={label} variant="warning">
            {labelName(label)}
          </Badge>
        ))}
      </p>
      <ul className="grid gap-0.5 text-xs text-muted-foreground">
        {labels.slice(0, 6).map(({ label, field, path }) => (
          <li key={`${label} ${field}`} className="break-words">
            {labelName(label)}: {field}
            {path.length === 0 ? "" : ` by way of ${path.join(", ")}`}
          </li>
        ))}
        {labels.length > 6 ? <li>and {labels.length - 6} more fields</li> : null}
      </ul>
    </div>
  );
}
