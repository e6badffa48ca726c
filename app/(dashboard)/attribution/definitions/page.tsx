import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { DefinitionsScreen } from "@/components/attribution/definitions-screen";
import { ReportTabs } from "@/components/attribution/report-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { campaignChoices } from "@/domain/campaigns";
import { listConversions } from "@/domain/attribution";
import { listEventNames } from "@/domain/segments";
import { archiveConversionAction, saveConversionAction } from "../actions";

export const metadata: Metadata = { title: "What counts" };

export default async function DefinitionsPage() {
  const ctx = await requireUser("reports:write");
  const [conversions, events, { currency }] = await Promise.all([listConversions(ctx), listEventNames(ctx), campaignChoices(ctx)]);
  return (
    <Page>
      <PageHeader
        title="What counts"
        description="The events that count as a conversion, their value, and how long before them touches may have had a part."
      />
      <ReportTabs people={can(ctx, "profiles:read")} defines />
      <DefinitionsScreen
        conversions={conversions}
        events={events.map(({ name }) => name)}
        currency={currency}
        save={saveConversionAction}
        archive={archiveConversionAction}
      />
    </Page>
  );
}
