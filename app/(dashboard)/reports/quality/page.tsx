import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { QualityScreen } from "@/components/attribution/quality-screen";
import { OverviewTabs } from "@/components/attribution/overview-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { reportChoices } from "../../attribution/choices";

export const metadata: Metadata = { title: "Data quality" };

export default async function QualityPage() {
  const ctx = await requireUser("reports:read");
  return (
    <Page>
      <PageHeader title="Data quality" description="How far the figures can be trusted: what has no touch, no name, or may not be used." />
      <OverviewTabs />
      <QualityScreen choices={await reportChoices(ctx)} />
    </Page>
  );
}
