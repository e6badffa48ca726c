import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { TraceScreen } from "@/components/journeys/trace-screen";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { journeyChoices, listJourneys, runTrace } from "@/domain/journeys";
import { DomainError } from "@/domain/kernel/errors";

export const metadata: Metadata = { title: "One person's way" };

export default async function RunPage({ params }: { params: Promise<{ id: string; run: string }> }) {
  const ctx = await requireUser("profiles:read");
  const { id, run } = await params;
  if (!/^[1-9]\d{0,14}$/.test(run)) notFound();
  const trace = await open(ctx, Number(run));
  if (trace.journeyId !== id) notFound();
  const [journeys, choices] = await Promise.all([listJourneys(ctx), journeyChoices(ctx)]);
  const name = journeys.find((one) => one.id === id)?.name ?? "Archived journey";
  const names = Object.fromEntries(
    [...choices.templates, ...choices.journeys, ...choices.lists, ...choices.segments, ...choices.purposes].map((one) => [
      one.id,
      one.name,
    ]),
  );
  return (
    <Page width="narrow">
      <BreadcrumbTitle title={`Person ${trace.profileId}`} />
      <TraceScreen
        journeyName={name}
        names={names}
        trace={{
          ...trace,
          moves: trace.moves.map((move) => ({ ...move, at: move.at.toISOString() })),
          messages: trace.messages.map((one) => ({ ...one, dueAt: one.dueAt.toISOString(), sentAt: one.sentAt?.toISOString() ?? null })),
        }}
      />
    </Page>
  );
}

/** A run that does not exist gets the page that says so. */
async function open(ctx: UserCtx, run: number) {
  try {
    return await runTrace(ctx, run);
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
    throw error;
  }
}
