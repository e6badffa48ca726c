import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { anonymousContext, getUser } from "@/app/_server/auth";
import { singleSignOn } from "@/app/_server/auth-options";
import { safePath } from "@/app/_server/safe-path";
import { SignInForm } from "@/components/auth/sign-in-form";
import { needsFirstAdmin } from "@/domain/access";

export const metadata: Metadata = { title: "Sign in" };

const NOTICES: Record<string, string> = {
  unverified: "The provider has not verified your e-mail address. Verify it there, or sign in with a password.",
  "not-a-member": "There is no member with this address. Ask an admin to invite you.",
};

export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { callbackUrl, error } = await searchParams;
  const target = safePath(callbackUrl);
  if (await getUser()) redirect(target);
  if (await needsFirstAdmin(anonymousContext())) redirect("/setup");
  const notice = typeof error === "string" ? (NOTICES[error] ?? "Signing in did not work. Try again.") : null;
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Sign in</h1>
      <p className="mt-1 mb-6 text-muted-foreground">Use the address you were invited with.</p>
      <SignInForm callbackUrl={target} singleSignOn={singleSignOn()?.name ?? null} notice={notice} />
    </>
  );
}
