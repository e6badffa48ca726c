import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

/** The mark: three streams that become one. */
export function LogoMark({ className, ...props }: ComponentProps<"svg">) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden className={cn("size-6 text-primary", className)} {...props}>
      <path d="M4 3c0 6 2.5 8.2 6 9.4" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" opacity="0.62" />
      <path d="M20 3c0 6-2.5 8.2-6 9.4" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" opacity="0.62" />
      <path d="M12 3v18" stroke="currentColor" strokeWidth="2.8" strokeLinecap="round" />
    </svg>
  );
}

export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2 text-[15px] font-semibold tracking-tight text-foreground", className)}>
      <LogoMark className="size-5" />
      Tributary
    </span>
  );
}
