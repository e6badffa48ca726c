"use client";

import { Slot } from "radix-ui";
import { useId, type ReactNode } from "react";
import { cn } from "./cn";
import { Label } from "./label";

export interface FieldProps {
  label: ReactNode;
  /** One sentence under the control. */
  hint?: ReactNode;
  /** What is wrong and how to put it right; announced, and tied to the control. */
  error?: string | undefined;
  /** Right end of the label's line, e.g. a link or "Optional". */
  aside?: ReactNode;
  className?: string;
  /** Control beside its label (checkbox, switch). */
  orientation?: "vertical" | "horizontal";
  /** Exactly one control; id, aria-describedby and aria-invalid are set on it. */
  children: ReactNode;
}

/** Label, control, hint and error, wired for assistive technology. */
export function Field({ label, hint, error, aside, className, orientation = "vertical", children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = [hint ? hintId : "", error ? errorId : ""].filter(Boolean).join(" ");
  const control = (
    <Slot.Root id={id} {...(describedBy ? { "aria-describedby": describedBy } : {})} {...(error ? { "aria-invalid": true } : {})}>
      {children}
    </Slot.Root>
  );
  const notes = (
    <>
      {hint ? (
        <p id={hintId} className="text-xs text-muted-foreground">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={errorId} role="alert" className="text-xs text-destructive-text">
          {error}
        </p>
      ) : null}
    </>
  );
  if (orientation === "horizontal") {
    return (
      <div data-slot="field" className={cn("flex items-start justify-between gap-4", className)}>
        <div className="grid gap-0.5">
          <Label htmlFor={id}>{label}</Label>
          {notes}
        </div>
        {control}
      </div>
    );
  }
  return (
    <div data-slot="field" className={cn("grid gap-1.5", className)}>
      <div className="flex items-baseline justify-between gap-2">
        <Label htmlFor={id}>{label}</Label>
        {aside ? <span className="text-xs text-muted-foreground">{aside}</span> : null}
      </div>
      {control}
      {notes}
    </div>
  );
}
