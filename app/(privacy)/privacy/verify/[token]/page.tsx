import type { Metadata } from "next";
import { anonymousContext } from "@/app/_server/auth";
import { ConfirmButton } from "@/components/requests/confirm-button";
import { DeadSubjectLink } from "@/components/requests/dead-subject-link";
import { moment } from "@/components/requests/parts-text";
import { readSubjectLink } from "@/domain/governance";
import { confirmRequestAction } from "./actions";

export const metadata: Metadata = { title: "Confirm your request", robots: { index: false } };

export default async function VerifyPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const link = await readSubjectLink(anonymousContext(), "verify", token);
  if (!link) return <DeadSubjectLink />;
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Did you ask for this?</h1>
      <p className="text-muted-foreground">
        On {moment(link.receivedAt)} a request was made in your name: <strong className="text-foreground">{link.what}</strong>. Confirm it
        only if it was you; otherwise close this page, and nothing happens.
      </p>
      <div>
        <ConfirmButton token={token} what={link.what} confirm={confirmRequestAction} />
      </div>
      <p className="text-xs text-muted-foreground">This link works once, until {moment(link.expiresAt)}.</p>
    </>
  );
}
