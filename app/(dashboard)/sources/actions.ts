"use server";

import { action } from "@/app/_server/action";
import { discardRejected, replayRejected, type ItemCode, type MappingRule } from "@/domain/events";
import * as sources from "@/domain/sources";

type Settings = Partial<sources.SourceSettings>;

export const createSource = action("sources:write", (ctx, input: { name: string; type: sources.SourceType }) =>
  sources.createSource(ctx, input),
);
export const updateSource = action("sources:write", (ctx, input: { id: string; name?: string; settings?: Settings }) =>
  sources.updateSource(ctx, input),
);
export const setSourceStatus = action("sources:write", (ctx, input: { id: string; status: sources.SourceStatus }) =>
  sources.setSourceStatus(ctx, input),
);
export const rotateWriteKey = action("sources:write", (ctx, input: { id: string; graceHours: number }) =>
  sources.rotateWriteKey(ctx, input),
);
export const revokeKey = action("sources:write", (ctx, input: { sourceId: string; keyId: string }) => sources.revokeKey(ctx, input));
export const deleteSource = action("sources:write", (ctx, input: { id: string }) => sources.deleteSource(ctx, input));

type Chosen = { sourceId: string; ids?: string[]; code?: ItemCode };
export const replayRejectedMessages = action("sources:write", (ctx, input: Chosen & { rules: MappingRule[] }) =>
  replayRejected(ctx, input),
);
export const discardRejectedMessages = action("sources:write", (ctx, input: Chosen & { reason: string }) => discardRejected(ctx, input));
