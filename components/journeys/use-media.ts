"use client";

import { useCallback, useSyncExternalStore } from "react";

/** Whether a media query holds; `before` stands until the browser says. */
export function useMedia(query: string, before: boolean): boolean {
  const subscribe = useCallback(
    (notify: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", notify);
      return () => list.removeEventListener("change", notify);
    },
    [query],
  );
  return useSyncExternalStore(
    subscribe,
    () => window.matchMedia(query).matches,
    () => before,
  );
}
