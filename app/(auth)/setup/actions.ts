"use server";

import { publicAction } from "@/app/_server/action";
import { createFirstAdmin } from "@/domain/access";

/** Guarded by the one-time token that the terminal printed. */
export const createFirstAdminAction = publicAction(
  async (ctx, input: { token: string; email: string; name: string; password: string }): Promise<null> => {
    await createFirstAdmin(ctx, { token: input.token, email: input.email, name: input.name, password: input.password });
    return null;
  },
);
