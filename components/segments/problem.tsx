"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";

/** What went wrong, and a way to try once more. */
export function Problem({ text, retry }: { text: ReactNode; retry: () => void }) {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center justify-between gap-2 rounded-md border border-destructive/40 bg-destructive-soft px-3 py-2 text-sm text-destructive-text"
    >
      <span>{text}</span>
      <Button size="sm" variant="outline" onClick={retry}>
        Try again
      </Button>
    </div>
  );
}
