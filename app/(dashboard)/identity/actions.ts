"use server";

import { action } from "@/app/_server/action";
import { unmergeProfiles as unmerge, updateIdentityRules, type IdentityRules } from "@/domain/identity";

export const saveRules = action(
  "identity:write",
  (ctx, input: { rules: IdentityRules; basedOn: number; note: string | null; applyToHistory: boolean }) => updateIdentityRules(ctx, input),
  { refresh: "/identity" },
);
export const unmergeProfiles = action(
  "profiles:write",
  (ctx, input: { mergeId: string; neverMerge: boolean; reason: string | null }) => unmerge(ctx, input),
  { refresh: "/identity" },
);
