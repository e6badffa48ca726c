"use server";

import { action } from "@/app/_server/action";
import { dismissOnboarding } from "@/domain/overview";

export const dismissOnboardingAction = action<null, { dismissed: true }>("account:write", (ctx) => dismissOnboarding(ctx));
