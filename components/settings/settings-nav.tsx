"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { isCurrent, SETTINGS_PAGES } from "@/components/layout/navigation";
import { useViewer } from "@/components/layout/viewer";
import { cn } from "@/components/ui/cn";

const SECTIONS = [
  ["account", "You"],
  ["install", "This install"],
] as const;

/** Pages of Settings: a column on wide screens, a strip that scrolls on narrow ones. */
export function SettingsNav() {
  const { can } = useViewer();
  const pathname = usePathname();
  return (
    <nav aria-label="Settings" className="flex gap-1 overflow-x-auto lg:grid lg:content-start lg:gap-5 lg:overflow-visible">
      {SECTIONS.map(([section, label]) => {
        const pages = SETTINGS_PAGES.filter((page) => page.section === section && can(page.permission));
        if (pages.length === 0) return null;
        return (
          <div key={section} className="flex gap-1 lg:grid lg:gap-0.5">
            <p className="hidden px-2 pb-1 text-xs font-medium text-muted-foreground lg:block">{label}</p>
            {pages.map((page) => {
              const current = isCurrent(pathname, page.href);
              return (
                <Link
                  key={page.href}
                  href={page.href}
                  {...(current ? { "aria-current": "page" as const } : {})}
                  className={cn(
                    "flex h-8 items-center gap-2 rounded-md px-2 text-sm whitespace-nowrap text-muted-foreground hover:bg-accent hover:text-foreground focus-visible:-outline-offset-2",
                    current && "bg-accent font-medium text-foreground",
                  )}
                >
                  <page.icon aria-hidden className={cn("size-4 shrink-0", current && "text-primary-text")} />
                  {page.label}
                </Link>
              );
            })}
          </div>
        );
      })}
    </nav>
  );
}
