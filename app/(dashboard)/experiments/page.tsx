import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { ExperimentsScreen } from "@/components/experiments/experiments-screen";
import { Page } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { experimentChoices, listExperiments } from "@/domain/experiments";
import { saveExperimentAction } from "./actions";

export const metadata: Metadata = { title: "Experiments" };

export default async function ExperimentsPage() {
  const ctx = await requireUser("reports:read");
  const [experiments, choices] = await Promise.all([listExperiments(ctx), experimentChoices(ctx)]);
  return (
    <Page>
      <ExperimentsScreen
        experiments={experiments}
        choices={choices}
        today={ctx.clock.now().toISOString().slice(0, 10)}
        save={can(ctx, "reports:write") ? saveExperimentAction : null}
      />
    </Page>
  );
}
