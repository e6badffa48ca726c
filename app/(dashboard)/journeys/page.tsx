import type { Metadata } from "next";
import { Suspense } from "react";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { PageSkeleton } from "@/components/layout/page-skeleton";
import { Page } from "@/components/layout/page-header";
import { JourneyList } from "@/components/journeys/journey-list";
import { can } from "@/domain/access";
import { listJourneys } from "@/domain/journeys";
import { archiveJourneyAction, createFromTemplateAction, createJourneyAction, duplicateJourneyAction } from "./actions";

export const metadata: Metadata = { title: "Journeys" };

export default async function JourneysPage() {
  const ctx = await requireUser("journeys:read");
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Journeys ctx={ctx} />
    </Suspense>
  );
}

async function Journeys({ ctx }: { ctx: UserCtx }) {
  const journeys = await listJourneys(ctx);
  return (
    <Page>
      <JourneyList
        initial={journeys.map((one) => ({ ...one, updatedAt: one.updatedAt.toISOString() }))}
        changes={
          can(ctx, "journeys:write")
            ? {
                create: createJourneyAction,
                createFromTemplate: createFromTemplateAction,
                duplicate: duplicateJourneyAction,
                archive: can(ctx, "journeys:publish") ? archiveJourneyAction : null,
              }
            : null
        }
      />
    </Page>
  );
}
