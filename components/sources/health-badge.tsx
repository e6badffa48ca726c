import { Badge } from "@/components/ui/badge";
import type { HealthState, SourceHealth } from "@/domain/sources/model";

const LOOKS: Record<HealthState, { label: string; variant: "default" | "success" | "warning" | "destructive" | "outline" }> = {
  live: { label: "Live", variant: "success" },
  quiet: { label: "Quiet", variant: "warning" },
  errors: { label: "Errors", variant: "destructive" },
  no_data: { label: "No data yet", variant: "outline" },
  idle: { label: "Idle", variant: "default" },
  disabled: { label: "Disabled", variant: "default" },
};

/** State in one word; the sentence with its figures stands beside it or is read out with it. */
export function HealthBadge({ health, sentence = false }: { health: SourceHealth; sentence?: boolean }) {
  const { label, variant } = LOOKS[health.state];
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Badge variant={variant} dot title={sentence ? undefined : health.sentence}>
        {label}
      </Badge>
      <span className={sentence ? "text-sm text-muted-foreground" : "sr-only"}>{health.sentence}</span>
    </span>
  );
}
