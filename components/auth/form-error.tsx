import { CircleAlert } from "lucide-react";

/** Announced when it appears; the region stands there from the start. */
export function FormError({ text }: { text: string | null }) {
  return (
    <div role="alert" className="empty:hidden">
      {text ? (
        <p className="flex gap-2 rounded-md bg-destructive-soft px-3 py-2 text-sm text-destructive-text">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span>{text}</span>
        </p>
      ) : null}
    </div>
  );
}
