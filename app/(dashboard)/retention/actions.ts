"use server";

import { action } from "@/app/_server/action";
import { previewRetention, setRetention } from "@/domain/governance";

export const setRetentionAction = action("governance:write", setRetention);
export const previewRetentionAction = action("governance:read", previewRetention);
