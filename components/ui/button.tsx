import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";
import { Spinner } from "./spinner";

export const buttonVariants = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:pointer-events-none [&_svg]:shrink-0 [&_svg:not([class*='size-'])]:size-4",
  {
    variants: {
      variant: {
        default: "bg-primary text-primary-foreground shadow-xs hover:bg-[color-mix(in_oklch,var(--primary)_88%,var(--foreground))]",
        secondary: "bg-secondary text-secondary-foreground hover:bg-[color-mix(in_oklch,var(--secondary)_94%,var(--foreground))]",
        outline:
          "border border-border-strong bg-card text-foreground shadow-xs hover:bg-accent hover:text-accent-foreground data-[state=open]:bg-accent",
        ghost: "text-foreground hover:bg-accent hover:text-accent-foreground data-[state=open]:bg-accent",
        destructive: "bg-destructive text-destructive-foreground shadow-xs hover:bg-[color-mix(in_oklch,var(--destructive)_90%,black)]",
        "destructive-outline": "border border-border-strong bg-card text-destructive-text shadow-xs hover:bg-destructive-soft",
        link: "h-auto rounded-sm px-0 text-primary-text underline-offset-4 hover:underline",
      },
      size: {
        default: "h-8 px-3 text-sm",
        sm: "h-7 px-2.5 text-xs",
        lg: "h-10 px-4 text-base",
        icon: "size-8",
        "icon-sm": "size-7",
      },
    },
    compoundVariants: [{ variant: "link", class: "h-auto px-0" }],
    defaultVariants: { variant: "default", size: "default" },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonVariants> {
  /** Renders the only child (a link) with the button's looks. */
  asChild?: boolean;
  /** Shows a spinner and refuses clicks; keeps the width and the focus. */
  pending?: boolean;
}

export function Button({ className, variant, size, asChild = false, pending = false, children, ...props }: ButtonProps) {
  const classes = cn(buttonVariants({ variant, size }), pending && "relative", className);
  if (asChild) {
    return (
      <Slot.Root data-slot="button" className={classes} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      data-slot="button"
      className={classes}
      {...props}
      {...(pending ? { "aria-disabled": true, "aria-busy": true, onClick: (event) => event.preventDefault() } : {})}
    >
      {pending ? (
        <>
          {/* Unseen but still read: the button keeps its name and its width. */}
          <span className="inline-flex items-center gap-1.5 opacity-0">{children}</span>
          <Spinner className="absolute" />
        </>
      ) : (
        children
      )}
    </button>
  );
}
