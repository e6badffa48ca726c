"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";

const BACK = Symbol("back");

/**
 * Unsaved changes: closing the tab asks by the browser's means; a link inside the product and the browser's back button
 * by a dialog. For the back button an entry of the same page is laid on top of the history, so that going back leads to
 * this page first.
 */
export function useLeaveGuard(dirty: boolean) {
  const router = useRouter();
  const [asked, setAsked] = useState<string | typeof BACK | null>(null);
  const armed = useRef(dirty);
  /** Whether our entry lies on top. */
  const laid = useRef(false);
  useEffect(() => {
    armed.current = dirty;
    if (dirty && !laid.current) {
      laid.current = true;
      window.history.pushState(null, "", window.location.href);
    }
  }, [dirty]);
  useEffect(() => {
    const onUnload = (event: BeforeUnloadEvent) => {
      if (armed.current) event.preventDefault();
    };
    const onClick = (event: MouseEvent) => {
      if (!armed.current || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      if (!link || link.target === "_blank" || link.hasAttribute("download") || link.origin !== window.location.origin) return;
      event.preventDefault();
      event.stopPropagation();
      setAsked(link.pathname + link.search);
    };
    const onBack = () => {
      if (!laid.current) return;
      laid.current = false;
      if (armed.current) setAsked(BACK);
      // Nothing to lose any more: the press meant the page before.
      else window.history.back();
    };
    window.addEventListener("beforeunload", onUnload);
    window.addEventListener("popstate", onBack);
    // Before the router's own handler.
    document.addEventListener("click", onClick, true);
    return () => {
      window.removeEventListener("beforeunload", onUnload);
      window.removeEventListener("popstate", onBack);
      document.removeEventListener("click", onClick, true);
    };
  }, []);
  return {
    asked,
    stay: () => {
      if (asked === BACK) {
        laid.current = true;
        window.history.pushState(null, "", window.location.href);
      }
      setAsked(null);
    },
    leave: () => {
      armed.current = false;
      laid.current = false;
      if (asked === BACK) window.history.back();
      else if (asked !== null) router.push(asked);
      setAsked(null);
    },
    release: () => {
      armed.current = false;
      laid.current = false;
    },
  };
}
