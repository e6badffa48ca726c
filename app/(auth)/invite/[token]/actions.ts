"use server";

import { publicAction } from "@/app/_server/action";
import { acceptInvite } from "@/domain/access";

/** Guarded by the one-time token of the link. */
export const acceptInviteAction = publicAction((ctx, input: { token: string; name: string; password: string }) =>
  acceptInvite(ctx, { token: input.token, name: input.name, password: input.password }),
);
