"use server";

import { action } from "@/app/_server/action";
import type { Channel, StatementState } from "@/domain/consent";
import { preferenceLink, recordConsent } from "@/domain/preferences";
import { mergeProfiles, splitIdentifiers, unmergeProfiles } from "@/domain/identity";
import { deleteView, saveView } from "@/domain/profiles";

export const saveViewAction = action("views:write", (ctx, input: unknown) => saveView(ctx, input));

export const deleteViewAction = action("views:write", async (ctx, id: string) => {
  await deleteView(ctx, id);
  return null;
});

export const unmergeAction = action("profiles:write", (ctx, input: { mergeId: string; neverMerge: boolean; reason: string | null }) =>
  unmergeProfiles(ctx, input),
);

export const mergeAction = action("profiles:write", (ctx, input: { survivorId: number; loserId: number; reason: string | null }) =>
  mergeProfiles(ctx, input),
);

export const splitAction = action(
  "profiles:write",
  (ctx, input: { identifiers: { type: string; value: string }[]; reason: string | null }) => splitIdentifiers(ctx, input),
);

export const recordConsentAction = action(
  "consent:write",
  async (ctx, input: { profileId: number; purpose: string; channel?: Channel | null; state: StatementState; note: string }) => {
    await recordConsent(ctx, input);
    return null;
  },
);
export const preferenceLinkAction = action("consent:write", (ctx, input: { profileId: number }) => preferenceLink(ctx, input));
