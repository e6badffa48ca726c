import type { Result } from "@/domain/kernel/errors";

/** What somebody may do by hand to who a person is. */
export interface IdentityChanges {
  merge(input: { survivorId: number; loserId: number; reason: string | null }): Promise<Result<{ mergeId: string; profileId: number }>>;
  split(input: {
    identifiers: { type: string; value: string }[];
    reason: string | null;
  }): Promise<Result<{ profileId: number; from: number }>>;
  unmerge(input: { mergeId: string; neverMerge: boolean; reason: string | null }): Promise<Result<{ survivorId: number; loserId: number }>>;
}
