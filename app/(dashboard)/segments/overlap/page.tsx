import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { OverlapScreen } from "@/components/segments/overlap-screen";
import { listSegments } from "@/domain/segments";

export const metadata: Metadata = { title: "Overlap of segments" };

export default async function OverlapPage() {
  const ctx = await requireUser("segments:read");
  const segments = await listSegments(ctx);
  return (
    <Page>
      <PageHeader
        title="Overlap"
        description="Who is in several segments at once: pair by pair, and for every combination. Up to 12 segments, exact."
      />
      <OverlapScreen segments={segments.map(({ id, name, size, sizeAt }) => ({ id, name, size, sizeAt }))} />
    </Page>
  );
}
