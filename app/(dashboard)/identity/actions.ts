"use server";

import { action } from "@/app/_server/action";
import {
  mergeProfiles as merge,
  splitIdentifiers as split,
  unmergeProfiles as unmerge,
  updateIdentityRules,
  type IdentityRules,
} from "@/domain/identity";

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
export const mergeProfiles = action("profiles:write", (ctx, input: { survivorId: number; loserId: number; reason: string | null }) =>
  merge(ctx, input),
);
export const splitIdentifiers = action(
  "profiles:write",
  (ctx, input: { identifiers: { type: string; value: string }[]; reason: string | null }) => split(ctx, input),
);
