import type { ComponentType, ReactNode } from "react";

/** A page that only says something: not found, no access, an error. */
export function MessagePage({
  icon: Icon,
  title,
  children,
  actions,
}: {
  icon: ComponentType<{ className?: string; "aria-hidden"?: boolean }>;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="grid min-h-[min(36rem,80dvh)] place-content-center justify-items-center px-6 py-16 text-center">
      <span className="mb-4 grid size-12 place-content-center rounded-xl border bg-card text-muted-foreground shadow-xs">
        <Icon aria-hidden className="size-6" />
      </span>
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      <div className="mt-1.5 max-w-md text-pretty text-muted-foreground">{children}</div>
      {actions ? <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}
