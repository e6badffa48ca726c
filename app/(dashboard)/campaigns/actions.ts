"use server";

import { action } from "@/app/_server/action";
import { archiveCampaign, enterCost, importCosts, saveCampaign, updateChannelRules } from "@/domain/campaigns";

export const saveCampaignAction = action("campaigns:write", (ctx, input: unknown) => saveCampaign(ctx, input));

export const archiveCampaignAction = action("campaigns:write", (ctx, input: unknown) => archiveCampaign(ctx, input));

export const importCostsAction = action("campaigns:write", (ctx, input: { text: string; dryRun: boolean }) => importCosts(ctx, input));

export const enterCostAction = action("campaigns:write", (ctx, input: unknown) => enterCost(ctx, input));

export const saveChannelRulesAction = action("campaigns:govern", (ctx, input: unknown) => updateChannelRules(ctx, input));
