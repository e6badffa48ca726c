"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { createContext, Fragment, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { NAVIGATION, SETTINGS_PAGES } from "./navigation";
import { useViewer } from "./viewer";

type Titles = Readonly<Record<string, string>>;
const TitlesContext = createContext<{ titles: Titles; set: (path: string, title: string | null) => void } | null>(null);

export function BreadcrumbProvider({ children }: { children: ReactNode }) {
  const [titles, setTitles] = useState<Titles>({});
  const value = useMemo(
    () => ({
      titles,
      set: (path: string, title: string | null) =>
        setTitles((before) => {
          const { [path]: _, ...rest } = before;
          return title === null ? rest : { ...rest, [path]: title };
        }),
    }),
    [titles],
  );
  return <TitlesContext value={value}>{children}</TitlesContext>;
}

/** Names the current page (or the given path) in the breadcrumbs: for pages of one thing, e.g. a source. */
export function BreadcrumbTitle({ title, path }: { title: string; path?: string }) {
  const current = usePathname();
  const context = useContext(TitlesContext);
  const set = context?.set;
  const at = path ?? current;
  useEffect(() => {
    set?.(at, title);
    return () => set?.(at, null);
    // `set` is stable in effect: it only writes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [at, title]);
  return null;
}

const KNOWN: Titles = Object.fromEntries([
  ["/settings", "Settings"],
  ["/segments/traits", "Computed traits"],
  ...[...NAVIGATION.flatMap((group) => group.entries), ...SETTINGS_PAGES].map((entry) => [entry.href, entry.label]),
]);

/** What it takes to open a page: nobody is led to one that would refuse them. */
const NEEDS = new Map([...NAVIGATION.flatMap((group) => group.entries), ...SETTINGS_PAGES].map((entry) => [entry.href, entry.permission]));

const worded = (segment: string): string => {
  const text = decodeURIComponent(segment).replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export interface Crumb {
  href: string;
  label: string;
}

export function useCrumbs(): Crumb[] {
  const pathname = usePathname();
  const titles = useContext(TitlesContext)?.titles ?? {};
  if (pathname === "/") return [{ href: "/", label: "Home" }];
  const segments = pathname.split("/").filter(Boolean);
  return segments.map((segment, i) => {
    const href = `/${segments.slice(0, i + 1).join("/")}`;
    return { href, label: titles[href] ?? KNOWN[href] ?? worded(segment) };
  });
}

export function Breadcrumbs() {
  const crumbs = useCrumbs();
  const { can } = useViewer();
  const mayOpen = (href: string): boolean => {
    const needed = NEEDS.get(href);
    return needed === undefined || can(needed);
  };
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        {crumbs.map((crumb, i) => {
          const last = i === crumbs.length - 1;
          return (
            <Fragment key={crumb.href}>
              {i > 0 ? (
                <li aria-hidden className="hidden text-muted-foreground sm:block">
                  <ChevronRight className="size-3.5" />
                </li>
              ) : null}
              <li className={last ? "min-w-0" : "hidden shrink-0 sm:block"}>
                {last ? (
                  <span aria-current="page" className="block truncate px-1 font-medium">
                    {crumb.label}
                  </span>
                ) : !mayOpen(crumb.href) ? (
                  <span className="px-1 py-0.5 text-muted-foreground">{crumb.label}</span>
                ) : (
                  <Link href={crumb.href} prefetch={false} className="rounded-sm px-1 py-0.5 text-muted-foreground hover:text-foreground">
                    {crumb.label}
                  </Link>
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}
