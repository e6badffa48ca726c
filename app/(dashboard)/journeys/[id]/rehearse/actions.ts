"use server";

import { action } from "@/app/_server/action";
import { startRehearsal, stopRehearsal } from "@/domain/journeys";

export const startRehearsalAction = action("journeys:write", (ctx, input: { id: string; from: string; to: string }) =>
  startRehearsal(ctx, input),
);
export const stopRehearsalAction = action("journeys:write", async (ctx, input: { id: string }) => {
  await stopRehearsal(ctx, input);
  return null;
});
