import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { ExperimentScreen } from "@/components/experiments/experiment-screen";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { experimentChoices, getExperiment } from "@/domain/experiments";
import { DomainError } from "@/domain/kernel/errors";
import { archiveExperimentAction, saveExperimentAction } from "../actions";

export const metadata: Metadata = { title: "Experiment" };

export default async function ExperimentPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("reports:read");
  const id = decodeURIComponent((await params).id);
  const experiment = await getExperiment(ctx, id).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
    throw error;
  });
  const mayWrite = can(ctx, "reports:write");
  return (
    <Page>
      <BreadcrumbTitle title={experiment.name} />
      <ExperimentScreen
        key={experiment.id}
        experiment={experiment}
        choices={await experimentChoices(ctx)}
        changes={mayWrite ? { save: saveExperimentAction, archive: archiveExperimentAction } : null}
      />
    </Page>
  );
}
