"use server";

import { action } from "@/app/_server/action";
import type { SaveInput } from "@/components/segments/segment-builder";
import {
  changeList,
  changeSegment,
  createList,
  createSegment,
  deleteList,
  deleteSegment,
  duplicateSegment,
  recomputeSegment,
  saveSegment,
  snapshotSegment,
  type ChangeSegmentInput,
} from "@/domain/segments";

/** A new segment; or of one that is there, a new version of the rule and whatever else changed. */
export const saveSegmentAction = action(
  "segments:write",
  async (ctx, { id, basedOn, note, ...input }: SaveInput): Promise<{ id: string }> => {
    if (id === undefined) return { id: (await createSegment(ctx, input)).id };
    await saveSegment(ctx, { id, basedOn: basedOn ?? 0, note, ...input });
    return { id };
  },
  { refresh: "/segments" },
);
export const changeSegmentAction = action(
  "segments:write",
  async (ctx, input: ChangeSegmentInput) => {
    await changeSegment(ctx, input);
    return null;
  },
  { refresh: "/segments" },
);
export const duplicateSegmentAction = action("segments:write", (ctx, input: { id: string }) => duplicateSegment(ctx, input), {
  refresh: "/segments",
});
export const deleteSegmentAction = action(
  "segments:write",
  async (ctx, input: { id: string }) => {
    await deleteSegment(ctx, input);
    return null;
  },
  { refresh: "/segments" },
);
export const recomputeSegmentAction = action("segments:write", async (ctx, input: { id: string }) => {
  await recomputeSegment(ctx, input);
  return null;
});
export const snapshotSegmentAction = action("segments:write", (ctx, input: { segmentId: string }) => snapshotSegment(ctx, input), {
  refresh: "/segments/lists",
});
export const createListAction = action(
  "segments:write",
  (ctx, input: { name: string; description: string | null }) => createList(ctx, input),
  {
    refresh: "/segments/lists",
  },
);
export const changeListAction = action(
  "segments:write",
  async (ctx, input: { id: string; name: string; description: string | null }) => {
    await changeList(ctx, input);
    return null;
  },
  { refresh: "/segments/lists" },
);
export const deleteListAction = action(
  "segments:write",
  async (ctx, input: { id: string }) => {
    await deleteList(ctx, input);
    return null;
  },
  { refresh: "/segments/lists" },
);
