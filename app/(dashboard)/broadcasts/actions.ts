"use server";

import { action } from "@/app/_server/action";
import {
  archiveBroadcast,
  cancelBroadcast,
  createBroadcast,
  duplicateBroadcast,
  launchBroadcast,
  pauseBroadcast,
  resumeBroadcast,
  saveBroadcast,
} from "@/domain/broadcasts";

export const createBroadcastAction = action("journeys:write", (ctx, input: unknown) => createBroadcast(ctx, input));
export const duplicateBroadcastAction = action("journeys:write", (ctx, input: unknown) => duplicateBroadcast(ctx, input));
export const saveBroadcastAction = action("journeys:write", (ctx, input: unknown) => saveBroadcast(ctx, input));
export const archiveBroadcastAction = action("journeys:write", (ctx, input: unknown) => archiveBroadcast(ctx, input));
export const launchBroadcastAction = action("journeys:publish", (ctx, input: unknown) => launchBroadcast(ctx, input));
export const pauseBroadcastAction = action("journeys:publish", (ctx, input: unknown) => pauseBroadcast(ctx, input));
export const resumeBroadcastAction = action("journeys:publish", (ctx, input: unknown) => resumeBroadcast(ctx, input));
export const cancelBroadcastAction = action("journeys:publish", (ctx, input: unknown) => cancelBroadcast(ctx, input));
