import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { CampaignsScreen } from "@/components/campaigns/campaigns-screen";
import { Page } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { campaignChoices, listCampaigns, unmatchedOrigins } from "@/domain/campaigns";
import { archiveCampaignAction, importCostsAction, saveCampaignAction } from "./actions";

export const metadata: Metadata = { title: "Campaigns" };

export default async function CampaignsPage() {
  const ctx = await requireUser("campaigns:read");
  const [campaigns, unmatched, { channels, currency }] = await Promise.all([
    listCampaigns(ctx),
    unmatchedOrigins(ctx),
    campaignChoices(ctx),
  ]);
  return (
    <Page>
      <CampaignsScreen
        campaigns={campaigns}
        unmatched={unmatched}
        channels={channels}
        currency={currency}
        changes={
          can(ctx, "campaigns:write") ? { save: saveCampaignAction, archive: archiveCampaignAction, importCosts: importCostsAction } : null
        }
      />
    </Page>
  );
}
