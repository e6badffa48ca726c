import type { ReactNode } from "react";

/** Pages for the people whose data the company holds: no sign-in, no navigation. */
export default function PrivacyLayout({ children }: { children: ReactNode }) {
  return (
    <main id="main" className="mx-auto grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] content-start gap-5 px-4 py-10 sm:px-6">
      {children}
    </main>
  );
}
