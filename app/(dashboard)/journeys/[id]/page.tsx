import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { builderData } from "@/app/(dashboard)/segments/builder-data";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { PageSkeleton } from "@/components/layout/page-skeleton";
import { can } from "@/domain/access";
import { getJourney, journeyChoices, listJourneys } from "@/domain/journeys";
import { DomainError } from "@/domain/kernel/errors";
import {
  archiveJourneyAction,
  duplicateJourneyAction,
  pauseJourneyAction,
  publishJourneyAction,
  renameJourneyAction,
  resumeJourneyAction,
  saveDraftAction,
} from "../actions";
import { Editor } from "./editor";

export const metadata: Metadata = { title: "Journey" };

export default async function JourneyPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("journeys:read");
  const { id } = await params;
  // Before anything is sent: the status of the answer says whether the journey is there.
  const journey = await open(ctx, id);
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Journey ctx={ctx} journey={journey} />
    </Suspense>
  );
}

async function Journey({ ctx, journey }: { ctx: UserCtx; journey: Awaited<ReturnType<typeof getJourney>> }) {
  const [choices, all, data] = await Promise.all([journeyChoices(ctx), listJourneys(ctx), builderData(ctx)]);
  return (
    <>
      <BreadcrumbTitle title={journey.name} />
      <Editor
        data={data}
        journey={{
          id: journey.id,
          name: journey.name,
          description: journey.description,
          tags: all.find((one) => one.id === journey.id)?.tags ?? [],
          status: journey.status,
          version: journey.version,
          draft: journey.draft,
          revision: journey.revision,
          published: journey.published,
          versions: journey.versions.map((one) => ({ ...one, at: one.at.toISOString() })),
        }}
        choices={{ ...choices, journeys: choices.journeys.filter((one) => one.id !== journey.id) }}
        changes={{
          save: saveDraftAction,
          publish: publishJourneyAction,
          pause: pauseJourneyAction,
          resume: resumeJourneyAction,
          archive: archiveJourneyAction,
          duplicate: duplicateJourneyAction,
          rename: renameJourneyAction,
        }}
        mayWrite={can(ctx, "journeys:write")}
        mayPublish={can(ctx, "journeys:publish")}
        links={[{ href: `/journeys/${journey.id}/rehearse`, label: "Rehearse" }]}
      />
    </>
  );
}

/** A journey that does not exist gets the page that says so. */
async function open(ctx: UserCtx, id: string) {
  try {
    return await getJourney(ctx, id);
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
    throw error;
  }
}
