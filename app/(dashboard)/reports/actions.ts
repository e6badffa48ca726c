"use server";

import { action } from "@/app/_server/action";
import { updateReportSettings } from "@/domain/attribution";

export const updateReportSettingsAction = action("reports:write", (ctx, input: unknown) => updateReportSettings(ctx, input));
