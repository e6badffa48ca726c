"use client";

import { useQuery } from "@tanstack/react-query";
import { Command as Palette } from "cmdk";
import { Clock, Keyboard, LogOut, Moon, Search, Sun, UserRound } from "lucide-react";
import { useTheme } from "next-themes";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useState, type ReactNode } from "react";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { Spinner } from "@/components/ui/spinner";
import { useCrumbs } from "./breadcrumbs";
import { COMMANDS } from "./commands";
import { NAVIGATION, SETTINGS_PAGES } from "./navigation";
import { readRecents, rememberRecent } from "./recents";
import { fetchSearch } from "./search";
import { isTyping } from "./shortcuts";
import { leave } from "./user-menu";
import { useDebounced } from "./use-debounced";
import { useViewer } from "./viewer";

const SEARCH_FROM = 2;

/** Ctrl/Cmd-K or `/`: pages, actions and people by whatever identifies them. */
export function CommandPalette({
  open,
  onOpenChange,
  signOut,
  onShortcuts,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  signOut: () => Promise<unknown>;
  onShortcuts: () => void;
}) {
  const toggle = useEffectEvent((event: KeyboardEvent) => {
    if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      onOpenChange(!open);
    } else if (event.key === "/" && !event.metaKey && !event.ctrlKey && !event.altKey && !isTyping(event.target)) {
      if (document.querySelector("[role=dialog], [role=alertdialog]")) return;
      event.preventDefault();
      onOpenChange(true);
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => toggle(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  useRememberPages();

  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent closeButton={false} className="max-w-xl gap-0 overflow-hidden p-0">
        <DialogTitle className="sr-only">Search and commands</DialogTitle>
        <DialogDescription className="sr-only">Type to find people, pages and actions. Arrow keys move, Enter opens.</DialogDescription>
        {open ? <Content close={() => onOpenChange(false)} signOut={signOut} onShortcuts={onShortcuts} /> : null}
      </DialogContent>
    </Dialog>
  );
}

function Content({ close, signOut, onShortcuts }: { close: () => void; signOut: () => Promise<unknown>; onShortcuts: () => void }) {
  const { can } = useViewer();
  const router = useRouter();
  const { resolvedTheme, setTheme } = useTheme();
  const [text, setText] = useState("");
  const [recents] = useState(readRecents);
  const asked = useDebounced(text.trim(), 150);
  const mayLookUp = can("profiles:read");
  const search = useQuery({
    queryKey: ["search", asked],
    queryFn: ({ signal }) => fetchSearch(asked, signal),
    enabled: mayLookUp && asked.length >= SEARCH_FROM,
    placeholderData: (before) => before,
  });
  const people = mayLookUp && text.trim().length >= SEARCH_FROM ? (search.data ?? []) : [];
  const pages = [...NAVIGATION.flatMap((group) => group.entries), ...SETTINGS_PAGES].filter((entry) => can(entry.permission));

  const open = (href: string) => {
    close();
    router.push(href);
  };

  return (
    <Palette filter={rank} label="Search and commands" loop className="grid" shouldFilter>
      <div className="flex items-center gap-2.5 border-b px-3.5">
        {search.isFetching ? (
          <Spinner className="text-muted-foreground" />
        ) : (
          <Search aria-hidden className="size-4 text-muted-foreground" />
        )}
        <Palette.Input
          value={text}
          onValueChange={setText}
          placeholder={mayLookUp ? "Find a person, page or action" : "Find a page or action"}
          className="h-12 w-full bg-transparent text-base outline-none placeholder:text-muted-foreground"
        />
        <Kbd>Esc</Kbd>
      </div>
      {/* Beside the list: a listbox holds options only. */}
      <Palette.Empty className="px-3 pt-8 pb-6 text-center text-sm text-balance text-muted-foreground">
        {search.isFetching
          ? "Searching"
          : mayLookUp
            ? "Nothing found. People are found by any identifier, or part of a name or e-mail address."
            : "Nothing found."}
      </Palette.Empty>
      <Palette.List className="max-h-[min(60vh,26rem)] overflow-y-auto p-1.5">
        {people.length > 0 ? (
          <Group heading="People">
            {people.map((person) => (
              // The server has ranked these already: the value holds what was typed, so that nothing is filtered out.
              <Item key={person.href} value={`${text} ${person.href}`} onSelect={() => open(person.href)} icon={<UserRound aria-hidden />}>
                <span className="truncate">{person.label}</span>
                {person.detail ? <span className="ml-auto truncate pl-4 text-xs text-muted-foreground">{person.detail}</span> : null}
              </Item>
            ))}
          </Group>
        ) : null}
        {text === "" && recents.length > 0 ? (
          <Group heading="Recent">
            {recents.map((recent) => (
              <Item
                key={recent.href}
                value={`recent ${recent.label} ${recent.href}`}
                onSelect={() => open(recent.href)}
                icon={<Clock aria-hidden />}
              >
                {recent.label}
              </Item>
            ))}
          </Group>
        ) : null}
        <Group heading="Pages">
          {pages.map((page) => (
            <Item
              key={page.href}
              value={`${page.label} ${page.href}`}
              keywords={[...(page.keywords ?? [])]}
              onSelect={() => open(page.href)}
              icon={<page.icon aria-hidden />}
            >
              {page.label}
              {page.key ? (
                <span aria-hidden className="ml-auto flex gap-1">
                  <Kbd>g</Kbd>
                  <Kbd>{page.key}</Kbd>
                </span>
              ) : null}
            </Item>
          ))}
        </Group>
        <Group heading="Actions">
          {COMMANDS.filter((command) => can(command.permission)).map((command) => (
            <Item
              key={command.label}
              value={command.label}
              keywords={[...(command.keywords ?? [])]}
              onSelect={() => open(command.href)}
              icon={<command.icon aria-hidden />}
            >
              {command.label}
            </Item>
          ))}
          <Item
            value={resolvedTheme === "dark" ? "Use the light theme" : "Use the dark theme"}
            keywords={["theme", "dark", "light", "appearance"]}
            onSelect={() => {
              setTheme(resolvedTheme === "dark" ? "light" : "dark");
              close();
            }}
            icon={resolvedTheme === "dark" ? <Sun aria-hidden /> : <Moon aria-hidden />}
          >
            {resolvedTheme === "dark" ? "Use the light theme" : "Use the dark theme"}
          </Item>
          <Item
            value="Show keyboard shortcuts"
            keywords={["help", "keys"]}
            onSelect={() => {
              close();
              onShortcuts();
            }}
            icon={<Keyboard aria-hidden />}
          >
            Show keyboard shortcuts
          </Item>
          <Item value="Sign out" keywords={["log out", "leave"]} onSelect={() => void leave(signOut)} icon={<LogOut aria-hidden />}>
            Sign out
          </Item>
        </Group>
      </Palette.List>
    </Palette>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Palette.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted-foreground"
    >
      {children}
    </Palette.Group>
  );
}

function Item({
  value,
  keywords,
  onSelect,
  icon,
  children,
}: {
  value: string;
  keywords?: string[];
  onSelect: () => void;
  icon: ReactNode;
  children: ReactNode;
}) {
  return (
    <Palette.Item
      value={value}
      {...(keywords ? { keywords } : {})}
      onSelect={onSelect}
      className="flex min-h-9 items-center gap-2.5 rounded-md px-2 text-sm data-[selected=true]:bg-accent [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted-foreground"
    >
      {icon}
      {children}
    </Palette.Item>
  );
}

/** Keeps the last pages of this tab for "Recent". */
function useRememberPages(): void {
  const pathname = usePathname();
  const crumbs = useCrumbs();
  const label = crumbs.map((crumb) => crumb.label).join(" / ");
  useEffect(() => {
    // A page of one thing names itself a moment after it is shown: its entry then takes the new name.
    rememberRecent({ href: pathname, label });
  }, [pathname, label]);
}

/**
 * Every typed word stands in the name or a keyword; names that begin with the text come first. (The library's own rank
 * also takes letters that are scattered over name and keywords, and so hardly ever finds nothing.)
 */
function rank(value: string, typed: string, keywords: string[] = []): number {
  const name = value.toLowerCase();
  const text = typed.trim().toLowerCase();
  const all = [name, ...keywords].join("\n").toLowerCase();
  if (!text.split(/\s+/).every((word) => all.includes(word))) return 0;
  if (name.startsWith(text)) return 1;
  return name.includes(text) ? 0.8 : 0.5;
}
