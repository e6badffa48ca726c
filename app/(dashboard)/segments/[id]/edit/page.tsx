import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { SegmentBuilder } from "@/components/segments/segment-builder";
import { saveSegmentAction } from "../../actions";
import { builderData } from "../../builder-data";
import { openSegment } from "../../segment-page";

export const metadata: Metadata = { title: "Edit segment" };

export default async function EditSegmentPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("segments:write");
  const [segment, data] = await Promise.all([openSegment(ctx, (await params).id), builderData(ctx)]);
  const { id, version, name, description, folder, tags } = segment;
  return (
    <Page>
      <BreadcrumbTitle title={name} path={`/segments/${id}`} />
      <PageHeader title={`Edit ${name}`} description={`Version ${version}. Saving makes version ${version + 1}.`} />
      <SegmentBuilder
        key={version}
        initial={segment.rule}
        details={{ name, description, folder, tags, note: null }}
        segment={{ id, version, name }}
        save={saveSegmentAction}
        {...data}
      />
    </Page>
  );
}
