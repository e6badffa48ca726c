import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { TraitEditor } from "@/components/segments/computed/trait-editor";
import { saveTraitAction } from "../../actions";
import { editorData, openTrait } from "../../trait-page";

export const metadata: Metadata = { title: "Edit computed trait" };

export default async function EditComputedTraitPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("segments:write");
  const trait = await openTrait(ctx, (await params).id);
  const { id, version, name, description, definition } = trait;
  return (
    <Page>
      <BreadcrumbTitle title={name} path={`/segments/traits/${id}`} />
      <PageHeader
        title={`Edit ${name}`}
        description={`Version ${version}. Saving makes version ${version + 1}; values stay until theirs is computed anew.`}
      />
      <TraitEditor
        key={version}
        trait={{ id, version, name, description, definition }}
        {...await editorData(ctx, id)}
        save={saveTraitAction}
      />
    </Page>
  );
}
