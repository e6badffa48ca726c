"use client";

import { Settings } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { Hint } from "@/components/ui/tooltip";
import { LogoMark, Wordmark } from "./logo";
import { isCurrent, NAVIGATION, SETTINGS_PAGES, type NavigationEntry } from "./navigation";
import { useViewer } from "./viewer";

/** Navigation by area; only what the viewer may open. `collapsed` shows icons with tooltips. */
export function Sidebar({ collapsed = false, onNavigate }: { collapsed?: boolean; onNavigate?: () => void }) {
  const { can } = useViewer();
  const settings = SETTINGS_PAGES.find((page) => can(page.permission));
  return (
    <div className={cn("flex h-full min-h-0 flex-col gap-1 text-sidebar-foreground", collapsed ? "px-2" : "px-2.5")}>
      <Link
        href="/"
        aria-label="Tributary, home"
        {...(onNavigate ? { onClick: onNavigate } : {})}
        className={cn("mb-1 flex h-12 shrink-0 items-center rounded-md", collapsed ? "justify-center" : "px-2")}
      >
        {collapsed ? <LogoMark className="size-5" /> : <Wordmark />}
      </Link>
      <nav aria-label="Main" className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto pb-3">
        {NAVIGATION.map((group) => {
          const entries = group.entries.filter((entry) => can(entry.permission));
          if (entries.length === 0) return null;
          return (
            <div key={group.label ?? "main"} className="grid gap-0.5">
              {group.label && !collapsed ? <p className="px-2 pb-1 text-2xs font-medium text-muted-foreground">{group.label}</p> : null}
              {group.label && collapsed ? <div aria-hidden className="mx-2 mb-1 h-px bg-sidebar-border" /> : null}
              {entries.map((entry) => (
                <Entry key={entry.href} entry={entry} collapsed={collapsed} onNavigate={onNavigate} />
              ))}
            </div>
          );
        })}
        {settings ? (
          <div className="mt-auto grid gap-0.5">
            <Entry
              entry={{ ...settings, href: settings.href, label: "Settings", icon: Settings }}
              currentUnder="/settings"
              collapsed={collapsed}
              onNavigate={onNavigate}
            />
          </div>
        ) : null}
      </nav>
    </div>
  );
}

function Entry({
  entry,
  currentUnder,
  collapsed,
  onNavigate,
}: {
  entry: NavigationEntry;
  currentUnder?: string;
  collapsed: boolean;
  onNavigate: (() => void) | undefined;
}) {
  const pathname = usePathname();
  const current = isCurrent(pathname, currentUnder ?? entry.href);
  const Icon = entry.icon;
  const link = (
    <Link
      href={entry.href}
      {...(current ? { "aria-current": "page" as const } : {})}
      {...(collapsed ? { "aria-label": entry.label } : {})}
      {...(onNavigate ? { onClick: onNavigate } : {})}
      className={cn(
        "flex h-8 items-center gap-2.5 rounded-md text-sm font-medium transition-colors hover:bg-sidebar-accent hover:text-foreground focus-visible:-outline-offset-2",
        collapsed ? "justify-center" : "px-2",
        current && "bg-sidebar-accent text-foreground",
      )}
    >
      <Icon aria-hidden className={cn("size-4 shrink-0", current ? "text-primary-text" : "opacity-80")} />
      {collapsed ? null : <span className="truncate">{entry.label}</span>}
    </Link>
  );
  return collapsed ? (
    <Hint text={entry.label} side="right">
      {link}
    </Hint>
  ) : (
    link
  );
}
