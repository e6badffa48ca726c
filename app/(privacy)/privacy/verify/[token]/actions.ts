"use server";

import { publicAction } from "@/app/_server/action";
import { confirmRequest } from "@/domain/governance";

/** Guarded by the one-time token of the link. */
export const confirmRequestAction = publicAction((ctx, input: { token: string }) => confirmRequest(ctx, input));
