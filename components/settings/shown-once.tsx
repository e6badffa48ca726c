"use client";

import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { Button } from "@/components/ui/button";
import { DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";

/** A secret to be copied now: it is not shown again. */
export function ShownOnce({ text, label, copy, note }: { text: string; label: string; copy: string; note: string }) {
  return (
    <div className="grid gap-1.5">
      <div className="flex gap-2">
        <Input readOnly value={text} aria-label={label} className="font-mono text-xs" onFocus={(event) => event.currentTarget.select()} />
        <CopyButton text={text} variant="default">
          {copy}
        </CopyButton>
      </div>
      <p className="text-xs text-muted-foreground">{note}</p>
    </div>
  );
}

/** What a dialog shows in place of its form when the thing was made. */
export function MadeNotice({
  title,
  description,
  close,
  children,
}: {
  title: string;
  description: string;
  close: () => void;
  children: ReactNode;
}) {
  return (
    <>
      <DialogHeader>
        <DialogTitle>{title}</DialogTitle>
        <DialogDescription>{description}</DialogDescription>
      </DialogHeader>
      {children}
      <DialogFooter>
        <Button variant="outline" onClick={close}>
          Done
        </Button>
      </DialogFooter>
    </>
  );
}
