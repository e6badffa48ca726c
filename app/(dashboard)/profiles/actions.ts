"use server";

import { action } from "@/app/_server/action";
import { unmergeProfiles } from "@/domain/identity";
import { deleteView, saveView } from "@/domain/profiles";

export const saveViewAction = action("views:write", (ctx, input: unknown) => saveView(ctx, input));

export const deleteViewAction = action("views:write", async (ctx, id: string) => {
  await deleteView(ctx, id);
  return null;
});

export const unmergeAction = action("profiles:write", (ctx, input: { mergeId: string; neverMerge: boolean; reason: string | null }) =>
  unmergeProfiles(ctx, input),
);
