"use server";

import { action } from "@/app/_server/action";
import {
  archiveJourney,
  createFromTemplate,
  createJourney,
  duplicateJourney,
  pauseJourney,
  publishJourney,
  renameJourney,
  resumeJourney,
  saveDraft,
  type JourneyDefinition,
} from "@/domain/journeys";

export const createJourneyAction = action(
  "journeys:write",
  (ctx, input: { name: string; description: string | null }) => createJourney(ctx, input),
  { refresh: "/journeys" },
);
export const createFromTemplateAction = action(
  "journeys:write",
  (ctx, input: { template: string; name: string }) => createFromTemplate(ctx, input),
  { refresh: "/journeys" },
);
export const saveDraftAction = action("journeys:write", (ctx, input: { id: string; basedOn: number; definition: JourneyDefinition }) =>
  saveDraft(ctx, input),
);
export const publishJourneyAction = action(
  "journeys:publish",
  (ctx, input: { id: string; basedOn: number; note: string | null; inside: "finish" | "move" | "exit" }) => publishJourney(ctx, input),
  { refresh: "/journeys" },
);
export const renameJourneyAction = action(
  "journeys:write",
  async (ctx, input: { id: string; name: string; description: string | null; tags: string[] }) => {
    await renameJourney(ctx, input);
    return null;
  },
  { refresh: "/journeys" },
);
export const duplicateJourneyAction = action("journeys:write", (ctx, input: { id: string; name: string }) => duplicateJourney(ctx, input), {
  refresh: "/journeys",
});
export const pauseJourneyAction = action(
  "journeys:publish",
  async (ctx, input: { id: string; drain: boolean }) => {
    await pauseJourney(ctx, input);
    return null;
  },
  { refresh: "/journeys" },
);
export const resumeJourneyAction = action(
  "journeys:publish",
  async (ctx, input: { id: string }) => {
    await resumeJourney(ctx, input);
    return null;
  },
  { refresh: "/journeys" },
);
export const archiveJourneyAction = action("journeys:publish", (ctx, input: { id: string }) => archiveJourney(ctx, input), {
  refresh: "/journeys",
});
