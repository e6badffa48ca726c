"use server";

import { publicAction } from "@/app/_server/action";
import { resetWithLink } from "@/domain/access";

/** Guarded by the one-time token of the link. */
export const resetWithLinkAction = publicAction((ctx, input: { token: string; password: string }) =>
  resetWithLink(ctx, { token: input.token, password: input.password }),
);
