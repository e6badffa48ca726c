import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { RehearsalScreen } from "@/components/journeys/rehearsal/rehearsal-screen";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { getJourney } from "@/domain/journeys";
import { DomainError } from "@/domain/kernel/errors";
import { segmentZone } from "@/domain/segments";
import { startRehearsalAction, stopRehearsalAction } from "./actions";

export const metadata: Metadata = { title: "Rehearse a journey" };

export default async function RehearsePage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("journeys:read");
  const { id } = await params;
  const journey = await getJourney(ctx, id).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
    throw error;
  });
  return (
    <Page>
      <BreadcrumbTitle path={`/journeys/${id}`} title={journey.name} />
      <PageHeader
        title={`Rehearse “${journey.name}”`}
        description="Tries the saved draft before anybody gets it: over what really happened, and step by step for one person. Nothing is sent."
      />
      <RehearsalScreen
        id={id}
        definition={journey.draft}
        revision={journey.revision}
        zone={await segmentZone(ctx)}
        mayStart={can(ctx, "journeys:write")}
        mayPickPeople={can(ctx, "profiles:read")}
        actions={{ start: startRehearsalAction, stop: stopRehearsalAction }}
      />
    </Page>
  );
}
