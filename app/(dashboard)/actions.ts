"use server";

import { signOutOfCookie } from "@/app/_server/sign-out";
import { publicAction } from "@/app/_server/action";

/** Ends the session that the cookie names and takes the cookie away; without one it does nothing. */
export const signOutAction = publicAction<void, null>(async (ctx) => {
  await signOutOfCookie(ctx);
  return null;
});
