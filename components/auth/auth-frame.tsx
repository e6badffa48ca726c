import type { ReactNode } from "react";
import { Wordmark } from "@/components/layout/logo";
import { River } from "./river";

const POINTS = [
  ["Collect", "Website, app, store, support and CSV in one stream, with the SDKs you already use."],
  ["Unify", "Every identifier resolves to one person, and every merge can be taken back."],
  ["Act", "Look anybody up in a second. Your data stays on your own machine."],
] as const;

/** Sign-in, set-up and one-time links: the form left, what the product is right. */
export function AuthFrame({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(28rem,5fr)_7fr]">
      <div className="flex min-w-0 flex-col px-5 py-6 sm:px-10">
        <Wordmark />
        <main id="main" className="mx-auto grid w-full max-w-[22rem] flex-1 content-center py-10">
          {children}
        </main>
        <p className="text-xs text-muted-foreground">Open-source customer data platform, running on your own server.</p>
      </div>
      <aside
        aria-label="About Tributary"
        className="relative isolate hidden overflow-hidden bg-[oklch(0.26_0.05_222)] text-[oklch(0.97_0.01_210)] lg:block dark:border-l dark:bg-[oklch(0.21_0.04_222)]"
      >
        <River className="absolute inset-0 -z-10 size-full" />
        <div className="flex h-full flex-col justify-end gap-10 p-12 xl:p-16">
          <p className="max-w-xl text-4xl leading-[1.12] font-semibold tracking-[-0.025em] text-balance xl:text-5xl">
            Every stream of customer data, one profile.
          </p>
          <dl className="grid max-w-3xl gap-x-8 gap-y-5 border-t border-[oklch(1_0_0/0.22)] pt-6 xl:grid-cols-3">
            {POINTS.map(([title, text]) => (
              <div key={title} className="grid content-start gap-1">
                <dt className="text-sm font-semibold">{title}</dt>
                <dd className="text-sm text-pretty text-[oklch(0.88_0.025_210)]">{text}</dd>
              </div>
            ))}
          </dl>
        </div>
      </aside>
    </div>
  );
}
