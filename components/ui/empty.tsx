import type { ComponentType, ReactNode } from "react";
import { cn } from "./cn";

export interface EmptyProps {
  icon?: ComponentType<{ className?: string; "aria-hidden"?: boolean }>;
  /** Why it is empty, in one short line. */
  title: ReactNode;
  /** What to do about it. */
  description?: ReactNode;
  /** One primary action, at most one more. */
  actions?: ReactNode;
  className?: string;
}

export function Empty({ icon: Icon, title, description, actions, className }: EmptyProps) {
  return (
    <div
      data-slot="empty"
      className={cn("flex flex-col items-center justify-center rounded-lg border border-dashed px-6 py-12 text-center", className)}
    >
      {Icon ? (
        <span className="mb-3 grid size-10 place-content-center rounded-lg border bg-card text-muted-foreground shadow-xs">
          <Icon aria-hidden className="size-5" />
        </span>
      ) : null}
      <p className="font-medium">{title}</p>
      {description ? <div className="mt-1 max-w-md text-sm text-pretty text-muted-foreground">{description}</div> : null}
      {actions ? <div className="mt-4 flex flex-wrap items-center justify-center gap-2">{actions}</div> : null}
    </div>
  );
}
