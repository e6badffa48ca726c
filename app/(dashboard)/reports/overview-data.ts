import "server-only";
import type { UserCtx } from "@/app/_server/auth";
import { can } from "@/domain/access";
import { readReportSettings } from "@/domain/attribution";
import { campaignNames } from "@/domain/campaigns";
import { reportChoices } from "../attribution/choices";
import { updateReportSettingsAction } from "./actions";

/** What the overview and the page to print need. */
export async function overviewData(ctx: UserCtx) {
  const [choices, campaigns, settings] = await Promise.all([
    reportChoices(ctx),
    can(ctx, "campaigns:read") ? campaignNames(ctx) : [],
    readReportSettings(ctx),
  ]);
  return {
    choices,
    campaigns: Object.fromEntries(campaigns.map(({ id, name }) => [name, id])),
    settings,
    saveSettings: can(ctx, "reports:write") ? updateReportSettingsAction : null,
  };
}
