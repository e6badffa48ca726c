import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { AttributionScreen } from "@/components/attribution/attribution-screen";
import { ReportTabs } from "@/components/attribution/report-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { reportChoices } from "./choices";

export const metadata: Metadata = { title: "Attribution" };

export default async function AttributionPage() {
  const ctx = await requireUser("reports:read");
  return (
    <Page>
      <PageHeader
        title="Attribution"
        description="Which channels and campaigns brought the conversions, by the model that you choose. Every column adds up to what was really converted."
      />
      <ReportTabs people={can(ctx, "profiles:read")} defines={can(ctx, "reports:write")} />
      <AttributionScreen choices={await reportChoices(ctx)} />
    </Page>
  );
}
