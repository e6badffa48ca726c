"use server";

import { action } from "@/app/_server/action";
import {
  beginSecondFactor,
  changeOwnPassword,
  confirmSecondFactor,
  renewRecoveryCodes,
  revokeOwnOtherSessions,
  revokeOwnSession,
  turnOffSecondFactor,
  updateOwnName,
} from "@/domain/access";

export const updateOwnNameAction = action("account:write", (ctx, input: { name: string }) => updateOwnName(ctx, input), {
  refresh: "/settings/profile",
});

export const changeOwnPasswordAction = action("account:write", (ctx, input: { current: string; next: string }) =>
  changeOwnPassword(ctx, input),
);

export const endOwnSessionAction = action("account:write", (ctx, input: { id: string }) => revokeOwnSession(ctx, input));

export const endOtherSessionsAction = action("account:write", (ctx, _input: void) => revokeOwnOtherSessions(ctx));

export const beginSecondFactorAction = action("account:write", (ctx, input: { password: string }) => beginSecondFactor(ctx, input));

export const confirmSecondFactorAction = action("account:write", (ctx, input: { code: string }) => confirmSecondFactor(ctx, input));

export const renewRecoveryCodesAction = action("account:write", (ctx, input: { code: string }) => renewRecoveryCodes(ctx, input));

export const turnOffSecondFactorAction = action("account:write", (ctx, input: { code: string }) => turnOffSecondFactor(ctx, input));
