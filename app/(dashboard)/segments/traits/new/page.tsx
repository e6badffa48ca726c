import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { TraitEditor } from "@/components/segments/computed/trait-editor";
import { saveTraitAction } from "../actions";
import { editorData } from "../trait-page";

export const metadata: Metadata = { title: "New computed trait" };

export default async function NewComputedTraitPage() {
  const ctx = await requireUser("segments:write");
  return (
    <Page>
      <PageHeader title="New computed trait" description="Say in words what to compute; the values show while you write." />
      <TraitEditor {...await editorData(ctx)} save={saveTraitAction} />
    </Page>
  );
}
