import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { CampaignScreen } from "@/components/attribution/campaign-screen";
import { EnterCost } from "@/components/campaigns/cost-dialog";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { campaignNames } from "@/domain/campaigns";
import { reportChoices } from "../../attribution/choices";
import { enterCostAction } from "../actions";

export const metadata: Metadata = { title: "Campaign" };

export default async function CampaignPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("campaigns:read");
  const { id } = await params;
  const campaign = (await campaignNames(ctx)).find((one) => one.id === id);
  if (!campaign) notFound();
  return (
    <Page>
      <BreadcrumbTitle title={campaign.name} />
      <PageHeader
        title={campaign.name}
        actions={
          can(ctx, "campaigns:write") ? (
            <EnterCost
              campaignId={id}
              currency={campaign.currency}
              day={ctx.clock.now().toISOString().slice(0, 10)}
              enter={enterCostAction}
            />
          ) : undefined
        }
        description={`${campaign.channel}${campaign.startsOn === null ? "" : `, ${campaign.startsOn} to ${campaign.endsOn ?? "open"}`}${campaign.utmCampaign === null ? "" : `, utm_campaign ${campaign.utmCampaign}`}`}
      />
      <CampaignScreen id={id} name={campaign.name} choices={await reportChoices(ctx)} people={can(ctx, "profiles:read")} />
    </Page>
  );
}
