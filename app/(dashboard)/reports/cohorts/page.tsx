import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { CohortsScreen } from "@/components/attribution/cohorts-screen";
import { OverviewTabs } from "@/components/attribution/overview-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { reportChoices } from "../../attribution/choices";

export const metadata: Metadata = { title: "Cohorts" };

export default async function CohortsPage() {
  const ctx = await requireUser("reports:read");
  return (
    <Page>
      <PageHeader
        title="Cohorts"
        description="Customers by the month of their first conversion: who came again, and what they have brought so far."
      />
      <OverviewTabs />
      <CohortsScreen choices={await reportChoices(ctx)} />
    </Page>
  );
}
