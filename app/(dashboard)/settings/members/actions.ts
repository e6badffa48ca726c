"use server";

import { action } from "@/app/_server/action";
import { createMemberLink, inviteMember, removeInvitation, resetSecondFactor, updateMember, type Role } from "@/domain/access";

/** The answer carries the new list: a refresh of its own would race with the dialog closing. */
const REFRESH = { refresh: "/settings/members" };

export const inviteMemberAction = action(
  "members:write",
  (ctx, input: { email: string; name: string; role: Role; seesPersonalData: boolean }) => inviteMember(ctx, input),
  REFRESH,
);

export const updateMemberAction = action(
  "members:write",
  (ctx, input: { id: string; role?: Role; seesPersonalData?: boolean; status?: "active" | "disabled" }) => updateMember(ctx, input),
  REFRESH,
);

export const createMemberLinkAction = action("members:write", (ctx, input: { id: string }) => createMemberLink(ctx, input));

export const removeInvitationAction = action("members:write", (ctx, input: { id: string }) => removeInvitation(ctx, input), REFRESH);

export const resetSecondFactorAction = action("members:write", (ctx, input: { id: string }) => resetSecondFactor(ctx, input), REFRESH);
