"use server";

import { action } from "@/app/_server/action";
import { updateSecurityRules, updateSettings, type CompanySettings, type SecurityRules } from "@/domain/access";
import { loadDemoData, removeDemoData } from "@/domain/demo";

export const updateSettingsAction = action("settings:write", (ctx, input: CompanySettings) => updateSettings(ctx, input));

export const updateSecurityAction = action("settings:write", (ctx, input: SecurityRules) => updateSecurityRules(ctx, input));

export const loadDemoAction = action("settings:write", (ctx, _input: void) => loadDemoData(ctx));

export const removeDemoAction = action("settings:write", (ctx, _input: void) => removeDemoData(ctx));
