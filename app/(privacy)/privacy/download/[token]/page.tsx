import type { Metadata } from "next";
import { anonymousContext } from "@/app/_server/auth";
import { DeadSubjectLink } from "@/components/requests/dead-subject-link";
import { PackageView } from "@/components/requests/package-view";
import { moment } from "@/components/requests/parts-text";
import { Button } from "@/components/ui/button";
import { openPackageByLink, readSubjectLink } from "@/domain/governance";

export const metadata: Metadata = { title: "Your data", robots: { index: false } };

/** Opened by a click, since programs that scan mail follow links by themselves. */
export default async function DownloadPage({
  params,
  searchParams,
}: {
  params: Promise<{ token: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { token } = await params;
  const { open } = await searchParams;
  const link = await readSubjectLink(anonymousContext(), "download", token);
  if (!link) return <DeadSubjectLink />;
  const made = open === "1" ? await openPackageByLink(anonymousContext(), token) : null;
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Your data</h1>
      <p className="text-muted-foreground">
        {made
          ? `Everything held about you as of ${moment(made.madeAt)}. Data of other people inside are masked.`
          : `You asked for what is held about you on ${moment(link.receivedAt)}. The link works until ${moment(link.expiresAt)}.`}
      </p>
      <div className="flex flex-wrap gap-2">
        {made ? null : (
          <Button asChild>
            <a href={`/privacy/download/${token}?open=1`}>Read it here</a>
          </Button>
        )}
        <Button asChild variant="outline">
          <a href={`/api/privacy/${token}`} download>
            Download as JSON
          </a>
        </Button>
      </div>
      {made ? <PackageView made={made} /> : null}
    </>
  );
}
