import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { ExperimentsScreen } from "@/components/experiments/experiments-screen";
import { Page } from "@/components/layout/page-header";
import { can, companySettings } from "@/domain/access";
import { experimentChoices, listExperiments } from "@/domain/experiments";
import { saveExperimentAction } from "./actions";

export const metadata: Metadata = { title: "Experiments" };

export default async function ExperimentsPage() {
  const ctx = await requireUser("reports:read");
  const mayWrite = can(ctx, "reports:write");
  const [experiments, choices, { currency }] = await Promise.all([
    listExperiments(ctx),
    mayWrite ? experimentChoices(ctx) : null,
    companySettings(ctx.sql),
  ]);
  return (
    <Page>
      <ExperimentsScreen
        experiments={experiments}
        choices={choices}
        today={ctx.clock.now().toISOString().slice(0, 10)}
        currency={currency}
        save={mayWrite ? saveExperimentAction : null}
      />
    </Page>
  );
}
