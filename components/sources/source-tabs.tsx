"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { formatCount } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { tabClasses } from "@/components/ui/tabs";

/** The pages of one source. */
export function SourceTabs({ id, openRejected, canWatch }: { id: string; openRejected: number; canWatch: boolean }) {
  const pathname = usePathname();
  const base = `/sources/${id}`;
  const tabs = [
    { href: base, label: "Overview" },
    ...(canWatch ? [{ href: `${base}/debugger`, label: "Debugger" }] : []),
    { href: `${base}/rejected`, label: "Rejected", count: openRejected },
    { href: `${base}/settings`, label: "Settings" },
  ];
  return (
    <nav aria-label="Source" className="flex items-center gap-5 overflow-x-auto border-b [scrollbar-width:none]">
      {tabs.map((tab) => (
        <Link key={tab.href} href={tab.href} aria-current={pathname === tab.href ? "page" : undefined} className={tabClasses}>
          {tab.label}
          {tab.count !== undefined && tab.count > 0 && <Badge variant="destructive">{formatCount(tab.count)}</Badge>}
        </Link>
      ))}
    </nav>
  );
}
