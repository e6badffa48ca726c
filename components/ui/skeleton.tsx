import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A grey block of the content's size. The region that loads says so in text (`aria-busy`, sr-only "Loading"). */
export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="skeleton" aria-hidden className={cn("animate-pulse rounded-md bg-secondary", className)} {...props} />;
}
