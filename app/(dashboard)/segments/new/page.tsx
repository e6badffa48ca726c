import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page } from "@/components/layout/page-header";
import { NewSegment } from "@/components/segments/new-segment";
import { sentenceModel } from "@/domain/segments";
import { saveSegmentAction } from "../actions";
import { builderData } from "../builder-data";

export const metadata: Metadata = { title: "New segment" };

export default async function NewSegmentPage() {
  const ctx = await requireUser("segments:write");
  return (
    <Page>
      <NewSegment {...await builderData(ctx)} model={sentenceModel(ctx)} save={saveSegmentAction} />
    </Page>
  );
}
