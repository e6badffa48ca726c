"use server";

import { action } from "@/app/_server/action";
import { archivePurpose, changeUse, publishPurpose, savePolicy, savePurpose, type PolicyCell, type PurposeInput } from "@/domain/consent";
import { revokePreferenceLinks, savePreferenceSettings, type PreferenceSettings } from "@/domain/preferences";

const refresh = { refresh: "/consent" };

export const savePurposeAction = action("purposes:write", (ctx, input: PurposeInput) => savePurpose(ctx, input), refresh);
export const publishPurposeAction = action("purposes:write", (ctx, input: { id: string }) => publishPurpose(ctx, input), refresh);
export const archivePurposeAction = action(
  "purposes:write",
  async (ctx, input: { id: string; archived: boolean }) => {
    await archivePurpose(ctx, input);
    return null;
  },
  refresh,
);
export const savePolicyAction = action(
  "purposes:write",
  async (ctx, input: { cells: PolicyCell[] }) => {
    await savePolicy(ctx, input);
    return null;
  },
  refresh,
);
export const changeUseAction = action(
  "purposes:write",
  async (ctx, input: { id: string; purposeId: string | null }) => {
    await changeUse(ctx, input);
    return null;
  },
  refresh,
);
export const savePreferencesAction = action(
  "purposes:write",
  async (ctx, input: Omit<PreferenceSettings, "epoch">) => {
    await savePreferenceSettings(ctx, input);
    return null;
  },
  refresh,
);
export const revokeLinksAction = action(
  "purposes:write",
  async (ctx, _input: null) => {
    await revokePreferenceLinks(ctx);
    return null;
  },
  refresh,
);
