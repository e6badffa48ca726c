import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { SegmentLabels } from "@/components/segments/segment-labels";
import { SegmentScreen } from "@/components/segments/segment-screen";
import { can } from "@/domain/access";
import { labelsOf } from "@/domain/labels";
import {
  changeSegmentAction,
  deleteSegmentAction,
  duplicateSegmentAction,
  recomputeSegmentAction,
  snapshotSegmentAction,
} from "../actions";
import { openSegment } from "../segment-page";

export const metadata: Metadata = { title: "Segment" };

export default async function SegmentPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("segments:read");
  const segment = await openSegment(ctx, (await params).id);
  return (
    <Page>
      <BreadcrumbTitle title={segment.name} />
      <SegmentLabels labels={await labelsOf(ctx, { kind: "segment", id: segment.id })} />
      <SegmentScreen
        initial={segment}
        mayWrite={can(ctx, "segments:write")}
        change={changeSegmentAction}
        remove={deleteSegmentAction}
        duplicate={duplicateSegmentAction}
        recompute={recomputeSegmentAction}
        snapshot={snapshotSegmentAction}
      />
    </Page>
  );
}
