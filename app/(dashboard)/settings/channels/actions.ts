"use server";

import { action } from "@/app/_server/action";
import { archiveAccount, checkSender, pauseAccount, resumeAccount, saveAccount, sendTest } from "@/domain/channels";

const refresh = { refresh: "/settings/channels" };

export const saveAccountAction = action("channels:write", (ctx, input: unknown) => saveAccount(ctx, input), refresh);

export const sendTestAction = action("channels:write", (ctx, input: { id: string; to: string }) => sendTest(ctx, input), refresh);

export const pauseAccountAction = action("channels:write", (ctx, input: { id: string }) => pauseAccount(ctx, input), refresh);

export const resumeAccountAction = action("channels:write", (ctx, input: { id: string }) => resumeAccount(ctx, input), refresh);

export const removeAccountAction = action("channels:write", (ctx, input: { id: string }) => archiveAccount(ctx, input), refresh);

export const checkSenderAction = action("channels:write", (ctx, input: { id: string }) => checkSender(ctx, input));
