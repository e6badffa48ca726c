import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export interface PageHeaderProps {
  title: ReactNode;
  /** One line: what this page is for, or the state of the thing. */
  description?: ReactNode;
  /** Buttons, the primary one last. */
  actions?: ReactNode;
  className?: string;
}

export function PageHeader({ title, description, actions, className }: PageHeaderProps) {
  return (
    <div data-slot="page-header" className={cn("flex flex-wrap items-start justify-between gap-x-6 gap-y-3", className)}>
      <div className="min-w-0 flex-1 basis-64">
        <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
        {description ? <div className="mt-0.5 text-sm text-pretty text-muted-foreground">{description}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </div>
  );
}

/** The frame of every page: same margins, a width that suits reading (`narrow`) or tables (`wide`, default). */
export function Page({
  width = "wide",
  className,
  children,
}: {
  width?: "narrow" | "wide" | "full";
  className?: string;
  children: ReactNode;
}) {
  return (
    <div
      className={cn(
        "mx-auto grid w-full grid-cols-[minmax(0,1fr)] content-start gap-5 px-4 py-5 sm:px-6 lg:py-6",
        { narrow: "max-w-3xl", wide: "max-w-[88rem]", full: "max-w-none" }[width],
        className,
      )}
    >
      {children}
    </div>
  );
}
