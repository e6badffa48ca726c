"use server";

import { action } from "@/app/_server/action";
import type { SaveTrait } from "@/components/segments/computed/trait-editor";
import { changeTrait, createTrait, deleteTrait, pauseTrait, recomputeTrait, updateTrait } from "@/domain/segments";

/** A new computed trait; or of one that is there, a new version of the definition and whatever else changed. */
export const saveTraitAction = action(
  "segments:write",
  async (ctx, { id, basedOn, note, ...input }: SaveTrait): Promise<{ id: string }> => {
    if (id === undefined) return { id: (await createTrait(ctx, input)).id };
    const { definition, name, description } = input;
    // The version first: where somebody else has saved meanwhile, nothing is changed.
    await updateTrait(ctx, { id, basedOn: basedOn ?? 0, definition, note });
    await changeTrait(ctx, { id, name, description });
    return { id };
  },
  { refresh: "/segments/traits" },
);
export const pauseTraitAction = action("segments:write", async (ctx, input: { id: string }) => {
  await pauseTrait(ctx, input);
  return null;
});
export const recomputeTraitAction = action("segments:write", async (ctx, input: { id: string }) => {
  await recomputeTrait(ctx, input);
  return null;
});
export const deleteTraitAction = action(
  "segments:write",
  async (ctx, input: { id: string }) => {
    await deleteTrait(ctx, input);
    return null;
  },
  { refresh: "/segments/traits" },
);
