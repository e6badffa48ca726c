"use server";

import { action } from "@/app/_server/action";
import { verifyAudit } from "@/domain/audit";

export const verifyAuditAction = action("audit:read", (ctx, _input: Record<string, never>) => verifyAudit(ctx));
