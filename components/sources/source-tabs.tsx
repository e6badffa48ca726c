"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { formatCount } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { tabClasses } from "@/components/ui/tabs";
import type { SourceDetail } from "@/domain/sources/model";
import { HealthBadge } from "./health-badge";
import { useSource } from "./use-source";

/** State of a source beside its name, renewed while the page stands. */
export const SourceState = ({ source }: { source: SourceDetail }) => <HealthBadge health={useSource(source).health} />;

/** The pages of one source. */
export function SourceTabs({ source: initial, canWatch }: { source: SourceDetail; canWatch: boolean }) {
  const { id, openRejected } = useSource(initial);
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
