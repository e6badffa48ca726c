"use server";

import { action } from "@/app/_server/action";
import { archiveCampaign, importCosts, saveCampaign } from "@/domain/campaigns";

export const saveCampaignAction = action("campaigns:write", (ctx, input: unknown) => saveCampaign(ctx, input));

export const archiveCampaignAction = action("campaigns:write", (ctx, input: unknown) => archiveCampaign(ctx, input));

export const importCostsAction = action("campaigns:write", (ctx, input: { text: string; dryRun: boolean }) => importCosts(ctx, input));
