import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { TraitScreen } from "@/components/segments/computed/trait-screen";
import { can } from "@/domain/access";
import { deleteTraitAction, pauseTraitAction, recomputeTraitAction } from "../actions";
import { openTrait } from "../trait-page";

export const metadata: Metadata = { title: "Computed trait" };

export default async function ComputedTraitPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("segments:read");
  const trait = await openTrait(ctx, (await params).id);
  return (
    <Page>
      <BreadcrumbTitle title={trait.name} />
      <TraitScreen
        initial={trait}
        mayWrite={can(ctx, "segments:write")}
        pause={pauseTraitAction}
        recompute={recomputeTraitAction}
        remove={deleteTraitAction}
      />
    </Page>
  );
}
