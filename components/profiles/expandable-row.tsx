"use client";

import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { TableCell, TableRow } from "@/components/ui/table";
import { formatAgo, formatTime } from "./format";

interface Props {
  label: ReactNode;
  open: boolean;
  onToggle: () => void;
  disabled?: boolean;
  /** The other cells of the row. */
  children: ReactNode;
  /** Shown below the row while it is open, over this many columns. */
  detail: ReactNode;
  columns: number;
}

/** A row of a table that tells more about itself when it is opened. */
export function ExpandableRow({ label, open, onToggle, disabled, children, detail, columns }: Props) {
  return (
    <>
      <TableRow>
        <TableCell className="font-normal">
          <button
            type="button"
            aria-expanded={open}
            disabled={disabled}
            onClick={onToggle}
            className="flex min-h-6 max-w-full items-center gap-1.5 rounded-sm text-left hover:text-primary-text"
          >
            <ChevronRight aria-hidden className={cn("size-3.5 shrink-0 text-muted-foreground transition-transform", open && "rotate-90")} />
            {label}
          </button>
        </TableCell>
        {children}
      </TableRow>
      {open ? (
        <TableRow className="hover:bg-transparent">
          <TableCell colSpan={columns} className="bg-muted/50 p-0">
            {detail}
          </TableCell>
        </TableRow>
      ) : null}
    </>
  );
}

/** When something was set, and the whole time on hovering. */
export function AgoCell({ at, now }: { at: string | null; now: number }) {
  return (
    <TableCell className="text-muted-foreground">
      {at === null ? (
        "–"
      ) : (
        <time dateTime={at} title={formatTime(at)}>
          {formatAgo(at, now)}
        </time>
      )}
    </TableCell>
  );
}

/** What stands in an opened row until its answer is here; null: it is here. */
export function waiting(query: { isPending: boolean; error: Error | null; refetch: () => unknown }): ReactNode {
  if (query.isPending) return <Skeleton className="m-4 h-16" />;
  if (query.error === null) return null;
  return (
    <p className="p-4 text-sm text-destructive-text">
      {query.error.message}{" "}
      <Button variant="link" onClick={() => void query.refetch()}>
        Try again
      </Button>
    </p>
  );
}
