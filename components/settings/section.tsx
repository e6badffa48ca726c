import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";

/** One group of settings: what it is about on the left, the controls on the right. */
export function Section({
  title,
  description,
  className,
  children,
}: {
  title: string;
  description?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Card>
      <section className={cn("grid gap-x-8 gap-y-4 p-4 sm:p-5 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]", className)}>
        <div className="grid content-start gap-1">
          <h2 className="text-base font-semibold tracking-tight">{title}</h2>
          {description ? <div className="text-sm text-pretty text-muted-foreground">{description}</div> : null}
        </div>
        <div className="min-w-0">{children}</div>
      </section>
    </Card>
  );
}
