"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "./button";
import { copyText } from "./copy-text";

/** Copies a text and says so, also to screen readers. With `children` it is a labelled button, without an icon. */
export function CopyButton({
  text,
  label = "Copy",
  children,
  variant = "ghost",
  size,
  ...props
}: Omit<ButtonProps, "onClick"> & { text: string; label?: string }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  const Icon = state === "copied" ? Check : Copy;
  return (
    <Button
      variant={variant}
      size={size ?? (children ? "default" : "icon-sm")}
      {...(children ? {} : { "aria-label": label })}
      onClick={() => void copyText(text).then((done) => setState(done ? "copied" : "failed"))}
      {...props}
    >
      <Icon aria-hidden className={state === "copied" ? "text-success-text" : undefined} />
      {children}
      <span role="status" className="sr-only">
        {state === "copied" ? "Copied" : state === "failed" ? "Copying was refused: select the text and copy it by hand" : ""}
      </span>
    </Button>
  );
}
