import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { OverviewScreen } from "@/components/attribution/overview-screen";
import { OverviewTabs } from "@/components/attribution/overview-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { overviewData } from "../overview-data";

export const metadata: Metadata = { title: "ROI report" };

export default async function RoiPage() {
  const ctx = await requireUser("reports:read");
  return (
    <Page>
      <PageHeader title="ROI report" description="One page for whoever decides: print it or save it as PDF." />
      <OverviewTabs />
      <OverviewScreen {...await overviewData(ctx)} printed />
    </Page>
  );
}
