"use server";

import { action } from "@/app/_server/action";
import { archiveConversion, saveConversion } from "@/domain/attribution";

export const saveConversionAction = action("reports:write", (ctx, input: unknown) => saveConversion(ctx, input));

export const archiveConversionAction = action("reports:write", (ctx, input: unknown) => archiveConversion(ctx, input));
