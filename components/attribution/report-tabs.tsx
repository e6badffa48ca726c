"use client";

import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { tabClasses } from "@/components/ui/tabs";

/** Pages of attribution; the question goes along. */
export function ReportTabs({ people, defines }: { people: boolean; defines: boolean }) {
  const pathname = usePathname();
  const query = useSearchParams().toString();
  const tabs = [
    { href: "/attribution", label: "Models" },
    { href: "/attribution/paths", label: "Paths" },
    ...(people ? [{ href: "/attribution/conversions", label: "Conversions" }] : []),
    ...(defines ? [{ href: "/attribution/definitions", label: "What counts" }] : []),
  ];
  return (
    <nav aria-label="Attribution" className="flex items-center gap-5 overflow-x-auto border-b [scrollbar-width:none] print:hidden">
      {tabs.map((tab) => (
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
