export interface Recent {
  href: string;
  label: string;
}

const KEY = "tributary.recents";
const MOST = 6;

/** Pages visited in this tab, newest first. Session storage: names of people do not outlive the tab or the sign-out. */
export function readRecents(): Recent[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(found)) return [];
    return found.filter((item): item is Recent => typeof item?.href === "string" && typeof item?.label === "string").slice(0, MOST);
  } catch {
    return [];
  }
}

export function rememberRecent(recent: Recent): void {
  try {
    const rest = readRecents().filter((item) => item.href !== recent.href);
    sessionStorage.setItem(KEY, JSON.stringify([recent, ...rest].slice(0, MOST)));
  } catch {
    // Storage may be switched off; recents are a convenience.
  }
}
