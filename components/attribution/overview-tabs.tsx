"use client";

import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { tabClasses } from "@/components/ui/tabs";

const TABS = [
  { href: "/reports", label: "Overview" },
  { href: "/reports/roi", label: "ROI report" },
  { href: "/reports/cohorts", label: "Cohorts" },
  { href: "/reports/quality", label: "Data quality" },
];

/** Pages for managers; the question goes along. */
export function OverviewTabs() {
  const pathname = usePathname();
  const query = useSearchParams().toString();
  return (
    <nav aria-label="Reports" className="flex items-center gap-5 overflow-x-auto border-b [scrollbar-width:none] print:hidden">
      {TABS.map((tab) => (
        <Link
          key={tab.href}
          href={`${tab.href}${query === "" ? "" : `?${query}`}`}
          aria-current={pathname === tab.href ? "page" : undefined}
          className={tabClasses}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
