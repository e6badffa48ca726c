"use server";

import { action } from "@/app/_server/action";
import { archiveTemplate, createTemplate, duplicateTemplate, renameTemplate, restoreTemplate, saveTemplate } from "@/domain/templates";

export const createTemplateAction = action("journeys:write", (ctx, input: unknown) => createTemplate(ctx, input));
export const saveTemplateAction = action("journeys:write", (ctx, input: unknown) => saveTemplate(ctx, input));
export const renameTemplateAction = action("journeys:write", (ctx, input: unknown) => renameTemplate(ctx, input));
export const duplicateTemplateAction = action("journeys:write", (ctx, input: unknown) => duplicateTemplate(ctx, input));
export const archiveTemplateAction = action("journeys:write", (ctx, input: unknown) => archiveTemplate(ctx, input));
export const restoreTemplateAction = action("journeys:write", (ctx, input: unknown) => restoreTemplate(ctx, input));
