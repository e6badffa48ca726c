import type { Estimate } from "@/domain/segments/contracts";
import type { Group, RuleNode } from "@/domain/segments/model";

/** A branch of an `any of` group that holds more of the base than this is worth a word. */
export const MOST = 0.5;

export interface Swallowing {
  group: Group;
  branch: RuleNode;
  /** From 0 to 1. */
  share: number;
}

/** Branches of `any of` groups (two rows or more) that alone hold most of the base: the usual sign of an `or` meant as `and`. */
export function swallowingBranches(root: Group, estimate: Estimate): Swallowing[] {
  if (estimate.base === 0) return [];
  const out: Swallowing[] = [];
  const walk = (group: Group): void => {
    if (group.muted) return;
    const live = group.children.filter((child) => !child.muted);
    if (group.match === "any" && live.length > 1)
      for (const branch of live) {
        const share = (estimate.nodes[branch.id]?.alone ?? 0) / estimate.base;
        if (share > MOST) out.push({ group, branch, share });
      }
    for (const child of live) if (child.kind === "group") walk(child);
  };
  walk(root);
  return out;
}
