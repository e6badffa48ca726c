import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { CampaignTabs } from "@/components/campaigns/campaign-tabs";
import { LinksScreen } from "@/components/campaigns/links-screen";
import { Page, PageHeader } from "@/components/layout/page-header";
import { campaignNames } from "@/domain/campaigns";

export const metadata: Metadata = { title: "Links" };

export default async function LinksPage() {
  const ctx = await requireUser("campaigns:read");
  return (
    <Page>
      <PageHeader title="Links" description="Links that a campaign's touches are recognised by, as text and as a QR code for print." />
      <CampaignTabs />
      <LinksScreen campaigns={await campaignNames(ctx)} />
    </Page>
  );
}
