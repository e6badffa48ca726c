"use server";

import { action } from "@/app/_server/action";
import { changeOwnPassword, revokeOwnOtherSessions, revokeOwnSession, updateOwnName } from "@/domain/access";

export const updateOwnNameAction = action("account:write", (ctx, input: { name: string }) => updateOwnName(ctx, input), {
  refresh: "/settings/profile",
});

export const changeOwnPasswordAction = action("account:write", (ctx, input: { current: string; next: string }) =>
  changeOwnPassword(ctx, input),
);

export const endOwnSessionAction = action("account:write", (ctx, input: { id: string }) => revokeOwnSession(ctx, input));

export const endOtherSessionsAction = action("account:write", (ctx, _input: void) => revokeOwnOtherSessions(ctx));
