"use server";

import { action } from "@/app/_server/action";
import { updateSettings, type CompanySettings } from "@/domain/access";

export const updateSettingsAction = action("settings:write", (ctx, input: CompanySettings) => updateSettings(ctx, input));
