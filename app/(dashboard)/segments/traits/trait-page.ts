import "server-only";
import { notFound } from "next/navigation";
import type { UserCtx } from "@/app/_server/auth";
import { DomainError } from "@/domain/kernel/errors";
import { getComputedTrait, listComputedTraits, segmentZone, type ComputedTraitDetail } from "@/domain/segments";

/** A computed trait of an address; one that does not exist, or was deleted, gets the page that says so. */
export async function openTrait(ctx: UserCtx, id: string): Promise<ComputedTraitDetail> {
  try {
    return await getComputedTrait(ctx, { id });
  } catch (error) {
    if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "VALIDATION")) notFound();
    throw error;
  }
}

/** What the editor needs besides the definition: traits that a formula may ask, and the zone in which days begin. */
export async function editorData(ctx: UserCtx, id?: string) {
  const [traits, zone] = await Promise.all([listComputedTraits(ctx), segmentZone(ctx)]);
  return { traits: traits.filter((one) => one.id !== id).map(({ key, name }) => ({ key, name })), zone };
}
