import type { Metadata } from "next";
import { anonymousContext } from "@/app/_server/auth";
import { DeadLink } from "@/components/auth/dead-link";
import { PasswordLinkForm } from "@/components/auth/password-link-form";
import { readLink } from "@/domain/access";
import { acceptInviteAction } from "./actions";

export const metadata: Metadata = { title: "Join" };

export default async function InvitePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const person = await readLink(anonymousContext(), "invite", token);
  if (!person) return <DeadLink title="This invitation does not work" />;
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Join your team</h1>
      <p className="mt-1 mb-6 text-muted-foreground">Choose a password, and you are in.</p>
      <PasswordLinkForm token={token} email={person.email} name={person.name} submit={acceptInviteAction} />
    </>
  );
}
