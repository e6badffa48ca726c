"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { tabClasses } from "@/components/ui/tabs";

const TABS = [
  { href: "/campaigns", label: "Campaigns" },
  { href: "/campaigns/links", label: "Links" },
  { href: "/campaigns/channels", label: "Channel rules" },
];

/** Pages about what is run and how its touches are recognised. */
export function CampaignTabs() {
  const pathname = usePathname();
  return (
    <nav aria-label="Campaigns" className="flex items-center gap-5 overflow-x-auto border-b [scrollbar-width:none]">
      {TABS.map((tab) => (
        <Link key={tab.href} href={tab.href} aria-current={pathname === tab.href ? "page" : undefined} className={tabClasses}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
