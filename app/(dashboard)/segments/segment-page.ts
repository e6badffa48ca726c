import "server-only";
import { notFound } from "next/navigation";
import type { UserCtx } from "@/app/_server/auth";
import { DomainError } from "@/domain/kernel/errors";
import { getSegment, type SegmentDetail } from "@/domain/segments";

/** A segment of an address; one that does not exist, or was deleted, gets the page that says so. */
export async function openSegment(ctx: UserCtx, id: string): Promise<SegmentDetail> {
  try {
    return await getSegment(ctx, { id });
  } catch (error) {
    if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "VALIDATION")) notFound();
    throw error;
  }
}
