import type { ReactNode } from "react";
import { SettingsNav } from "@/components/settings/settings-nav";

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <div className="mx-auto grid w-full max-w-[76rem] grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-4 px-4 py-4 sm:px-6 lg:grid-cols-[11.5rem_minmax(0,1fr)] lg:py-6">
      <div className="lg:sticky lg:top-[4.5rem] lg:self-start">
        <SettingsNav />
      </div>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-5">{children}</div>
    </div>
  );
}
