import type { Metadata } from "next";
import { headers } from "next/headers";
import { anonymousContext } from "@/app/_server/auth";
import { PreferenceForm } from "@/components/preferences/preference-form";
import { openPreferences } from "@/domain/preferences";
import { savePreferencesAction } from "./actions";

export const metadata: Metadata = { title: "Preferences", robots: { index: false, follow: false }, referrer: "no-referrer" };

interface Props {
  params: Promise<{ token: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** The hosted preference centre: the signed link is the key, nobody signs in. */
export default async function PreferencesPage({ params, searchParams }: Props) {
  const { token } = await params;
  const { lang } = await searchParams;
  const wanted = typeof lang === "string" ? lang : ((await headers()).get("accept-language") ?? undefined);
  const page = await openPreferences(anonymousContext(), decodeURIComponent(token), wanted);
  if (!page)
    return (
      <main id="main" className="mx-auto grid min-h-dvh max-w-lg content-center gap-2 px-5 py-10 text-center">
        <h1 className="text-2xl font-semibold tracking-tight">This link does not work any more</h1>
        <p className="text-muted-foreground">Open the link in the newest message that you got, or answer that message.</p>
      </main>
    );
  return (
    <main id="main" lang={page.locale} className="mx-auto w-full max-w-2xl px-5 py-8 sm:py-14">
      <PreferenceForm key={page.locale} token={decodeURIComponent(token)} page={page} save={savePreferencesAction} />
    </main>
  );
}
