import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { PackageView } from "@/components/requests/package-view";
import { moment } from "@/components/requests/parts-text";
import { openPackage } from "@/domain/governance";

export const metadata: Metadata = { title: "Package" };

export default async function PackagePage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("requests:write");
  const { id } = await params;
  const made = await openPackage(ctx, id);
  return (
    <Page width="narrow">
      <PageHeader title="What is held about this person" description={`As of ${moment(made.madeAt)}. Opening it is on record.`} />
      <PackageView made={made} />
    </Page>
  );
}
