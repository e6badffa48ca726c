"use server";

import { action } from "@/app/_server/action";
import { revokeSession } from "@/domain/access";

export const endSessionAction = action("sessions:write", (ctx, input: { id: string }) => revokeSession(ctx, input));
