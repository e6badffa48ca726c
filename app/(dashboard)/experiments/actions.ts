"use server";

import { action } from "@/app/_server/action";
import { archiveExperiment, saveExperiment } from "@/domain/experiments";

export const saveExperimentAction = action("reports:write", (ctx, input: unknown) => saveExperiment(ctx, input));

export const archiveExperimentAction = action("reports:write", (ctx, input: unknown) => archiveExperiment(ctx, input));
