"use client";

import { Menu, PanelLeft, Search } from "lucide-react";
import { useState, useSyncExternalStore, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Kbd } from "@/components/ui/kbd";
import { Sheet, SheetContent, SheetTitle } from "@/components/ui/sheet";
import { Hint } from "@/components/ui/tooltip";
import { BreadcrumbProvider, Breadcrumbs } from "./breadcrumbs";
import { CommandPalette } from "./command-palette";
import { ConnectionNotice } from "./connection-notice";
import { Shortcuts } from "./shortcuts";
import { Sidebar } from "./sidebar";
import { SIDEBAR_COOKIE } from "./sidebar-cookie";
import { UserMenu } from "./user-menu";
import { ViewerProvider, type Viewer } from "./viewer";

export interface AppShellProps {
  viewer: Viewer;
  /** From the cookie, so that the first paint is right. */
  initiallyCollapsed: boolean;
  signOut: () => Promise<unknown>;
  children: ReactNode;
}

/** Everything around a page: sidebar, top bar, command palette, shortcuts. */
export function AppShell({ viewer, initiallyCollapsed, signOut, children }: AppShellProps) {
  const [collapsed, setCollapsed] = useState(initiallyCollapsed);
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const [shortcuts, setShortcuts] = useState(false);

  const toggleSidebar = () => {
    setCollapsed(!collapsed);
    document.cookie = `${SIDEBAR_COOKIE}=${collapsed ? "open" : "collapsed"}; path=/; max-age=31536000; samesite=lax`;
  };

  return (
    <ViewerProvider viewer={viewer}>
      <BreadcrumbProvider>
        <a
          href="#main"
          className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-primary px-3 py-1.5 text-sm font-medium text-primary-foreground focus:translate-y-0"
        >
          Skip to content
        </a>
        <div className="flex min-h-dvh">
          <aside
            className={cn(
              "sticky top-0 hidden h-dvh shrink-0 border-r border-sidebar-border bg-sidebar md:block print:hidden!",
              collapsed ? "w-14" : "w-56",
            )}
          >
            <Sidebar collapsed={collapsed} />
          </aside>
          <Sheet open={drawer} onOpenChange={setDrawer}>
            <SheetContent side="left" className="bg-sidebar p-0 pt-1" aria-describedby={undefined}>
              <SheetTitle className="sr-only">Navigation</SheetTitle>
              <Sidebar onNavigate={() => setDrawer(false)} />
            </SheetContent>
          </Sheet>
          <div className="flex min-w-0 flex-1 flex-col">
            <header className="sticky top-0 z-30 flex h-12 shrink-0 items-center gap-2 border-b bg-background/95 px-2 backdrop-blur-sm sm:px-3 print:hidden">
              <Button variant="ghost" size="icon" className="md:hidden" aria-label="Open navigation" onClick={() => setDrawer(true)}>
                <Menu aria-hidden />
              </Button>
              <Hint text={collapsed ? "Expand sidebar" : "Collapse sidebar"}>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  className="hidden text-muted-foreground md:inline-flex"
                  aria-label={collapsed ? "Expand sidebar" : "Collapse sidebar"}
                  aria-expanded={!collapsed}
                  onClick={toggleSidebar}
                >
                  <PanelLeft aria-hidden />
                </Button>
              </Hint>
              <Breadcrumbs />
              <div className="ml-auto flex shrink-0 items-center gap-1.5">
                <SearchTrigger onOpen={() => setPalette(true)} />
                <UserMenu signOut={signOut} onShortcuts={() => setShortcuts(true)} />
              </div>
            </header>
            <ConnectionNotice />
            <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
              {children}
            </main>
          </div>
        </div>
        <CommandPalette open={palette} onOpenChange={setPalette} signOut={signOut} onShortcuts={() => setShortcuts(true)} />
        <Shortcuts open={shortcuts} onOpenChange={setShortcuts} onSidebar={toggleSidebar} />
      </BreadcrumbProvider>
    </ViewerProvider>
  );
}

const noChanges = () => () => {};

function SearchTrigger({ onOpen }: { onOpen: () => void }) {
  const mac = useSyncExternalStore(
    noChanges,
    () => /Mac|iPhone|iPad/.test(navigator.userAgent),
    () => false,
  );
  return (
    <>
      <button
        type="button"
        onClick={onOpen}
        aria-keyshortcuts="Control+K Meta+K"
        className="hidden h-8 w-48 items-center gap-2 rounded-md border border-border-strong bg-card px-2.5 text-sm text-muted-foreground shadow-xs hover:bg-accent sm:flex lg:w-64"
      >
        <Search aria-hidden className="size-4" />
        <span>Search</span>
        <span aria-hidden className="ml-auto flex gap-0.5">
          <Kbd>{mac ? "⌘" : "Ctrl"}</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      <Button variant="ghost" size="icon" className="sm:hidden" aria-label="Search" onClick={onOpen}>
        <Search aria-hidden />
      </Button>
    </>
  );
}
