import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PathsScreen } from "@/components/attribution/paths-screen";
import { ReportTabs } from "@/components/attribution/report-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { reportChoices } from "../choices";

export const metadata: Metadata = { title: "Paths" };

export default async function PathsPage() {
  const ctx = await requireUser("reports:read");
  return (
    <Page>
      <PageHeader title="Paths" description="The ways people took before they converted: where they began, what helped, what closed." />
      <ReportTabs people={can(ctx, "profiles:read")} defines={can(ctx, "reports:write")} />
      <PathsScreen choices={await reportChoices(ctx)} />
    </Page>
  );
}
