import type { Metadata } from "next";
import { Plus } from "lucide-react";
import Link from "next/link";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { TraitList } from "@/components/segments/computed/trait-list";
import { Button } from "@/components/ui/button";
import { can } from "@/domain/access";
import { listComputedTraits } from "@/domain/segments";

export const metadata: Metadata = { title: "Computed traits" };

export default async function ComputedTraitsPage() {
  const ctx = await requireUser("segments:read");
  const mayWrite = can(ctx, "segments:write");
  return (
    <Page>
      <PageHeader
        title="Computed traits"
        description="Values that follow from what people did, kept for everybody and up to date with every event and the passing of time."
        actions={
          mayWrite ? (
            <Button asChild>
              <Link href="/segments/traits/new">
                <Plus aria-hidden />
                New computed trait
              </Link>
            </Button>
          ) : undefined
        }
      />
      <TraitList initial={await listComputedTraits(ctx)} mayWrite={mayWrite} />
    </Page>
  );
}
