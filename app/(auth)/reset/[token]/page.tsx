import type { Metadata } from "next";
import { anonymousContext } from "@/app/_server/auth";
import { DeadLink } from "@/components/auth/dead-link";
import { PasswordLinkForm } from "@/components/auth/password-link-form";
import { readLink } from "@/domain/access";
import { resetWithLinkAction } from "./actions";

export const metadata: Metadata = { title: "Set a new password" };

export default async function ResetPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const person = await readLink(anonymousContext(), "reset", token);
  if (!person) return <DeadLink title="This link does not work" />;
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Set a new password</h1>
      <p className="mt-1 mb-6 text-muted-foreground">It signs you out everywhere else.</p>
      <PasswordLinkForm token={token} email={person.email} submit={resetWithLinkAction} />
    </>
  );
}
