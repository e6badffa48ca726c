import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page } from "@/components/layout/page-header";
import { NewSegment } from "@/components/segments/new-segment";
import { listTemplates } from "@/domain/segments";
import { saveSegmentAction } from "../actions";
import { builderData } from "../builder-data";

export const metadata: Metadata = { title: "New segment" };

export default async function NewSegmentPage() {
  const ctx = await requireUser("segments:write");
  const [data, templates] = await Promise.all([builderData(ctx), listTemplates(ctx)]);
  return (
    <Page>
      <NewSegment {...data} notes={templates} save={saveSegmentAction} />
    </Page>
  );
}
