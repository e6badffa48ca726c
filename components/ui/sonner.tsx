"use client";

import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { useTheme } from "next-themes";
import { Toaster as Sonner } from "sonner";

export { toast } from "sonner";

/** Toasts in a polite live region, in our own colours (sonner's rich ones miss AA). */
export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      closeButton
      duration={6_000}
      icons={{
        success: <CircleCheck aria-hidden className="size-4 text-success-text" />,
        error: <CircleAlert aria-hidden className="size-4 text-destructive-text" />,
        warning: <TriangleAlert aria-hidden className="size-4 text-warning-text" />,
        info: <Info aria-hidden className="size-4 text-info-text" />,
      }}
      toastOptions={{
        unstyled: false,
        classNames: {
          toast: "!rounded-lg !border !border-border-strong !bg-popover !text-popover-foreground !shadow-md !font-sans !text-sm !p-3",
          title: "!font-medium",
          description: "!text-muted-foreground",
          actionButton: "!bg-primary !text-primary-foreground !h-7 !rounded-md !px-2.5 !text-xs",
          cancelButton: "!bg-secondary !text-secondary-foreground !h-7 !rounded-md",
          closeButton: "!size-6 !bg-popover !text-muted-foreground !border-border-strong",
        },
      }}
    />
  );
}
