import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { CampaignTabs } from "@/components/campaigns/campaign-tabs";
import { ChannelRulesScreen } from "@/components/campaigns/channel-rules-screen";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { readChannelRules, unassignedOrigins } from "@/domain/campaigns";
import { saveChannelRulesAction } from "../actions";

export const metadata: Metadata = { title: "Channel rules" };

export default async function ChannelRulesPage() {
  const ctx = await requireUser("campaigns:read");
  const [{ rules, isDefault }, unassigned] = await Promise.all([readChannelRules(ctx), unassignedOrigins(ctx)]);
  return (
    <Page>
      <PageHeader
        title="Channel rules"
        description="Which channel a touch belongs to, by what stood on its link. Changing them moves past touches too."
      />
      <CampaignTabs />
      <ChannelRulesScreen
        key={JSON.stringify(rules)}
        rules={rules}
        isDefault={isDefault}
        unassigned={unassigned}
        save={can(ctx, "campaigns:govern") ? saveChannelRulesAction : null}
      />
    </Page>
  );
}
