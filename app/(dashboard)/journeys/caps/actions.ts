"use server";

import { action } from "@/app/_server/action";
import { deleteCap, saveCap, type CapInput } from "@/domain/journeys";

export const saveCapAction = action("journeys:publish", (ctx, input: CapInput) => saveCap(ctx, input), { refresh: "/journeys/caps" });
export const deleteCapAction = action(
  "journeys:publish",
  async (ctx, input: { id: string }) => {
    await deleteCap(ctx, input);
    return null;
  },
  { refresh: "/journeys/caps" },
);
