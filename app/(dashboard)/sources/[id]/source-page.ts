import { notFound } from "next/navigation";
import { cache } from "react";
import { requireUser } from "@/app/_server/auth";
import { DomainError } from "@/domain/kernel/errors";
import { getSource, type SourceDetail } from "@/domain/sources";

/** The source of a page and its layout, read once a request; an unknown one shows the "not found" page. */
export const sourceOf = cache(async (id: string): Promise<SourceDetail> => {
  const ctx = await requireUser("sources:read");
  try {
    return await getSource(ctx, { id });
  } catch (error) {
    if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "VALIDATION")) notFound();
    throw error;
  }
});
