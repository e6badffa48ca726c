import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { ConversionsScreen } from "@/components/attribution/conversions-screen";
import { ReportTabs } from "@/components/attribution/report-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { reportChoices } from "../choices";

export const metadata: Metadata = { title: "Conversions" };

export default async function ConversionsPage() {
  const ctx = await requireUser("profiles:read");
  return (
    <Page>
      <PageHeader
        title="Conversions"
        description="Single conversions with the touches before them, and the weight that each model gives to each touch."
      />
      <ReportTabs people defines={can(ctx, "reports:write")} />
      <ConversionsScreen choices={await reportChoices(ctx)} />
    </Page>
  );
}
