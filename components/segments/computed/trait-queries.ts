import type { ComputedTraitDetail, ComputedTraitSummary, TraitPreview } from "@/domain/segments/computed/contracts";
import type { Definition } from "@/domain/segments/computed/model";
import { getJson, postJson } from "../queries";

export const traitKeys = {
  list: ["segments", "traits"] as const,
  one: (id: string) => ["segments", "traits", id] as const,
};
export const fetchTraits = (signal: AbortSignal) => getJson<ComputedTraitSummary[]>("/api/segments/traits", signal);
export const fetchTrait = (id: string, signal: AbortSignal) =>
  getJson<ComputedTraitDetail>(`/api/segments/traits/${encodeURIComponent(id)}`, signal);
export const fetchPreview = (draft: { definition: Definition; traitId?: string | undefined }, signal: AbortSignal) =>
  postJson<TraitPreview>("/api/segments/traits/preview", { ...draft, limit: 8 }, signal);
