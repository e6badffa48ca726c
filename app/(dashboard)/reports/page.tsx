import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { OverviewScreen } from "@/components/attribution/overview-screen";
import { OverviewTabs } from "@/components/attribution/overview-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { overviewData } from "./overview-data";

export const metadata: Metadata = { title: "Reports" };

export default async function ReportsPage() {
  const ctx = await requireUser("reports:read");
  return (
    <Page>
      <PageHeader title="Reports" description="What was spent, what came back, and how that compares with the period before." />
      <OverviewTabs />
      <OverviewScreen {...await overviewData(ctx)} />
    </Page>
  );
}
