import type { Metadata } from "next";
import Link from "next/link";
import { Calculator, Layers, ListChecks, Plus } from "lucide-react";
import { Suspense } from "react";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { SegmentList } from "@/components/segments/segment-list";
import { Button } from "@/components/ui/button";
import { PageSkeleton } from "@/components/layout/page-skeleton";
import { can } from "@/domain/access";
import { listSegments } from "@/domain/segments";

export const metadata: Metadata = { title: "Segments" };

export default async function SegmentsPage() {
  const ctx = await requireUser("segments:read");
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Segments ctx={ctx} />
    </Suspense>
  );
}

async function Segments({ ctx }: { ctx: UserCtx }) {
  const segments = await listSegments(ctx);
  const mayWrite = can(ctx, "segments:write");
  return (
    <Page>
      <PageHeader
        title="Segments"
        description="Groups of people by what they did and who they are; who is in follows every event and the passing of time."
        actions={
          <>
            <Button variant="outline" asChild>
              <Link href="/segments/traits">
                <Calculator aria-hidden />
                Computed traits
              </Link>
            </Button>
            <Button variant="outline" asChild>
              <Link href="/segments/lists">
                <ListChecks aria-hidden />
                Lists
              </Link>
            </Button>
            {segments.length > 1 && (
              <Button variant="outline" asChild>
                <Link href="/segments/overlap">
                  <Layers aria-hidden />
                  Overlap
                </Link>
              </Button>
            )}
            {mayWrite && (
              <Button asChild>
                <Link href="/segments/new">
                  <Plus aria-hidden />
                  New segment
                </Link>
              </Button>
            )}
          </>
        }
      />
      <SegmentList initial={segments} mayWrite={mayWrite} />
    </Page>
  );
}
